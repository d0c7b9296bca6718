//! When the state of a run is kept, and when the run is interrupted.

use crate::error::TrainError;
use crate::model_metadata::ModelMetadata;
use crate::state::TrainingState;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use wengert_ad::Real;
use wengert_data::Examples;

/// How often the state of a run is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Every {
    /// After each epoch whose number is a multiple of this one.
    Epochs(usize),
    /// After each step whose number, counted over all epochs, is a multiple of this one.
    Steps(u64),
}

impl Default for Every {
    fn default() -> Self {
        Self::Epochs(1)
    }
}

impl Every {
    pub(crate) fn is_due_after_epoch(self, number: usize) -> bool {
        matches!(self, Self::Epochs(epochs) if number.is_multiple_of(epochs))
    }

    pub(crate) fn is_due_after_step(self, number: u64) -> bool {
        matches!(self, Self::Steps(steps) if number.is_multiple_of(steps))
    }
}

/// Something that keeps the state of a run.
pub(crate) trait KeepState<T: Real>: Send {
    /// Prepares for a run on these examples.
    fn begin(&mut self, metadata: ModelMetadata, train: &dyn Examples<T>) -> Result<(), TrainError>;

    /// Keeps a state instead of the one before.
    fn keep(&mut self, state: TrainingState<T>) -> Result<(), TrainError>;
}

/// What keeps the state of a run, how often, and what interrupts the run.
pub(crate) struct StateKeeping<T> {
    pub(crate) keeper: Option<Box<dyn KeepState<T>>>,
    /// Whether rank 0 has a keeper.
    pub(crate) is_kept: bool,
    pub(crate) every: Every,
    pub(crate) interrupt: Option<Arc<AtomicBool>>,
}

impl<T> Default for StateKeeping<T> {
    fn default() -> Self {
        Self { keeper: None, is_kept: false, every: Every::default(), interrupt: None }
    }
}

impl<T> StateKeeping<T> {
    /// Whether the run should end after this step.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupt.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed))
    }
}
