//! Loss and accuracy over a set of examples.

use crate::batch::ExampleBuffers;
use std::ops::Add;
use wengert_ad::{Real, Tensor};
use wengert_kernels::compiled_here;
use wengert_nn::metrics::predicted_class;

/// Loss and accuracy of a model on a set of examples.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Metrics {
    /// The mean loss per example, weighted by the [weights](wengert_data::Dataset::weights) of the data set:
    /// `sum w_i l_i / sum w_i`. It compares outputs and targets with the scaling of the training data:
    /// with standardised targets, a mean squared error is in units of their variance.
    pub loss: f64,
    /// The share of examples classified correctly, weighted likewise, in `[0, 1]`; `None` if the targets are
    /// not classes.
    pub accuracy: Option<f64>,
}

impl Metrics {
    /// The share of examples classified wrongly (the mean 0/1 loss), `1 - accuracy`; `None` if the
    /// targets are not classes.
    pub fn error_rate(&self) -> Option<f64> {
        self.accuracy.map(|accuracy| 1.0 - accuracy)
    }

    /// The means of totals.
    pub(crate) fn of(totals: Totals, are_classes: bool) -> Self {
        Self { loss: totals.mean_loss(), accuracy: are_classes.then(|| totals.correct / totals.weight) }
    }
}

/// Sums over the examples of a batch. Without weights, each example has weight 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Totals {
    /// The sum of the losses of the examples, each times its weight.
    pub(crate) loss: f64,
    /// The sum of the weights of the examples classified correctly.
    pub(crate) correct: f64,
    /// The sum of the weights of the examples.
    pub(crate) weight: f64,
}

impl Totals {
    /// The totals of a batch, from those with weights relative to the mean weight.
    pub(crate) fn from_relative(loss: f64, correct: f64, mean_weight: f64, weight: f64) -> Self {
        Self { loss: loss * mean_weight, correct: correct * mean_weight, weight }
    }

    /// The sums as numbers.
    pub(crate) fn numbers(&self) -> [f64; 3] {
        [self.loss, self.correct, self.weight]
    }

    /// The totals with these sums.
    pub(crate) fn of_numbers([loss, correct, weight]: [f64; 3]) -> Self {
        Self { loss, correct, weight }
    }

    /// The mean loss; 0 if all weights are 0.
    pub(crate) fn mean_loss(&self) -> f64 {
        if self.weight > 0.0 { self.loss / self.weight } else { self.loss }
    }
}

impl Add for Totals {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let (loss, correct) = (self.loss + other.loss, self.correct + other.correct);
        Self { loss, correct, weight: self.weight + other.weight }
    }
}

/// The number of rows whose predicted class is their label, or the sum of their weights, if there are
/// weights; 0 without labels.
pub(crate) fn count_correct<F: Real>(outputs: Tensor<'_, F>, examples: &ExampleBuffers) -> f64 {
    let width = outputs.shape().get(1).copied().unwrap_or(1).max(1);
    let count = compiled_here!(
        F: count_rows(outputs: &[F], width: usize, labels: &[u32], weights: &[f64]) -> f64
    );
    count(&outputs.elements(), width, &examples.labels, &examples.weights)
}

fn count_rows<F: Real>(outputs: &[F], width: usize, labels: &[u32], weights: &[f64]) -> f64 {
    let rows = outputs.chunks_exact(width).zip(labels).enumerate();
    let correct = rows.filter(|(_, (row, label))| predicted_class(row) == Some(**label as usize));
    correct.map(|(i, _)| weights.get(i).copied().unwrap_or(1.0)).sum()
}
