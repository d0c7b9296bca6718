//! Choosing hyper-parameters on the validation part.

use crate::error::TrainError;
use crate::evaluate::Metrics;
use crate::report::Report;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;
use std::fmt;
use wengert_ad::Real;
use wengert_data::Split;

/// One setting, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial<S> {
    /// The setting.
    pub setting: S,
    /// On the training data.
    pub train: Metrics,
    /// On the validation data: what the choice rests on.
    pub validation: Metrics,
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct Search<S, M, T = f32> {
    /// All trials, in the order of the settings.
    pub trials: Vec<Trial<S>>,
    /// The number of the best: that of the smallest validation loss, the first of equals.
    pub best: usize,
    /// The report of the best. It knows nothing of the test part: ask
    /// [`evaluate`](crate::Trained::evaluate) for that, once, at the end.
    pub report: Report<M, T>,
}

impl<S, M, T> Search<S, M, T> {
    /// The best setting.
    pub fn setting(&self) -> &S {
        &self.trials[self.best].setting
    }
}

/// Why a search chose nothing.
#[derive(Debug)]
pub enum NoBest {
    /// There were no settings.
    NoSettings,
    /// The data have no validation part to choose on.
    NoValidation,
    /// A fit could not begin.
    Train(TrainError),
    /// The validation loss of every trial was infinite or NaN.
    AllDiverged,
}

impl fmt::Display for NoBest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSettings => f.write_str("search: there are no settings; give at least one"),
            Self::NoValidation => f.write_str(
                "search: hyper-parameters are chosen on validation data: split off a validation part larger than 0",
            ),
            Self::Train(error) => error.fmt(f),
            Self::AllDiverged => {
                f.write_str("search: the validation loss of every setting was not finite; give smaller learning rates")
            }
        }
    }
}

impl std::error::Error for NoBest {}

/// Trains once for each setting, in parallel, and chooses the one of the smallest validation loss.
///
/// `train` never sees the test part: the split that it is given has an empty one. The outcome is the same for any number
/// of threads. Trials take the threads: give the trainers in `train` one each.
///
/// ```
/// use wengert_data::moons;
/// use wengert_nn::{CrossEntropy, Mlp};
/// use wengert_optim::Adam;
/// use wengert_train::{Trainer, grid, search};
///
/// let data = moons(200, 0.2, 7).split(0.6, 0.2, 0.2, 7)?.standardised();
/// let found = search(&grid(&[1e-3, 1e-2], &[4, 16]), &data, |&(rate, width), data| {
///     Trainer::new(Mlp::new([2, width, 2]), CrossEntropy, Adam::new(rate)).epochs(10).threads(1).fit(data)
/// })?;
/// let test = found.report.model.evaluate(&CrossEntropy, &data.test);
/// assert!(found.trials.len() == 4 && test.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If there is nothing to choose from or to choose on, if a fit cannot begin, or if every one diverges.
pub fn search<S: Clone + Send + Sync, M: Send, T: Real>(
    settings: &[S],
    data: &Split<T>,
    train: impl Fn(&S, &Split<T>) -> Result<Report<M, T>, TrainError> + Sync,
) -> Result<Search<S, M, T>, NoBest> {
    if settings.is_empty() {
        return Err(NoBest::NoSettings);
    }
    if data.validation.examples() == 0 {
        return Err(NoBest::NoValidation);
    }
    let seen = data.without_test();
    let reports: Result<Vec<_>, _> = settings.par_iter().map(|setting| train(setting, &seen)).collect();
    let reports = reports.map_err(NoBest::Train)?;
    let trials: Vec<Trial<S>> = settings.iter().zip(&reports).map(|(s, report)| trial(s, report)).collect();
    let finite = trials.iter().enumerate().filter(|(_, trial)| trial.validation.loss.is_finite());
    let best = finite.min_by(|a, b| a.1.validation.loss.total_cmp(&b.1.validation.loss));
    let best = best.map(|(i, _)| i).ok_or(NoBest::AllDiverged)?;
    let report = reports.into_iter().nth(best).expect("there is a report for each trial");
    Ok(Search { trials, best, report })
}

fn trial<S: Clone, M, T>(setting: &S, report: &Report<M, T>) -> Trial<S> {
    let validation = report.validation.expect("the validation part was looked at before");
    Trial { setting: setting.clone(), train: report.train, validation }
}

/// Every pair of one of `first` with one of `second`: a grid to search. Larger grids are grids of pairs.
///
/// ```
/// assert_eq!(wengert_train::grid(&[1, 2], &['a', 'b']), [(1, 'a'), (1, 'b'), (2, 'a'), (2, 'b')]);
/// ```
pub fn grid<A: Clone, B: Clone>(first: &[A], second: &[B]) -> Vec<(A, B)> {
    first.iter().flat_map(|a| second.iter().map(move |b| (a.clone(), b.clone()))).collect()
}

/// `count` random settings, each made by `setting` from draws: a random search (Bergstra and Bengio 2012). The same seed gives
/// the same settings.
///
/// ```
/// use wengert_train::random_settings;
/// let settings = random_settings(20, 7, |draw| (draw.log_uniform(1e-4, 1e-1), *draw.choice(&[16, 64, 256])));
/// assert!(settings.iter().all(|(rate, _)| (1e-4..1e-1).contains(rate)));
/// ```
pub fn random_settings<S>(count: usize, seed: u64, mut setting: impl FnMut(&mut Draw) -> S) -> Vec<S> {
    let mut draw = Draw(StdRng::seed_from_u64(seed));
    (0..count).map(|_| setting(&mut draw)).collect()
}

/// Where random settings come from.
#[derive(Debug)]
pub struct Draw(StdRng);

impl Draw {
    /// A number from `low` to `high`.
    ///
    /// # Panics
    /// If `low` is not below `high`.
    #[track_caller]
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        assert!(low < high, "uniform: the interval is ({low}, {high}), its lower end must come first");
        self.0.random_range(low..high)
    }

    /// A number from `low` to `high` whose logarithm is uniform: for rates and strengths.
    ///
    /// # Panics
    /// If `low` is not positive, or not below `high`.
    #[track_caller]
    pub fn log_uniform(&mut self, low: f64, high: f64) -> f64 {
        assert!(low > 0.0, "log_uniform: the lower end is {low}, must be in (0, inf)");
        self.uniform(low.ln(), high.ln()).exp().clamp(low, high)
    }

    /// One of the choices.
    ///
    /// # Panics
    /// If there are none.
    #[track_caller]
    pub fn choice<'a, C>(&mut self, choices: &'a [C]) -> &'a C {
        assert!(!choices.is_empty(), "choice: there are no choices; give at least one");
        &choices[self.0.random_range(0..choices.len())]
    }
}
