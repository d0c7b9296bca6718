//! Loss and accuracy over a set of examples.

use std::ops::Add;
use wengert_ad::{Real, Tensor};
use wengert_kernels::compiled_here;
use wengert_nn::metrics::predicted_class;

/// Loss and accuracy of a model on a set of examples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metrics {
    /// The mean loss per example. It compares outputs and targets with the scaling of the training data:
    /// with standardised targets, a mean squared error is in units of their variance.
    pub loss: f64,
    /// The share of examples classified correctly, in `[0, 1]`; `None` if the targets are not classes.
    pub accuracy: Option<f64>,
}

impl Metrics {
    /// The share of examples classified wrongly (the mean 0/1 loss), `1 - accuracy`; `None` if the
    /// targets are not classes.
    pub fn error_rate(&self) -> Option<f64> {
        self.accuracy.map(|accuracy| 1.0 - accuracy)
    }

    /// The means of totals over this many examples.
    pub(crate) fn of(totals: Totals, examples: usize, are_classes: bool) -> Self {
        let mean = |total: f64| total / examples as f64;
        Self { loss: mean(totals.loss), accuracy: are_classes.then(|| mean(totals.correct as f64)) }
    }
}

/// Sums over the examples of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Totals {
    /// The sum of the losses of the examples.
    pub(crate) loss: f64,
    /// The number of examples classified correctly.
    pub(crate) correct: usize,
}

impl Add for Totals {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { loss: self.loss + other.loss, correct: self.correct + other.correct }
    }
}

/// The number of rows whose predicted class is their label; 0 without labels.
pub(crate) fn count_correct<F: Real>(outputs: Tensor<'_, F>, labels: &[u32]) -> usize {
    let width = outputs.shape().get(1).copied().unwrap_or(1).max(1);
    let count = compiled_here!(F: count_rows(outputs: &[F], width: usize, labels: &[u32]) -> usize);
    count(&outputs.elements(), width, labels)
}

fn count_rows<F: Real>(outputs: &[F], width: usize, labels: &[u32]) -> usize {
    let rows = outputs.chunks_exact(width).zip(labels);
    rows.filter(|(row, label)| predicted_class(row) == Some(**label as usize)).count()
}
