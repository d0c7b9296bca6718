//! Losses on logits.

use crate::element::Element;
use crate::primitive::{ClassCrossEntropy, SoftmaxCrossEntropy};
use crate::tape::array::tensor::Tensor;

/// Losses on logits.
impl<T: Element> Tensor<'_, T> {
    /// Cross-entropy of the softmax of each row of logits against a class index; shapes
    /// `(m, n) -> (m)`, one label per row.
    ///
    /// # Panics
    /// If the number of labels is not `m`, or a label is not less than `n`.
    #[track_caller]
    pub fn cross_entropy(self, labels: &[u32]) -> Self {
        self.class_cross_entropy(labels, false)
    }

    /// The sum of the rows' [cross-entropies](Self::cross_entropy), in one operation; shapes `(m, n) -> ()`.
    ///
    /// # Panics
    /// If the number of labels is not `m`, or a label is not less than `n`.
    #[track_caller]
    pub fn total_cross_entropy(self, labels: &[u32]) -> Self {
        self.class_cross_entropy(labels, true)
    }

    #[track_caller]
    fn class_cross_entropy(self, labels: &[u32], total: bool) -> Self {
        self.apply_with(&[], ClassCrossEntropy::default, |loss| {
            loss.labels.clear();
            loss.labels.extend_from_slice(labels);
            loss.total = total;
        })
    }

    /// Cross-entropy of the softmax of each row of logits against a row of probabilities; shapes
    /// `(m, n) (m, n) -> (m)`.
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn cross_entropy_with(self, probabilities: Self) -> Self {
        self.apply(&[probabilities], SoftmaxCrossEntropy)
    }
}
