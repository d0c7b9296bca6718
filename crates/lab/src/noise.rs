//! The noise of mini-batches: how large it is, and where it wins over the gradient.

use ndarray::{Array2, ArrayBase, Axis, Data, Ix2};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Where the components of a least-squares problem in one variable disagree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Confusion {
    /// The smallest of the components' minima, `min b_i / a_i`.
    pub low: f64,
    /// The minimum of the sum, `sum a_i b_i / sum a_i^2`; it lies between.
    pub optimum: f64,
    /// The largest of the components' minima, `max b_i / a_i`.
    pub high: f64,
}

/// The region of confusion of `f_i(x) = (a_i x - b_i)^2 / 2`, a **half** each. Outside it, the gradient of every component
/// has the sign of the full one, so each step of SGD goes the right way; within, SGD goes to and fro (Bertsekas 2011,
/// section 2.2).
///
/// # Panics
/// If there is no component, not one `b` for each `a`, or if an `a` is 0: that component is flat and has no minimum.
#[track_caller]
pub fn region_of_confusion(a: &[f64], b: &[f64]) -> Confusion {
    assert!(!a.is_empty() && a.len() == b.len(), "region of confusion: {} a and {} b", a.len(), b.len());
    let mut region = Confusion { low: f64::INFINITY, optimum: 0.0, high: f64::NEG_INFINITY };
    let (mut products, mut squares) = (0.0, 0.0);
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        assert!(*a != 0.0, "region of confusion: a[{i}] is 0, which has no minimum; leave it out");
        (region.low, region.high) = (region.low.min(b / a), region.high.max(b / a));
        (products, squares) = (products + a * b, squares + a * a);
    }
    Confusion { optimum: products / squares, ..region }
}

/// The covariance of the gradient of one example drawn at random: `D = mean_i g_i g_i' - g g'` with the mean gradient
/// `g`, for the gradients `g_i` in rows.
///
/// # Panics
/// If there are no rows.
#[track_caller]
pub fn gradient_covariance<S: Data<Elem = f64>>(gradients: &ArrayBase<S, Ix2>) -> Array2<f64> {
    let mean =
        gradients.mean_axis(Axis(0)).expect("gradient covariance: there are no gradients; give at least one");
    // About the mean, or large gradients that agree would cancel.
    let deviations = gradients - &mean;
    deviations.t().dot(&deviations) / gradients.nrows() as f64
}

/// The covariance of the update `-eta` times the mean gradient of `batch` examples that are drawn with replacement:
/// `(eta^2 / B) D`, `D` being the [`gradient_covariance`].
///
/// # Panics
/// If there are no rows, or `batch` is 0.
#[track_caller]
pub fn update_covariance<S: Data<Elem = f64>>(
    gradients: &ArrayBase<S, Ix2>,
    eta: f64,
    batch: usize,
) -> Array2<f64> {
    assert!(batch > 0, "update covariance: the batch size is 0, must be at least 1");
    gradient_covariance(gradients) * (eta * eta / batch as f64)
}

/// Updates by sampling: `-eta` times the mean gradient of `batch` examples that are drawn with replacement, one row a
/// trial.
///
/// # Panics
/// If there are no rows to draw from, or `batch` is 0.
#[track_caller]
pub fn sampled_updates<S: Data<Elem = f64>>(
    gradients: &ArrayBase<S, Ix2>,
    eta: f64,
    batch: usize,
    trials: usize,
    seed: u64,
) -> Array2<f64> {
    let examples = gradients.nrows();
    assert!(examples > 0 && batch > 0, "sampled updates: batches of {batch} out of {examples} examples");
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
