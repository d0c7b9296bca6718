//! An epoch that was interrupted.

use crate::metrics::Totals;

/// The part of an epoch that is done, between two of its batches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartialEpoch {
    /// The number of batches that are done, each with one step.
    pub batches: usize,
    /// The sum of the losses of their examples, each times its weight.
    pub loss: f64,
    /// The sum of the weights of their examples that were classified correctly.
    pub correct: f64,
    /// The sum of the weights of their examples.
    pub weight: f64,
}

impl PartialEpoch {
    pub(crate) fn new(batches: usize, totals: Totals) -> Self {
        let Totals { loss, correct, weight } = totals;
        Self { batches, loss, correct, weight }
    }

    pub(crate) fn totals(&self) -> Totals {
        Totals { loss: self.loss, correct: self.correct, weight: self.weight }
    }
}
