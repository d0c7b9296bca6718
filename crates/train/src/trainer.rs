//! Configuration of a training run.

use crate::compatibility::{check_batch_size, check_targets, check_weights, check_widths};
use crate::divergence::Divergence;
use crate::epoch::Epoch;
use crate::error::TrainError;
use crate::fit::{EpochObserver, Fit};
use crate::independent_rows::sampled_rows;
use crate::report::TrainingReport;
use crate::settings::Settings;
use crate::start::Start;
use crate::state::{ResumeError, TrainingState};
use crate::step_settings::{Clipping, StepSettings};
use crate::strategy::Strategy;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::num::NonZero;
use wengert_ad::Real;
use wengert_data::Split;
use wengert_kernels::validate::assert_at_least_one;
use wengert_nn::{Architecture, Loss, Module, Params, Regulariser};
use wengert_optim::{Group, Optimizer, Schedule};

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
pub struct Trainer<A, L, O> {
    architecture: A,
    loss: L,
    optimizer: O,
    settings: Settings,
    steps: StepSettings,
    /// The number of threads; 0 for one per core.
    threads: usize,
    observer: Option<EpochObserver>,
    on_divergence: Box<dyn FnMut(&Divergence) + Send>,
}

impl<A: Architecture, L, O> Trainer<A, L, O> {
    /// Creates a trainer with the default settings: 30 epochs, batches of 64 examples, seed 0, one
    /// thread per core.
    pub fn new(architecture: A, loss: L, optimizer: O) -> Self {
        Self {
            architecture,
            loss,
            optimizer,
            settings: Settings::default(),
            steps: StepSettings::default(),
            threads: 0,
            observer: None,
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

    /// Sets the maximum number of threads; 0, the default, stands for one per core. Steps that are
    /// too small to be divided use fewer.
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

    /// Calls `observer` after each epoch.
    #[must_use]
    pub fn on_epoch(self, observer: impl FnMut(&Epoch) + Send + 'static) -> Self {
        Self { observer: Some(Box::new(observer)), ..self }
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

/// Settings of the steps.
impl<A: Architecture, L, O> Trainer<A, L, O> {
    /// Sets the learning rate of each step from a schedule, instead of the rate of the optimizer.
    /// Steps are counted from 0 over all epochs.
    #[must_use]
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.steps.schedule = Some(schedule);
        self
    }

    /// Scales down each gradient whose Euclidean norm exceeds `limit`: see
    /// [`clip_norm`](wengert_optim::clip_norm). Replaces an earlier clipping.
    ///
    /// # Panics
    /// If `limit` is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn clip_norm(mut self, limit: f64) -> Self {
        self.steps.clipping = Some(Clipping::to_norm(limit));
        self
    }

    /// Clamps each element of the gradient to `[-limit, limit]`: see
    /// [`clip_value`](wengert_optim::clip_value). Replaces an earlier clipping.
    ///
    /// # Panics
    /// If `limit` is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn clip_value(mut self, limit: f64) -> Self {
        self.steps.clipping = Some(Clipping::to_value(limit));
        self
    }

    /// Adds a penalty on the parameters to the mean loss. Reported losses are without the penalty. A
    /// parameter that both an L2 penalty and weight decay would shrink is an error.
    #[must_use]
    pub fn regularise(mut self, regulariser: Regulariser) -> Self {
        self.steps.regulariser = Some(regulariser);
        self
    }

    /// Freezes the parameters and running statistics whose names match the pattern: training does
    /// not change them. See [`Layout::freeze`](wengert_nn::Layout::freeze). May be called several
    /// times.
    #[must_use]
    pub fn freeze(mut self, pattern: &str) -> Self {
        self.steps.frozen.push(pattern.to_owned());
        self
    }

    /// Sets optimizer options for the parameters whose names match the pattern. If several patterns
    /// match a parameter, the first one applies.
    ///
    /// ```
    /// use wengert_data::moons;
    /// use wengert_nn::{CrossEntropy, Mlp};
    /// use wengert_optim::Adam;
    /// use wengert_train::Trainer;
    ///
    /// let data = moons(100, 0.1, 7).split(0.8, 0.1, 0.1, 7)?.standardised();
    /// let adamw = Adam::new(1e-3).decoupled_weight_decay(0.1);
    /// let report = Trainer::new(Mlp::new([2, 8, 2]), CrossEntropy, adamw)
    ///     .group("*.bias", |biases| biases.weight_decay(0.0))
    ///     .group("out.*", |head| head.rate_factor(10.0))
    ///     .epochs(1)
    ///     .fit(&data)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn group(mut self, pattern: &str, options: impl Fn(Group) -> Group + Send + 'static) -> Self {
        self.steps.groups.push((pattern.to_owned(), Box::new(options)));
        self
    }
}

