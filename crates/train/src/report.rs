//! What training tells.

use crate::evaluate::{Metrics, Trained};

/// Why training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// All epochs were done.
    Finished,
    /// The validation loss did not improve for as many epochs as it was given.
    EarlyStopping,
    /// The training loss became infinite or NaN in this step, both counted from 1. A smaller learning rate often helps.
    NotFinite {
        /// The epoch.
        epoch: usize,
        /// The step within the epoch.
        step: usize,
    },
}

/// One pass over the training data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epoch {
    /// Counted from 1.
    pub number: usize,
    /// On the training data, each batch before its step: the parameters move meanwhile.
    pub train: Metrics,
    /// On the validation data after the epoch; `None` without them.
    pub validation: Option<Metrics>,
}

/// The outcome of training.
#[derive(Clone, Debug)]
pub struct Report<M, T = f32> {
    /// The model with its final parameters: those of the best epoch under early stopping, else the last.
    pub model: Trained<M, T>,
    /// On the training data, with the final parameters.
    pub train: Metrics,
    /// On the validation data; `None` without them.
    pub validation: Option<Metrics>,
    /// On the test data; `None` without them.
    pub test: Option<Metrics>,
    /// Every epoch, in order.
    pub history: Vec<Epoch>,
    /// The epoch whose parameters were kept, counted from 1; 0 if none was completed.
    pub best_epoch: usize,
    /// Why it ended.
    pub stop: StopReason,
    /// Wall-clock time of the fit.
    pub seconds: f64,
}
