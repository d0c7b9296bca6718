//! The metrics of one epoch.

use crate::metrics::Metrics;
use std::fmt;

/// The metrics of one epoch, that is, one pass over the training data.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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
    /// The learning rate of the last step of the epoch.
    pub learning_rate: f64,
    /// The values of [metrics of the program's own](crate::Trainer::metric) on the validation data, in the
    /// order in which they were added; empty without validation data or such metrics.
    pub own: Vec<f64>,
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
