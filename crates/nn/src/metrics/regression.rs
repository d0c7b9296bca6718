//! Metrics of regression.

use ndarray::{ArrayBase, Data, Dimension};
use wengert_ad::Real;
use wengert_kernels::max_norm;

/// Checks that there are targets, and one for each output.
#[track_caller]
fn assert_matching<S: Data, D: Dimension>(
    metric: &str,
    outputs: &ArrayBase<S, D>,
    targets: &ArrayBase<S, D>,
) {
    let (have, want) = (outputs.shape(), targets.shape());
    assert!(have == want, "{metric}: the outputs have shape {have:?}, but the targets {want:?}");
    assert!(!outputs.is_empty(), "{metric}: outputs of shape {have:?} are empty");
}

/// The power of two below the largest of these numbers. Numbers divided by it can be squared and summed
/// without overflow, and without another rounding than the numbers themselves.
fn scale_of(x: &[f64]) -> f64 {
    const EXPONENT: u64 = 0x7ff << 52;
    let largest = max_norm(x);
    if largest > 0.0 && largest.is_finite() {
        f64::from_bits(largest.to_bits() & EXPONENT).max(f64::MIN_POSITIVE)
    } else {
        1.0
    }
}

/// The mean of `f(x / scale)`, where `scale` is near the largest of the numbers, and the scale.
fn scaled_mean(x: &[f64], f: impl Fn(f64) -> f64) -> (f64, f64) {
    let scale = scale_of(x);
    (x.iter().map(|x| f(x / scale)).sum::<f64>() / x.len() as f64, scale)
}

fn differences<T: Real, S: Data<Elem = T>, D: Dimension>(
    outputs: &ArrayBase<S, D>,
    targets: &ArrayBase<S, D>,
) -> Vec<f64> {
    outputs.iter().zip(targets).map(|(y, t)| y.value() - t.value()).collect()
}

/// The root mean squared error `sqrt(mean (y - t)^2)` over all elements. It is finite for all errors whose
/// squares overflow.
///
/// # Panics
/// If the shapes differ, or the arrays are empty.
#[track_caller]
pub fn root_mean_squared_error<T: Real, S: Data<Elem = T>, D: Dimension>(
    outputs: &ArrayBase<S, D>,
    targets: &ArrayBase<S, D>,
) -> f64 {
    assert_matching("rmse", outputs, targets);
    let (mean, scale) = scaled_mean(&differences(outputs, targets), |d| d * d);
    mean.sqrt() * scale
}

/// The mean absolute error `mean |y - t|` over all elements.
///
/// # Panics
/// If the shapes differ, or the arrays are empty.
#[track_caller]
pub fn mean_absolute_error<T: Real, S: Data<Elem = T>, D: Dimension>(
    outputs: &ArrayBase<S, D>,
    targets: &ArrayBase<S, D>,
) -> f64 {
    assert_matching("mae", outputs, targets);
    let (mean, scale) = scaled_mean(&differences(outputs, targets), f64::abs);
    mean * scale
}

/// The coefficient of determination `1 - sum (y - t)^2 / sum (t - mean t)^2` over all elements: 1 for exact
/// outputs, 0 for the mean of the targets, negative for outputs worse than that, and NaN if an output or a
/// target is. `None` if the targets are all equal, so that there is nothing to explain. The targets
/// themselves are compared: their variance is not 0 if their mean is rounded.
///
/// # Panics
/// If the shapes differ, or the arrays are empty.
#[track_caller]
pub fn r_squared<T: Real, S: Data<Elem = T>, D: Dimension>(
    outputs: &ArrayBase<S, D>,
    targets: &ArrayBase<S, D>,
) -> Option<f64> {
    assert_matching("r squared", outputs, targets);
    let mut t: Vec<f64> = targets.iter().map(|t| t.value()).collect();
    if t.iter().all(|&target| target == t[0]) {
        return None;
    }
    let (mean, scale) = scaled_mean(&t, |t| t);
    t.iter_mut().for_each(|t| *t /= scale);
    let residual: f64 = outputs.iter().zip(&t).map(|(y, t)| (y.value() / scale - t).powi(2)).sum();
    let total: f64 = t.iter().map(|t| (t - mean).powi(2)).sum();
    Some(1.0 - residual / total)
}
