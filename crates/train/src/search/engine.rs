//! A search over a space: trials beside each other, in rounds, with results that outlive the program.

use super::error::SearchError;
use super::in_parallel::in_parallel;
use super::kept_states::KeptStates;
use super::outcome::{ChooseBy, SearchTable, TrialOutcome, TrialStatus};
use super::results::{OpenResults, Results};
use super::rounds::SearchMethod;
use super::shared_outcomes::gather_outcomes;
use super::space::{Space, TrialSettings};
use super::trial_run::TrialRun;
use crate::error::TrainError;
use crate::ranks::{Ranks, SharedRanks, agree};
use crate::report::TrainingReport;
use std::sync::{Arc, Mutex, PoisonError};
use wengert_ad::Real;

/// What is called after each trial: with its outcome, the number of runs that are done, and that of all.
type Observer = Box<dyn Fn(&TrialOutcome, usize, usize) + Send + Sync>;

/// On several ranks, each rank trains at most this many trials before all share their results.
const TRIALS_BETWEEN_MESSAGES: usize = 16;

/// A search for the best settings in a [`Space`].
///
/// Trials run beside each other, each on one thread, and do not depend on the number of threads. With a file
/// of results (feature `tables`), a search that was killed at any moment continues where it was, and ends
/// with the same table. Each trial that diverges is marked, and never the best.
///
/// For settings of a type of the program's own, see [`search_settings`](crate::search_settings).
///
/// ```
/// use wengert_data::moons;
/// use wengert_nn::{CrossEntropy, Mlp};
/// use wengert_optim::Adam;
/// use wengert_train::{Range, Search, SearchMethod, Space, Trainer};
///
/// let data = moons(200, 0.2, 7).split(0.6, 0.2, 0.2, 7)?.standardised();
/// let space = Space::new().range("lr", Range::log(1e-3, 1e-1)).choices("width", [4, 16]);
/// let search = Search::new(space, SearchMethod::halving(9, 9, 3)).seed(7);
/// let table = search.run(|run| {
///     let (rate, width) = (run.settings.number("lr"), run.settings.count("width"));
///     run.fit(Trainer::new(Mlp::new([2, width, 2]), CrossEntropy, Adam::new(rate)), &data)
/// })?;
/// let best = table.best().expect("not all trials diverged");
/// println!("{}: {:.4}", best.settings, best.validation.loss);
/// assert!(table.trials.len() == 9 && best.epochs == 9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Search {
    space: Space,
    method: SearchMethod,
    seed: u64,
    by: ChooseBy,
    threads: usize,
    results: Results,
    observer: Observer,
    ranks: SharedRanks,
    /// What the search is about besides its space, if it runs on several ranks.
    identity: String,
}

impl Search {
    /// A search with seed 0, by the [true loss](ChooseBy::True), on as many threads as rayon.
    #[must_use]
    pub fn new(space: Space, method: SearchMethod) -> Self {
        let (by, results) = (ChooseBy::default(), Results::default());
        Self {
            space,
            method,
            seed: 0,
            by,
            threads: 0,
            results,
            observer: Box::new(|_, _, _| ()),
            ranks: SharedRanks::default(),
            identity: String::new(),
        }
    }

    /// Sets the seed of random settings.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Sets what trials are compared by.
    #[must_use]
    pub fn by(self, by: ChooseBy) -> Self {
        Self { by, ..self }
    }

    /// Sets the number of trials beside each other; 0, the default, stands for the threads of
    /// rayon: the variable `RAYON_NUM_THREADS`, or without it one per core.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// Calls `observer` after each run of a trial, with its outcome, the number of runs that are done, and
    /// that of all. Successive halving has several runs per trial.
    #[must_use]
    pub fn on_trial(self, observer: impl Fn(&TrialOutcome, usize, usize) + Send + Sync + 'static) -> Self {
        Self { observer: Box::new(observer), ..self }
    }

    /// Divides the trials among ranks, each of which [runs](Self::run) the search with the same settings and
    /// data, and gets the same table, up to times. Rank 0 alone calls the observer, and reads and writes the
    /// file of results. The trainers of the trials run on their rank alone. `identity` says what the search
    /// is about besides its space, for ranks to compare.
    #[must_use]
    pub fn ranks(self, ranks: Arc<dyn Ranks>, identity: &str) -> Self {
        Self { ranks: SharedRanks(ranks), identity: identity.to_owned(), ..self }
    }

    /// Keeps the results in a file, and continues from those that are in it. The file is replaced as a whole
    /// after each trial, or after several if they take less time than writing it.
    ///
    /// The file of another search is an error. `identity` says what the search is about besides its space:
    /// data, and settings that all trials have in common.
    #[cfg(feature = "tables")]
    #[cfg_attr(docsrs, doc(cfg(feature = "tables")))]
    #[must_use]
    pub fn results(self, path: impl Into<std::path::PathBuf>, identity: &str) -> Self {
        let search = self.text(identity);
        Self { results: Results::in_file(path.into(), search), ..self }
    }

    /// What the search is about.
    fn text(&self, identity: &str) -> String {
        let Self { space, method, seed, by, .. } = self;
        format!("{space}\n{method:?}, seed {seed}, by {}\n{identity}", by.name())
    }

    /// The settings of all trials, in order.
    ///
    /// # Errors
    /// As [`Space::grid`] and [`Space::random`].
    pub fn settings(&self) -> Result<Vec<TrialSettings>, SearchError> {
        match self.method {
            SearchMethod::Grid => self.space.grid(),
            SearchMethod::Random { trials } | SearchMethod::Halving { trials, .. } => {
                self.space.random(trials, self.seed)
            }
        }
    }

