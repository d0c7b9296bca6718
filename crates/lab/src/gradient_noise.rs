//! The noise of mini-batch gradients: its covariance, and where it exceeds the gradient.

use ndarray::{Array2, ArrayBase, Axis, Data, Ix2};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use wengert_kernels::validate::assert_at_least_one;

/// The interval in which the components of a least-squares problem in one variable have gradients
/// of different signs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConfusionRegion {
    /// The smallest of the components' minima, `min b_i / a_i`.
    pub low: f64,
    /// The minimum of the sum of the components, `sum a_i b_i / sum a_i^2`, which lies between
    /// `low` and `high`.
    pub optimum: f64,
    /// The largest of the components' minima, `max b_i / a_i`.
    pub high: f64,
}

/// The region of confusion of the components `f_i(x) = (a_i x - b_i)^2 / 2`, with the factor
/// **1/2**. Outside of the region, the gradients of all components have the sign of the full
/// gradient, so every step of SGD moves towards the minimum. Inside, SGD moves back and forth
/// (Bertsekas 2011, section 2.2).
///
/// # Panics
/// If there are no components, if `a` and `b` differ in length, if an `a` is 0, as this component has
/// no minimum, or if a minimum is not finite.
#[track_caller]
pub fn region_of_confusion(a: &[f64], b: &[f64]) -> ConfusionRegion {
    assert!(!a.is_empty() && a.len() == b.len(), "region of confusion: {} a and {} b", a.len(), b.len());
    let mut region = ConfusionRegion { low: f64::INFINITY, optimum: 0.0, high: f64::NEG_INFINITY };
    let (mut products, mut squares) = (0.0, 0.0);
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        assert!(*a != 0.0, "region of confusion: a[{i}] is 0, which has no minimum; leave it out");
        let minimum = b / a;
        assert!(minimum.is_finite(), "region of confusion: b[{i}] / a[{i}] is {minimum}, must be finite");
        (region.low, region.high) = (region.low.min(minimum), region.high.max(minimum));
        (products, squares) = (products + a * b, squares + a * a);
    }
    ConfusionRegion { optimum: products / squares, ..region }
}

/// The covariance of the gradient of a random example: `D = mean_i g_i g_i' - g g'` with the mean
/// gradient `g`. The rows of `gradients` are the gradients `g_i` of the examples.
///
/// # Panics
/// If there are no rows.
#[track_caller]
pub fn gradient_covariance<S: Data<Elem = f64>>(gradients: &ArrayBase<S, Ix2>) -> Array2<f64> {
    let mean =
        gradients.mean_axis(Axis(0)).expect("gradient covariance: there are no gradients; give at least one");
    // The difference of the two means cancels for large gradients that are nearly equal; deviations do not.
    let deviations = gradients - &mean;
    deviations.t().dot(&deviations) / gradients.nrows() as f64
}

/// The covariance of an SGD update, `-eta` times the mean gradient of `B = batch` examples drawn
/// with replacement: `(eta^2 / B) D` with the [`gradient_covariance`] `D`.
///
/// # Panics
/// If there are no rows, or `batch` is 0.
#[track_caller]
pub fn update_covariance<S: Data<Elem = f64>>(
    gradients: &ArrayBase<S, Ix2>,
    eta: f64,
    batch: usize,
) -> Array2<f64> {
    assert_at_least_one("update covariance: the batch size", batch as u64);
    gradient_covariance(gradients) * (eta * eta / batch as f64)
}

/// Samples of SGD updates: `-eta` times the mean gradient of `batch` examples drawn with
/// replacement, one row per trial.
///
/// # Panics
/// If there are no rows, or `batch` is 0.
#[track_caller]
pub fn sampled_updates<S: Data<Elem = f64>>(
    gradients: &ArrayBase<S, Ix2>,
    eta: f64,
    batch: usize,
    trials: usize,
    seed: u64,
) -> Array2<f64> {
    let examples = gradients.nrows();
    assert!(
        examples > 0 && batch > 0,
        "sampled updates: batches of {batch} of {examples} examples; give at least one"
    );
    let mut random = StdRng::seed_from_u64(seed);
    let mut updates = Array2::zeros((trials, gradients.ncols()));
    for mut update in updates.rows_mut() {
        for _ in 0..batch {
            update += &gradients.row(random.random_range(0..examples));
        }
        update *= -eta / batch as f64;
    }
    updates
}
