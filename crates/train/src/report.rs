//! What training tells.

use crate::evaluate::{Metrics, Trained};
use crate::trouble::Trouble;
use std::fmt;

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
    /// On the training data, each batch in its training pass before its step: the parameters move meanwhile, and dropout
    /// drops. The loss is without penalties.
    pub train: Metrics,
    /// On the validation data after the epoch; `None` without them.
    pub validation: Option<Metrics>,
}

/// The three numbers to watch: the loss that training makes small, on the training data; the share of errors there, which it
/// stands for; and the share of errors on the validation data, which is what counts. Where there are no classes, the
/// validation loss takes the place of the errors.
impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "epoch {}: train loss {:.4}", self.number, self.train.loss)?;
        if let Some(errors) = self.train.zero_one() {
            write!(f, ", train error {:.2} %", 100.0 * errors)?;
        }
        match self.validation.map(|found| (found.zero_one(), found.loss)) {
            Some((Some(errors), _)) => write!(f, ", validation error {:.2} %", 100.0 * errors),
            Some((None, loss)) => write!(f, ", validation loss {loss:.4}"),
            None => Ok(()),
        }
    }
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
    /// What was wrong with the numbers, each kind where it first appeared.
    pub troubles: Vec<Trouble>,
    /// Wall-clock time of the fit.
    pub seconds: f64,
}
