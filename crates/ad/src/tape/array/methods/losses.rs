//! Losses on logits.

use crate::kernels::Element;
use crate::primitive::{CrossEntropy, IndexedCrossEntropy};
use crate::tape::array::tensor::Tensor;

impl<T: Element> Tensor<'_, T> {
    /// Cross-entropy of each row of logits against its class; shapes `(m, n) -> (m)`, one label a row.
    #[track_caller]
    pub fn cross_entropy(self, labels: &[u32]) -> Self {
        self.indexed_cross_entropy(labels, false)
    }

    /// The sum of the rows' [cross-entropies](Self::cross_entropy), in one operation; shapes `(m, n) -> ()`.
    #[track_caller]
    pub fn total_cross_entropy(self, labels: &[u32]) -> Self {
        self.indexed_cross_entropy(labels, true)
    }

    #[track_caller]
    fn indexed_cross_entropy(self, labels: &[u32], total: bool) -> Self {
        self.apply_with(&[], IndexedCrossEntropy::default, |loss| {
            loss.labels.clear();
            loss.labels.extend_from_slice(labels);
            loss.total = total;
        })
    }

    /// Cross-entropy of each row of logits against a row of probabilities; shapes `(m, n) (m, n) -> (m)`.
    #[track_caller]
    pub fn cross_entropy_with(self, probabilities: Self) -> Self {
        self.apply(&[probabilities], CrossEntropy)
    }
}
