//! Metrics of regression for outputs without weights: short forms of the methods of [`ValuePredictions`].

use super::value_predictions::ValuePredictions;
use ndarray::{ArrayBase, Data, Dimension};
use wengert_ad::Real;

/// The root mean squared error `sqrt(mean (y - t)^2)` over all elements: see
/// [`ValuePredictions::root_mean_squared_error`].
///
/// # Panics
/// If the shapes differ, or the arrays are empty.
#[track_caller]
pub fn root_mean_squared_error<T: Real, S: Data<Elem = T>, D: Dimension>(
    outputs: &ArrayBase<S, D>,
    targets: &ArrayBase<S, D>,
) -> f64 {
    ValuePredictions::named("rmse", outputs, targets).root_mean_squared_error()
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
    ValuePredictions::named("mae", outputs, targets).mean_absolute_error()
}

/// The coefficient of determination `1 - sum (y - t)^2 / sum (t - mean t)^2` over all elements; `None` if the
/// targets are all equal: see [`ValuePredictions::r_squared`].
///
/// # Panics
/// If the shapes differ, or the arrays are empty.
#[track_caller]
pub fn r_squared<T: Real, S: Data<Elem = T>, D: Dimension>(
    outputs: &ArrayBase<S, D>,
    targets: &ArrayBase<S, D>,
) -> Option<f64> {
    ValuePredictions::named("r squared", outputs, targets).r_squared()
}
