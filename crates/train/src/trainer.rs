//! Configuration of a training run.

use crate::divergence::Divergence;
use crate::error::TrainError;
use crate::fit::over_epochs;
use crate::observers::Observers;
use crate::ranks::{Ranks, SharedRanks};
use crate::report::TrainingReport;
use crate::run::{Plan, Run};
use crate::settings::Settings;
use crate::start::Start;
use crate::state::TrainingState;
use crate::step_settings::StepSettings;
use crate::strategy::Strategy;
use std::sync::Arc;
use wengert_ad::Real;
use wengert_data::Parts;
use wengert_kernels::validate::assert_at_least_one;
use wengert_nn::{Architecture, Loss, Module, Params};
use wengert_optim::Optimizer;

/// Trains a model on mini-batches: each epoch shuffles the training data, and each batch makes one
/// optimizer step.
///
/// The same settings, seed and data give the same result, bit for bit, for any number of threads.
///
/// ```
/// use wengert_data::moons;
/// use wengert_nn::{CrossEntropy, Mlp};
/// use wengert_optim::Adam;
/// use wengert_train::Trainer;
///
/// let data = moons(400, 0.1, 7).split(0.8, 0.1, 0.1, 7)?.standardised();
/// let report = Trainer::new(Mlp::new([2, 32, 2]), CrossEntropy, Adam::new(1e-2))
///     .batch_size(32)
///     .epochs(40)
///     .early_stopping(5)
///     .seed(7)
///     .on_epoch(|epoch| println!("{epoch}"))
///     .fit(&data)?;
/// assert!(report.test.and_then(|test| test.accuracy) > Some(0.9));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Trainer<A, L, O, T: Real = f32> {
    pub(crate) architecture: A,
    pub(crate) loss: L,
    pub(crate) optimizer: O,
    pub(crate) settings: Settings,
    pub(crate) steps: StepSettings,
    /// The number of threads; 0 for that of rayon.
    threads: usize,
    pub(crate) observers: Observers<T>,
    on_divergence: Box<dyn FnMut(&Divergence) + Send>,
}

impl<A: Architecture, L, O, T: Real> Trainer<A, L, O, T> {
    /// Creates a trainer with the default settings: 30 epochs, batches of 64 examples, seed 0, as
    /// many threads as rayon.
    pub fn new(architecture: A, loss: L, optimizer: O) -> Self {
        Self {
            architecture,
            loss,
            optimizer,
            settings: Settings::default(),
            steps: StepSettings::default(),
            threads: 0,
            observers: Observers::default(),
            on_divergence: Box::new(|divergence| eprintln!("warning: training diverged: {divergence}")),
        }
    }

    /// Sets the number of examples per step; 64 by default. The last batch of an epoch is smaller
    /// if the number of training examples is not a multiple of it.
    ///
    /// # Panics
    /// If `batch_size` is 0.
    #[must_use]
    #[track_caller]
    pub fn batch_size(mut self, batch_size: usize) -> Self {
        assert_at_least_one("trainer: the batch size", batch_size as u64);
        self.settings.batch_size = batch_size;
        self
    }

    /// Sets the number of passes over the training data; 30 by default.
    #[must_use]
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.settings.epochs = epochs;
        self
    }

    /// Stops training when the validation loss has not improved for `patience` epochs, and restores
    /// the parameters of the best epoch (Prechelt 1998). An infinite or NaN loss is no improvement.
    ///
    /// # Panics
    /// If `patience` is 0.
    #[must_use]
    #[track_caller]
    pub fn early_stopping(mut self, patience: usize) -> Self {
        assert_at_least_one("trainer: the patience of early stopping", patience as u64);
        self.settings.patience = Some(patience);
        self
    }

    /// Sets the seed of the initial parameters, the shuffling and dropout; 0 by default.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.steps.seed = seed;
        self
    }

    /// Sets the maximum number of threads; 0, the default, stands for that of rayon: the
    /// variable `RAYON_NUM_THREADS`, or without it one per core. Steps that are too small to be divided use
    /// fewer.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// Sets how a step is divided among threads; [`Strategy::Automatic`] by default.
    ///
    /// # Panics
    /// If the strategy is 0 shards.
    #[must_use]
    #[track_caller]
    pub fn strategy(mut self, strategy: Strategy) -> Self {
        strategy.assert_valid("trainer");
        self.steps.strategy = strategy;
        self
    }

    /// Trains together with other ranks: each calls [`fit`](Self::fit) with the same settings and data, and
    /// gets the same report, bit for bit, as one machine with this [strategy](Self::strategy).
    ///
    /// The shards of each batch are divided among the ranks, and so are the blocks of evaluations. A step
    /// therefore needs at least as many shards as there are ranks. Each rank has all data, or reads all
    /// blocks of data that are not in memory, and computes on its own examples only. Callbacks are called
    /// and checkpoints are written on rank 0 alone; a callback that ends the run ends it on all ranks.
    ///
    /// A rank that ends early, with an error or without one, is an error of the others:
    /// [`TrainError::Ranks`].
    #[must_use]
    pub fn ranks(mut self, ranks: Arc<dyn Ranks>) -> Self {
        self.steps.ranks = SharedRanks(ranks);
        self
    }

    /// Calls `observer` if the loss becomes infinite or NaN, instead of printing a warning to standard error.
    /// [`TrainingReport::divergence`] says so, too.
    #[must_use]
    pub fn on_divergence(self, observer: impl FnMut(&Divergence) + Send + 'static) -> Self {
        Self { on_divergence: Box::new(observer), ..self }
    }

    /// Sets the limit for the absolute values of parameters; 1e6 by default. The first parameter
    /// beyond it at the end of an epoch is reported in [`TrainingReport::issues`].
    ///
    /// # Panics
    /// If `limit` is not positive. It may be infinite.
    #[must_use]
    #[track_caller]
    pub fn parameter_limit(mut self, limit: f64) -> Self {
        assert!(limit > 0.0, "trainer: the parameter limit is {limit}, must be in (0, inf]");
        self.settings.parameter_limit = limit;
        self
    }
}

