//! The settings of a fit.

use crate::backprop::shard_count;
use crate::error::TrainError;
use crate::fit::{Fit, Observer, Schedule};
use crate::report::{Epoch, Report};
use rayon::ThreadPoolBuilder;
use std::num::NonZero;
use wengert_ad::Real;
use wengert_data::{Split, Targets};
use wengert_nn::{Architecture, Loss, Module, TargetKind};
use wengert_optim::Optimizer;

/// Trains a model: shuffled mini-batches, one optimizer step each, in parallel.
///
/// The same settings, seed and data give the same bits on any number of threads.
pub struct Trainer<A, L, O> {
    architecture: A,
    loss: L,
    optimizer: O,
    schedule: Schedule,
    threads: usize,
    observer: Option<Observer>,
}

impl<A: Architecture, L, O> Trainer<A, L, O> {
    /// 30 epochs of batches of 64, seed 0, as many threads as there are cores, unless said otherwise.
    pub fn new(architecture: A, loss: L, optimizer: O) -> Self {
        let schedule = Schedule { batch_size: 64, epochs: 30, patience: None, seed: 0 };
        Self { architecture, loss, optimizer, schedule, threads: 0, observer: None }
    }

    /// Examples a step.
    ///
    /// # Panics
    /// If 0.
    #[must_use]
    #[track_caller]
    pub fn batch_size(self, batch_size: usize) -> Self {
        assert!(batch_size > 0, "trainer: the batch size must be at least 1");
        Self { schedule: Schedule { batch_size, ..self.schedule }, ..self }
    }

    /// Passes over the training data.
    #[must_use]
    pub fn epochs(self, epochs: usize) -> Self {
        Self { schedule: Schedule { epochs, ..self.schedule }, ..self }
    }

    /// Ends when the validation loss did not improve for `patience` epochs, and keeps the parameters of the best epoch
    /// (Prechelt 1998).
    ///
    /// # Panics
    /// If `patience` is 0.
    #[must_use]
    #[track_caller]
    pub fn early_stopping(self, patience: usize) -> Self {
        assert!(patience > 0, "trainer: early stopping needs a patience of at least 1 epoch");
        Self { schedule: Schedule { patience: Some(patience), ..self.schedule }, ..self }
    }

    /// The seed of the initial parameters and of the shuffling.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { schedule: Schedule { seed, ..self.schedule }, ..self }
    }

    /// The number of threads; 0 is as many as there are cores.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// Calls `observer` after each epoch.
    #[must_use]
    pub fn on_epoch(self, observer: impl FnMut(&Epoch) + Send + 'static) -> Self {
        Self { observer: Some(Box::new(observer)), ..self }
    }

    /// Trains on the train part, watches the validation part, reports all three.
    ///
    /// # Errors
    /// If the loss does not fit the targets, if early stopping has nothing to watch, or if threads cannot be started.
    ///
    /// # Panics
    /// If the model does not fit the data: its first width must be theirs, its outputs as many as their classes.
    pub fn fit<T: Real>(self, data: &Split<T>) -> Result<Report<A::Module, T>, TrainError>
    where
        A::Module: Module<T>,
        L: Loss<T>,
        O: Optimizer<T>,
    {
        let classes = matches!(data.train.targets(), Targets::Classes { .. });
        if classes != (self.loss.kind() == TargetKind::Classes) {
            return Err(TrainError::Targets { needed: self.loss.kind() });
        }
        if self.schedule.patience.is_some() && data.validation.examples() == 0 {
            return Err(TrainError::NoValidation);
        }
        let Self { architecture, loss, optimizer, schedule, threads, observer } = self;
        let model = architecture.into_model();
        // A thread more than there are shards would only be woken in vain.
        let shards = shard_count(schedule.batch_size.min(data.train.examples()), model.layout().len());
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let threads = if threads == 0 { cores } else { threads }.min(shards);
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().map_err(TrainError::Threads)?;
        Ok(pool.install(|| Fit::new(model, loss, optimizer, schedule, observer, data).run()))
    }
}
