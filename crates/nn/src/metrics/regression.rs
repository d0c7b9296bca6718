//! Metrics of regression.

use ndarray::{ArrayBase, Data, Dimension};
use wengert_ad::Real;

/// The differences between outputs and targets.
#[track_caller]
fn differences<T: Real, S: Data<Elem = T>, D: Dimension>(
    metric: &str,
    outputs: &ArrayBase<S, D>,
    targets: &ArrayBase<S, D>,
) -> Vec<f64> {
    let (have, want) = (outputs.shape(), targets.shape());
    assert!(have == want, "{metric}: the outputs have shape {have:?}, but the targets {want:?}");
    assert!(!outputs.is_empty(), "{metric}: outputs of shape {have:?} are empty");
    outputs.iter().zip(targets).map(|(y, t)| y.value() - t.value()).collect()
}

fn mean(x: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = x.len() as f64;
    x.sum::<f64>() / n
}

/// The root mean squared error `sqrt(mean (y - t)^2)` over all elements.
///
/// # Panics
/// If the shapes differ, or the arrays are empty.
#[track_caller]
pub fn root_mean_squared_error<T: Real, S: Data<Elem = T>, D: Dimension>(
    outputs: &ArrayBase<S, D>,
    targets: &ArrayBase<S, D>,
) -> f64 {
    mean(differences("rmse", outputs, targets).iter().map(|d| d * d)).sqrt()
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
    mean(differences("mae", outputs, targets).iter().map(|d| d.abs()))
}

/// The coefficient of determination `1 - sum (y - t)^2 / sum (t - mean t)^2` over all elements: 1 for exact
/// outputs, 0 for the mean of the targets, negative for outputs worse than that. `None` if the targets are
/// all equal.
///
/// # Panics
/// If the shapes differ, or the arrays are empty.
#[track_caller]
pub fn r_squared<T: Real, S: Data<Elem = T>, D: Dimension>(
    outputs: &ArrayBase<S, D>,
    targets: &ArrayBase<S, D>,
) -> Option<f64> {
    let residual: f64 = differences("r squared", outputs, targets).iter().map(|d| d * d).sum();
    let centre = mean(targets.iter().map(|t| t.value()).collect::<Vec<_>>().into_iter());
    let total: f64 = targets.iter().map(|t| (t.value() - centre).powi(2)).sum();
    (total > 0.0).then(|| 1.0 - residual / total)
}