    /// Trains all trials with `train`, which builds a trainer from the settings and passes it to
    /// [`TrialRun::fit`]. Models are not kept: train the best settings again, which gives the same bits.
    ///
    /// Successive halving keeps the states of runs in up to a gigabyte of memory. Beyond that, and after an
    /// interruption, a run begins again, with the same bits.
    ///
    /// # Errors
    /// If the settings are wrong, as for [`settings`](Self::settings), if a training run cannot begin or has
    /// no validation data, if the file of results cannot be read or written or is that of another search, or
    /// if another rank searches something else or ends.
    pub fn run<M, T: Real>(
        &self,
        train: impl Fn(TrialRun<'_, T>) -> Result<TrainingReport<M, T>, TrainError> + Sync,
    ) -> Result<SearchTable, SearchError> {
        let settings = self.settings()?;
        let states = KeptStates::default();
        self.run_rounds(&settings, &|number, round, epochs| {
            let settings = &settings[number - 1];
            let run = TrialRun { number, settings, epochs, state: states.take(number) };
            let report = train(run).map_err(|source| SearchError::Trial {
                number,
                settings: settings.to_string(),
                source: Box::new(source),
            })?;
            let outcome = TrialOutcome::of(number, round, settings.clone(), &report);
            if let (Some(state), Some(_)) = (report.state, epochs) {
                states.keep(number, state);
            }
            outcome.ok_or(SearchError::NoValidation)
        })
    }

    fn run_rounds(
        &self,
        settings: &[TrialSettings],
        train: &(dyn Fn(usize, usize, Option<usize>) -> Result<TrialOutcome, SearchError> + Sync),
    ) -> Result<SearchTable, SearchError> {
        let rounds = self.method.rounds(settings.len());
        let results = Mutex::new(self.opened(settings)?);
        let mut trials: Vec<Option<TrialOutcome>> = vec![None; settings.len()];
        let mut numbers: Vec<usize> = (1..=settings.len()).collect();
        for (i, round) in rounds.iter().enumerate() {
            let known = |number| lock(&results).get(number, i).cloned();
            let missing: Vec<usize> =
                numbers.iter().copied().filter(|&number| known(number).is_none()).collect();
            self.run_trials(settings, &missing, &results, &|number| train(number, i, round.epochs))?;
            let mut outcomes: Vec<TrialOutcome> =
                numbers.iter().filter_map(|&number| known(number)).collect();
            outcomes.sort_by(|a, b| a.order(b, self.by));
            let next = rounds.get(i + 1).map_or(0, |next| next.trials);
            numbers =
                outcomes.iter().filter(|trial| trial.is_good(self.by)).take(next).map(|t| t.number).collect();
            let is_last = next == 0;
            for mut outcome in outcomes {
                let goes_on = numbers.contains(&outcome.number);
                if !is_last && !goes_on && outcome.status == TrialStatus::Finished {
                    outcome.status = TrialStatus::Dropped;
                }
                let place = outcome.number - 1;
                trials[place] = Some(outcome);
            }
        }
        lock(&results).write()?;
        Ok(SearchTable { trials: trials.into_iter().flatten().collect(), by: self.by })
    }

    /// The results that are there already: on rank 0 those of the file, which all ranks get.
    fn opened(&self, settings: &[TrialSettings]) -> Result<OpenResults, SearchError> {
        let ranks = &*self.ranks;
        let mut results = if ranks.rank() == 0 { self.results.open(settings)? } else { OpenResults::new() };
        agree(ranks, &[("search", self.text(&self.identity))])?;
        for outcome in gather_outcomes(ranks, &results.all(), settings)? {
            results.insert(outcome);
        }
        Ok(results)
    }

    /// Trains trials, each on one of the ranks. All ranks get all results.
    fn run_trials(
        &self,
        settings: &[TrialSettings],
        numbers: &[usize],
        results: &Mutex<OpenResults>,
        train: &(dyn Fn(usize) -> Result<TrialOutcome, SearchError> + Sync),
    ) -> Result<(), SearchError> {
        let (rank, size, all) = (self.ranks.rank(), self.ranks.size(), self.method.runs(settings.len()));
        let add = |outcome: TrialOutcome| {
            let mut results = lock(results);
            if rank == 0 {
                (self.observer)(&outcome, results.len() + 1, all);
            }
            results.add(outcome)
        };
        if size == 1 {
            return in_parallel(self.threads, numbers, &|number| add(train(number)?));
        }
        for numbers in numbers.chunks(size * TRIALS_BETWEEN_MESSAGES) {
            // A trial stays on its rank, which keeps its state from round to round.
            let is_own = |number: &&usize| (**number - 1) % size == rank;
            let own: Vec<usize> = numbers.iter().filter(is_own).copied().collect();
            let outcomes = Mutex::new(Vec::new());
            in_parallel(self.threads, &own, &|number| {
                let outcome = train(number)?;
                lock(&outcomes).push(outcome.clone());
                add(outcome)
            })?;
            for outcome in gather_outcomes(&*self.ranks, &lock(&outcomes), settings)? {
                if !own.contains(&outcome.number) {
                    add(outcome)?;
                }
            }
        }
        Ok(())
    }
}

fn lock<V>(mutex: &Mutex<V>) -> std::sync::MutexGuard<'_, V> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