/// The training run.
impl<A: Architecture, L, O, T: Real> Trainer<A, L, O, T> {
    /// Trains on the training part, from initial parameters given by the architecture and the seed,
    /// and reports the metrics on all parts.
    ///
    /// The data are a split, `&split`, or [`Parts`] that need not be in memory: files that are larger, or
    /// [examples](wengert_data::Examples) of the program's own. Own metrics and draws with replacement need
    /// data in memory.
    ///
    /// If the loss becomes infinite or NaN, training stops with
    /// [`StopReason::NotFinite`](crate::StopReason::NotFinite), and the report has the last good parameters
    /// and the [cause](TrainingReport::divergence).
    ///
    /// # Errors
    /// If model, loss and data do not fit together, if early stopping has no validation part, if examples
    /// depend on each other although neither the layout nor the loss declares it, if threads cannot be
    /// started, or if data cannot be read.
    ///
    /// # Panics
    /// If the pattern of a frozen parameter, a group or a penalty matches no parameter.
    #[track_caller]
    pub fn fit<'a>(self, data: impl Into<Parts<'a, T>>) -> Result<TrainingReport<A::Module, T>, TrainError>
    where
        A::Module: Module<T>,
        L: Loss<T>,
        O: Optimizer<T>,
    {
        self.start(data.into(), Start::Seed)
    }

    /// As [`fit`](Self::fit), but starts from these parameters, for fine-tuning. Parameters that
    /// are frozen in `params` stay frozen. The data should be stored with the scaling of the model that the
    /// parameters come from: see [`Split::scaled_as`]. To continue a training run with the state of its
    /// optimizer, use [`resume`](Self::resume).
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    ///
    /// # Panics
    /// As [`fit`](Self::fit), or if `params` have other names or shapes than the parameters of the model.
    ///
    /// [`Split::scaled_as`]: wengert_data::Split::scaled_as
    #[track_caller]
    pub fn fit_from<'a>(
        self,
        params: Params<T>,
        data: impl Into<Parts<'a, T>>,
    ) -> Result<TrainingReport<A::Module, T>, TrainError>
    where
        A::Module: Module<T>,
        L: Loss<T>,
        O: Optimizer<T>,
    {
        self.start(data.into(), Start::Params(params))
    }

    /// Continues a training run from the [state](TrainingReport::state) of an earlier one up to the epoch
    /// that [`epochs`](Self::epochs) sets, counted from the first epoch of the earlier run. With the same
    /// settings and data, the report is, bit for bit, that of one run without the interruption, except for
    /// its time and its issues. The seed is that of the state.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), or if the state is that of another model, of another optimizer or of other
    /// settings of the optimizer, or if its parts contradict each other.
    ///
    /// # Panics
    /// As [`fit`](Self::fit).
    #[track_caller]
    pub fn resume<'a>(
        self,
        state: TrainingState<T>,
        data: impl Into<Parts<'a, T>>,
    ) -> Result<TrainingReport<A::Module, T>, TrainError>
    where
        A::Module: Module<T>,
        L: Loss<T>,
        O: Optimizer<T>,
    {
        self.start(data.into(), Start::State(Box::new(state)))
    }

    #[track_caller]
    pub(crate) fn start(
        mut self,
        data: Parts<'_, T>,
        from: Start<T>,
    ) -> Result<TrainingReport<A::Module, T>, TrainError>
    where
        A::Module: Module<T>,
        L: Loss<T>,
        O: Optimizer<T>,
    {
        let is_first = self.steps.ranks.rank() == 0;
        let mut on_divergence = std::mem::replace(&mut self.on_divergence, Box::new(|_| ()));
        let (module, report) = self.begin(data, from, over_epochs)?;
        let report = report.map(|()| module);
        if let Some(divergence) = report.divergence.as_ref().filter(|_| is_first) {
            on_divergence(divergence);
        }
        Ok(report)
    }

    /// Has `run` take the steps; returns the module and what it returns.
    #[track_caller]
    pub(crate) fn begin<R: Send>(
        self,
        data: Parts<'_, T>,
        from: Start<T>,
        run: impl FnOnce(Run<'_, '_, T>) -> Result<R, TrainError> + Send,
    ) -> Result<(A::Module, R), TrainError>
    where
        A::Module: Module<T>,
        L: Loss<T>,
        O: Optimizer<T>,
    {
        let Self { architecture, loss, mut optimizer, settings, steps, threads, observers, .. } = self;
        let mut module = None;
        let model = architecture.into_model().map(|own| -> &dyn Module<T> { module.insert(own) });
        let plan = Plan { settings, steps, threads, observers };
        let result = plan.run(model, &loss, &mut optimizer, data, from, run)?;
        Ok((module.expect("the model has a module"), result))
    }
}
