//! Centred features and targets, with which regressions fit an intercept that is not penalised.

use crate::examples::Regression;
use ndarray::{Array1, Array2, Axis};

/// A regression shifted so that the optimal intercept is 0 for any coefficients: `b = mean y - w'mean x`.
pub(crate) struct Centred {
    pub(crate) features: Array2<f64>,
    pub(crate) targets: Array1<f64>,
    feature_means: Array1<f64>,
    target_mean: f64,
}

impl Centred {
    /// Subtracts the means, or nothing without an intercept.
    pub(crate) fn new((x, y): Regression<'_>, intercept: bool) -> Self {
        let mean = |sum: f64| if intercept { sum / x.nrows() as f64 } else { 0.0 };
        let (feature_means, target_mean) = (x.sum_axis(Axis(0)).mapv(mean), mean(y.sum()));
        // Row-major for any memory layout of the view.
        let mut features = Array2::zeros(x.dim());
        features.assign(&x);
        features -= &feature_means;
        Self { features, targets: &y - target_mean, feature_means, target_mean }
    }

    /// The features in row-major order.
    pub(crate) fn rows(&self) -> &[f64] {
        self.features.as_slice().expect("the array was created in row-major order")
    }

    /// The targets.
    pub(crate) fn values(&self) -> &[f64] {
        self.targets.as_slice().expect("a difference is contiguous")
    }

    /// The optimal intercept for these coefficients.
    pub(crate) fn intercept(&self, coefficients: &Array1<f64>) -> f64 {
        self.target_mean - self.feature_means.dot(coefficients)
    }
}
