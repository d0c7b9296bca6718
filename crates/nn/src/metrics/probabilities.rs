//! Class probabilities from logits.

use ndarray::{Array2, ArrayBase, Data, Ix2};
use wengert_ad::{Elementary, Real};

/// The class probabilities for the logits of a classifier: the softmax of each row, shape
/// `(examples, classes) -> (examples, classes)`. For a single logit `s`, two columns `1 - p` and
/// `p = 1 / (1 + e^-s)`.
///
/// A class with logit minus infinity has probability 0, one with logit plus infinity has probability 1. A row
/// without a [predicted class](super::predicted_class) is NaN: if a logit is NaN, if several are plus
/// infinity, or if all are minus infinity.
///
/// ```
/// use ndarray::array;
/// use wengert_nn::metrics::class_probabilities;
///
/// let p = class_probabilities(&array![[0.0, 3.0_f64.ln()]]);
/// assert!((p[[0, 0]] - 0.25).abs() < 1e-15 && (p[[0, 1]] - 0.75).abs() < 1e-15);
/// assert_eq!(class_probabilities(&array![[0.0]]), array![[0.5, 0.5]]);
/// ```
pub fn class_probabilities<T: Real, S: Data<Elem = T>>(logits: &ArrayBase<S, Ix2>) -> Array2<f64> {
    probabilities(logits.mapv(|logit| logit.value()))
}

fn probabilities(mut logits: Array2<f64>) -> Array2<f64> {
    if logits.ncols() == 1 {
        return Array2::from_shape_fn((logits.nrows(), 2), |(row, class)| {
            let logit = logits[[row, 0]];
            if class == 0 { (-logit).sigmoid() } else { logit.sigmoid() }
        });
    }
    for mut row in logits.rows_mut() {
        // `e^s` overflows at s = 710; the largest logit of a row is shifted to 0.
        let largest = row.fold(f64::NEG_INFINITY, |largest, &logit| largest.max(logit));
        let ties = row.iter().filter(|&&logit| logit == largest).count();
        // The difference of two infinities is not known, except for one from itself.
        let alone = |logit: f64| logit == largest && ties == 1;
        row.mapv_inplace(|logit| if alone(logit) { 1.0 } else { (logit - largest).exp() });
        row /= row.sum();
    }
    logits
}
