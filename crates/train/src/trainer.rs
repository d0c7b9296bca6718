//! The settings of a fit.

use crate::error::TrainError;
use crate::fit::{Fit, Observer};
use crate::plan::{Clipping, Plan};
use crate::report::{Epoch, Report};
use crate::strategy::Strategy;
use rayon::ThreadPoolBuilder;
use std::num::NonZero;
use wengert_ad::Real;
use wengert_data::{Split, Targets};
use wengert_kernels::validate::assert_positive;
use wengert_nn::{Architecture, Loss, Model, Module, Params, Regulariser, TargetKind};
use wengert_optim::{Group, Optimizer, Schedule};

/// Trains a model: shuffled mini-batches, one optimizer step each, in parallel.
///
/// The same settings, seed and data give the same bits on any number of threads.
pub struct Trainer<A, L, O> {
    architecture: A,
    loss: L,
    optimizer: O,
    plan: Plan,
    threads: usize,
    observer: Option<Observer>,
}

impl<A: Architecture, L, O> Trainer<A, L, O> {
    /// 30 epochs of batches of 64, seed 0, as many threads as there are cores, unless said otherwise.
    pub fn new(architecture: A, loss: L, optimizer: O) -> Self {
        Self { architecture, loss, optimizer, plan: Plan::default(), threads: 0, observer: None }
    }

    /// Examples a step.
    ///
    /// # Panics
    /// If 0.
    #[must_use]
    #[track_caller]
    pub fn batch_size(mut self, batch_size: usize) -> Self {
        assert!(batch_size > 0, "trainer: the batch size must be at least 1");
        self.plan.batch_size = batch_size;
        self
    }

    /// Passes over the training data.
    #[must_use]
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.plan.epochs = epochs;
        self
    }

    /// Ends when the validation loss did not improve for `patience` epochs, and keeps the parameters of the best epoch
    /// (Prechelt 1998).
    ///
    /// # Panics
    /// If `patience` is 0.
    #[must_use]
    #[track_caller]
    pub fn early_stopping(mut self, patience: usize) -> Self {
        assert!(patience > 0, "trainer: early stopping needs a patience of at least 1 epoch");
        self.plan.patience = Some(patience);
        self
    }

    /// The seed of the initial parameters, of the shuffling and of dropout.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.plan.seed = seed;
        self
    }

    /// The number of threads; 0 is as many as there are cores.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// How a step is divided among threads; automatic, unless said otherwise.
    ///
    /// # Panics
    /// If it is 0 shards.
    #[must_use]
    #[track_caller]
    pub fn strategy(mut self, strategy: Strategy) -> Self {
        assert!(strategy != Strategy::Shards(0), "trainer: a step needs at least 1 shard");
        self.plan.strategy = strategy;
        self
    }

    /// Calls `observer` after each epoch.
    #[must_use]
    pub fn on_epoch(self, observer: impl FnMut(&Epoch) + Send + 'static) -> Self {
        Self { observer: Some(Box::new(observer)), ..self }
    }

    /// Reports the first parameter whose size is beyond `limit` after an epoch; 1e6 unless said otherwise.
    ///
    /// # Panics
    /// If `limit` is not positive.
    #[must_use]
    #[track_caller]
    pub fn parameter_limit(mut self, limit: f64) -> Self {
        assert!(limit > 0.0, "trainer: the parameter limit is {limit}, must be in (0, inf]");
        self.plan.parameter_limit = limit;
        self
    }
}

/// What is done to the steps.
impl<A: Architecture, L, O> Trainer<A, L, O> {
    /// The learning rate of each step, counted from 0 over all epochs, in the place of the optimizer's own.
    #[must_use]
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.plan.schedule = Some(schedule);
        self
    }

    /// Shortens gradients that are longer than `most`: see [`clip_norm`](wengert_optim::clip_norm). In the place of an
    /// earlier clipping.
    ///
    /// # Panics
    /// If `most` is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn clip_norm(mut self, most: f64) -> Self {
        assert_positive("trainer: the largest norm", most);
        self.plan.clipping = Some(Clipping::Norm(most));
        self
    }

    /// Moves each number of the gradient into `[-most, most]`: see [`clip_value`](wengert_optim::clip_value). In the place of
    /// an earlier clipping.
    ///
    /// # Panics
    /// If `most` is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn clip_value(mut self, most: f64) -> Self {
        assert_positive("trainer: the largest value", most);
        self.plan.clipping = Some(Clipping::Value(most));
        self
    }

    /// Adds a penalty on the parameters to the mean loss. The losses that are reported are without it.
    #[must_use]
    pub fn regularise(mut self, regulariser: Regulariser) -> Self {
        self.plan.regulariser = Some(regulariser);
        self
    }

    /// Keeps the parameters and running statistics whose names match the pattern where they are: see
    /// [`Layout::freeze`](wengert_nn::Layout::freeze). May be called several times.
    #[must_use]
    pub fn freeze(mut self, pattern: &str) -> Self {
        self.plan.frozen.push(pattern.to_owned());
        self
    }

    /// Treats the parameters whose names match the pattern in their own way. Of several patterns that match one parameter,
    /// the one given first holds.
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
    pub fn group(mut self, pattern: &str, treatment: impl Fn(Group) -> Group + Send + 'static) -> Self {
        self.plan.groups.push((pattern.to_owned(), Box::new(treatment)));
        self
    }
}

