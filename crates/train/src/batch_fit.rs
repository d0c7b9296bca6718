//! The result of learning a single batch by heart.

use crate::metrics::Metrics;

/// How well a single batch was learnt: see [`Trainer::overfit_batch`](crate::Trainer::overfit_batch).
#[derive(Clone, Debug, PartialEq)]
pub struct BatchFit {
    /// The number of examples of the batch.
    pub examples: usize,
    /// The mean loss before each step, in training mode.
    pub losses: Vec<f64>,
    /// The metrics on the batch after the last step, in evaluation mode.
    pub after: Metrics,
}
