//! The report of a training run.

use crate::metrics::Metrics;
use crate::numerical_issue::NumericalIssue;
use crate::trained::TrainedModel;
use std::fmt;

/// The reason why training stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// All epochs were completed.
    Finished,
    /// The validation loss has not improved for as many epochs as
    /// [`early_stopping`](crate::Trainer::early_stopping) allows.
    EarlyStopping,
    /// The training loss became infinite or NaN. A smaller learning rate often helps.
    NotFinite {
        /// The epoch, counted from 1.
        epoch: usize,
        /// The step within the epoch, counted from 1.
        step: usize,
    },
}

/// The metrics of one epoch, that is, one pass over the training data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epoch {
    /// The number of the epoch, counted from 1.
    pub number: usize,
    /// The metrics on the training data: means over the batches of the epoch, each computed in
    /// training mode before its step. The parameters therefore change during the epoch, and dropout
    /// is active. The loss is without penalties.
    pub train: Metrics,
    /// The metrics on the validation data, in evaluation mode after the epoch; `None` without
    /// validation data.
    pub validation: Option<Metrics>,
}

/// One line: the training loss, the training error rate and the validation error rate; for
/// regressions, the validation loss instead of the error rates.
impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "epoch {}: train loss {:.4}", self.number, self.train.loss)?;
        if let Some(error_rate) = self.train.error_rate() {
            write!(f, ", train error {:.2} %", 100.0 * error_rate)?;
        }
        match self.validation.map(|metrics| (metrics.error_rate(), metrics.loss)) {
            Some((Some(error_rate), _)) => write!(f, ", validation error {:.2} %", 100.0 * error_rate),
            Some((None, loss)) => write!(f, ", validation loss {loss:.4}"),
            None => Ok(()),
        }
    }
}

/// The result of a training run.
#[derive(Clone, Debug)]
pub struct TrainingReport<M, T = f32> {
    /// The model with its final parameters: those of the best epoch under early stopping, otherwise
    /// those of the last.
    pub model: TrainedModel<M, T>,
    /// The metrics on the training data with the final parameters, in evaluation mode.
    pub train: Metrics,
    /// The metrics on the validation data with the final parameters; `None` without validation data.
    pub validation: Option<Metrics>,
    /// The metrics on the test data with the final parameters; `None` without test data.
    pub test: Option<Metrics>,
    /// The metrics of all epochs, in order.
    pub history: Vec<Epoch>,
    /// The epoch that the final parameters come from, counted from 1; 0 if no epoch was completed.
    pub best_epoch: usize,
    /// The reason why training stopped.
    pub stop: StopReason,
    /// Numerical issues during training, each kind where it first occurred.
    pub issues: Vec<NumericalIssue>,
    /// The wall-clock time of the training run, in seconds.
    pub seconds: f64,
}