/// Running it.
impl<A: Architecture, L, O> Trainer<A, L, O> {
    /// Trains on the train part, watches the validation part, reports all three.
    ///
    /// # Errors
    /// If loss, model and data do not fit together, if early stopping has nothing to watch, or if threads cannot be
    /// started.
    ///
    /// # Panics
    /// If a pattern for freezing, a group or a penalty matches no parameter.
    pub fn fit<T: Real>(self, data: &Split<T>) -> Result<Report<A::Module, T>, TrainError>
    where
        A::Module: Module<T>,
        L: Loss<T>,
        O: Optimizer<T>,
    {
        self.start(data, |model, seed| model.layout().initialise(seed))
    }

    /// As [`fit`](Self::fit), starting from these parameters, frozen as they are: fine-tuning.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    ///
    /// # Panics
    /// As [`fit`](Self::fit); or if these are not the parameters of the model.
    pub fn fit_from<T: Real>(
        self,
        params: Params<T>,
        data: &Split<T>,
    ) -> Result<Report<A::Module, T>, TrainError>
    where
        A::Module: Module<T>,
        L: Loss<T>,
        O: Optimizer<T>,
    {
        self.start(data, |model, _| {
            let entries = |layout: &wengert_nn::Layout| -> Vec<(String, Vec<usize>)> {
                let all = layout.parameters().iter().chain(layout.statistics());
                all.map(|entry| (entry.name.clone(), entry.shape.clone())).collect()
            };
            let (want, have) = (entries(model.layout()), entries(params.layout()));
            assert!(want == have, "fit_from: the model has the parameters {want:?}, given were {have:?}");
            params
        })
    }

    fn start<T: Real>(
        self,
        data: &Split<T>,
        params: impl FnOnce(&Model<A::Module>, u64) -> Params<T>,
    ) -> Result<Report<A::Module, T>, TrainError>
    where
        A::Module: Module<T>,
        L: Loss<T>,
        O: Optimizer<T>,
    {
        let Self { architecture, loss, optimizer, plan, threads, observer } = self;
        let model = architecture.into_model();
        check_targets(loss.kind(), data)?;
        check_widths(model.module(), loss.kind(), data)?;
        if plan.patience.is_some() && data.validation.examples() == 0 {
            return Err(TrainError::NoValidation);
        }
        let mut params = params(&model, plan.seed);
        for pattern in &plan.frozen {
            params.freeze(pattern);
        }
        let (examples, batch_size) = (data.train.examples(), plan.batch_size);
        let normalised = params.layout().statistics().iter().any(|statistics| statistics.trainable);
        if normalised && (examples % batch_size == 1 || batch_size == 1) {
            return Err(TrainError::BatchOfOne { examples, batch_size });
        }
        // A thread more than a step can use would only be woken in vain.
        let useful = plan.strategy.threads(batch_size.min(examples), model.layout());
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let threads = if threads == 0 { cores } else { threads }.min(useful);
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().map_err(TrainError::Threads)?;
        Ok(pool.install(|| Fit::new((model, params), loss, optimizer, plan, observer, data).run()))
    }
}

fn check_targets<T: Real>(kind: TargetKind, data: &Split<T>) -> Result<(), TrainError> {
    match (kind, data.train.targets()) {
        (TargetKind::Classes, Targets::Values { .. }) | (TargetKind::Values, Targets::Classes { .. }) => {
            Err(TrainError::Targets { needed: kind })
        }
        (TargetKind::TwoClasses, &Targets::Classes { classes, .. }) if classes > 2 => {
            Err(TrainError::TooManyClasses { classes })
        }
        _ => Ok(()),
    }
}

/// Compares the widths of the model, where it knows them, with those of the data.
fn check_widths<T: Real>(
    module: &impl Module<T>,
    kind: TargetKind,
    data: &Split<T>,
) -> Result<(), TrainError> {
    let width = data.train.width();
    if let Some(model) = module.input_width().filter(|&model| model != width) {
        return Err(TrainError::Inputs { model, data: width });
    }
    let needed = match (kind, data.train.targets()) {
        (TargetKind::TwoClasses, Targets::Classes { .. }) => 1,
        (_, Targets::Classes { classes, .. }) => *classes,
        (_, Targets::Values { width, .. }) => *width,
    };
    match module.output_width(Some(width)).filter(|&model| model != needed) {
        // Classes that do not occur do no harm.
        Some(model) if kind != TargetKind::Classes || model < needed => {
            Err(TrainError::Outputs { model, data: needed })
        }
        _ => Ok(()),
    }
}
