//! Losses on logits.

use crate::element::Element;
use crate::primitive::{BinaryCrossEntropy, ClassCrossEntropy, SoftmaxCrossEntropy};
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

    /// Cross-entropy of the softmax of each row of logits against a row of weights, such as probabilities:
    /// `sum_j q_j (ln sum_k e^(x_k) - x_j)`; shapes `(m, n) (m, n) -> (m)`. A weight of 0 contributes
    /// nothing, also at a logit of minus infinity.
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn cross_entropy_with(self, probabilities: Self) -> Self {
        self.apply_with(&[probabilities], SoftmaxCrossEntropy::default, |_| {})
    }

    /// Binary cross-entropy of logits against targets from 0 to 1, elementwise:
    /// `-w t ln p - (1 - t) ln(1 - p)` with `p = sigmoid x` and the weight `w` of positive targets; all have
    /// one shape. No digits cancel, and the loss is finite for all finite logits. The targets are not
    /// checked.
    ///
    /// ```
    /// use ndarray::array;
    /// use wengert_ad::ArrayTape;
    ///
    /// let tape = ArrayTape::<f64>::new();
    /// let (x, t) = (tape.var(&array![0.0, f64::INFINITY]), tape.constant(&array![0.5, 1.0]));
    /// let y = x.binary_cross_entropy(t, 1.0);
    /// assert_eq!(y.value(), array![2_f64.ln(), 0.0].into_dyn());
    /// assert_eq!(y.sum().gradient().wrt(x), array![0.0, 0.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn binary_cross_entropy(self, targets: Self, positive_weight: f64) -> Self {
        self.apply(&[targets], BinaryCrossEntropy { positive_weight })
    }
}
