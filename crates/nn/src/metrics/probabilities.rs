//! Class probabilities from logits.

use super::classification::predicted_class;
use ndarray::{Array2, ArrayBase, ArrayView1, ArrayView2, Data, Ix2};
use wengert_ad::{Elementary, Real};
use wengert_kernels::compiled_here;

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
    probabilities(compiled_here!(T: widened(x: &ArrayView2<'_, T>) -> Array2<f64>)(&logits.view()))
}

fn widened<T: Real>(x: &ArrayView2<'_, T>) -> Array2<f64> {
    x.mapv(|x| x.value())
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

/// The logarithms of the class probabilities of one example, which distinguish probabilities that round to 0
/// or 1; NaN without a [predicted class](predicted_class). A single logit `s` stands for the logits 0 and
/// `s`.
pub(super) fn log_probabilities(logits: &ArrayView1<'_, f64>) -> Vec<f64> {
    if logits.len() == 1 {
        return vec![-ln_one_plus_exp(logits[0]), -ln_one_plus_exp(-logits[0])];
    }
    let Some(best) = predicted_class(&logits.to_vec()) else { return vec![f64::NAN; logits.len()] };
    let largest = logits[best];
    // Without the largest, whose share is exactly 1, so that the sum does not round to 1.
    let others = logits.iter().enumerate().filter(|&(class, _)| class != best);
    let log_sum = others.map(|(_, logit)| (logit - largest).exp()).sum::<f64>().ln_1p();
    let difference = |class: usize| if class == best { 0.0 } else { logits[class] - largest };
    (0..logits.len()).map(|class| difference(class) - log_sum).collect()
}

/// `ln(1 + e^x)`, which overflows at x = 710 if it is computed like this.
fn ln_one_plus_exp(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p() + if x.is_nan() { x } else { 0.0 }
}