/// The training run.
impl<A: Architecture, L, O> Trainer<A, L, O> {
    /// Trains on the training part, from initial parameters given by the architecture and the seed,
    /// and reports the metrics on all three parts.
    ///
    /// If the loss becomes infinite or NaN, training stops with
    /// [`StopReason::NotFinite`](crate::StopReason::NotFinite), and the report has the last good parameters
    /// and the [cause](TrainingReport::divergence).
    ///
    /// # Errors
    /// If model, loss and data do not fit together, if early stopping has no validation part, if examples
    /// depend on each other although neither the layout nor the loss declares it, or if threads cannot be
    /// started.
    ///
    /// # Panics
    /// If the pattern of a frozen parameter, a group or a penalty matches no parameter.
    #[track_caller]
    pub fn fit<T: Real>(self, data: &Split<T>) -> Result<TrainingReport<A::Module, T>, TrainError>
    where
        A::Module: Module<T>,
        L: Loss<T>,
        O: Optimizer<T>,
    {
        self.start(data, Start::Seed)
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
    #[track_caller]
    pub fn fit_from<T: Real>(
        self,
        params: Params<T>,
        data: &Split<T>,
    ) -> Result<TrainingReport<A::Module, T>, TrainError>
    where
        A::Module: Module<T>,
        L: Loss<T>,
        O: Optimizer<T>,
    {
        self.start(data, Start::Params(params))
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
    pub fn resume<T: Real>(
        self,
        state: TrainingState<T>,
        data: &Split<T>,
    ) -> Result<TrainingReport<A::Module, T>, TrainError>
    where
        A::Module: Module<T>,
        L: Loss<T>,
        O: Optimizer<T>,
    {
        self.start(data, Start::State(Box::new(state)))
    }

    fn start<T: Real>(
        self,
        data: &Split<T>,
        from: Start<T>,
    ) -> Result<TrainingReport<A::Module, T>, TrainError>
    where
        A::Module: Module<T>,
        L: Loss<T>,
        O: Optimizer<T>,
    {
        let Self { architecture, loss, optimizer, settings, steps, threads, observer, mut on_divergence } =
            self;
        let model = architecture.into_model();
        check_targets(loss.kind(), data)?;
        check_widths(model.module(), loss.kind(), data)?;
        if data.train.examples() == 0 {
            return Err(TrainError::NoExamples);
        }
        check_weights(data)?;
        if settings.patience.is_some() && data.validation.examples() == 0 {
            return Err(TrainError::NoValidation);
        }
        let (mut training, progress) = from.begin(model, loss, optimizer, steps)?;
        if !training.set_scaling(data.train.scaling()) {
            return Err(TrainError::Resume { source: ResumeError::Scaling });
        }
        let (examples, batch_size) = (data.train.examples(), settings.batch_size);
        check_batch_size(training.params().layout(), examples, batch_size)?;
        let pool = thread_pool(threads, training.useful_threads(batch_size.min(examples)))?;
        let report = pool.install(|| {
            let some: Vec<usize> = sampled_rows(examples).collect();
            training.check(data.train.batch(&some))?;
            Ok::<_, TrainError>(Fit::new(training, settings, observer, data, progress).run())
        })?;
        if let Some(divergence) = &report.divergence {
            on_divergence(divergence);
        }
        Ok(report)
    }
}

/// A pool with this many threads, or one per core if it is 0, but no more than can be used: these would be
/// woken for nothing.
fn thread_pool(threads: usize, useful: usize) -> Result<ThreadPool, TrainError> {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = if threads == 0 { cores } else { threads }.min(useful);
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|source| TrainError::Threads { source })
}
