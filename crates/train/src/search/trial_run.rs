//! The training run of one trial.

use super::space::TrialSettings;
use crate::error::TrainError;
use crate::report::TrainingReport;
use crate::state::TrainingState;
use crate::trainer::Trainer;
use wengert_ad::Real;
use wengert_data::Parts;
use wengert_nn::{Architecture, Loss, Module};
use wengert_optim::Optimizer;

/// The training run of a trial, as a [`Search`](crate::Search) asks for it.
#[derive(Clone, Debug)]
pub struct TrialRun<'a, T = f32> {
    /// The number of the trial, counted from 1.
    pub number: usize,
    /// The settings to train with.
    pub settings: &'a TrialSettings,
    /// The number of epochs of the round; `None` for those of the trainer.
    pub(super) epochs: Option<usize>,
    /// The state after the round before.
    pub(super) state: Option<TrainingState<T>>,
}

impl<T: Real> TrialRun<'_, T> {
    /// Trains for as many epochs as this round of the search has, on one thread, as the trials run beside
    /// each other. The test part of the data is left out. A schedule of the trainer is that of the whole run.
    ///
    /// # Errors
    /// As [`Trainer::fit`].
    ///
    /// # Panics
    /// As [`Trainer::fit`].
    #[track_caller]
    pub fn fit<'a, A: Architecture, L: Loss<T>, O: Optimizer<T>>(
        self,
        trainer: Trainer<A, L, O, T>,
        data: impl Into<Parts<'a, T>>,
    ) -> Result<TrainingReport<A::Module, T>, TrainError>
    where
        A::Module: Module<T>,
    {
        let trainer = trainer.threads(1);
        let trainer = match self.epochs {
            Some(epochs) => trainer.epochs(epochs),
            None => trainer,
        };
        let data = Parts { test: None, ..data.into() };
        match self.state {
            Some(state) => trainer.resume(state, data),
            None => trainer.fit(data),
        }
    }
}
