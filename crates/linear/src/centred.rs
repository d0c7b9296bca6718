//! Features and targets about their means: how regressions fit an intercept that is not penalised.

use super::examples::Regression;
use ndarray::{Array1, Array2, Axis};

/// A regression moved so that the best intercept is 0, whatever the coefficients: `b = mean y - w'mean x`.
pub(super) struct Centred {
    pub(super) features: Array2<f64>,
    pub(super) targets: Array1<f64>,
    feature_means: Array1<f64>,
    target_mean: f64,
}

impl Centred {
    /// About the means, or about 0 without an intercept.
    pub(super) fn new((x, y): Regression<'_>, intercept: bool) -> Self {
        let mean = |sum: f64| if intercept { sum / x.nrows() as f64 } else { 0.0 };
        let (feature_means, target_mean) = (x.sum_axis(Axis(0)).mapv(mean), mean(y.sum()));
        // Row-major, whatever the order of the view.
        let mut features = Array2::zeros(x.dim());
        features.assign(&x);
        features -= &feature_means;
        Self { features, targets: &y - target_mean, feature_means, target_mean }
    }

    /// The features in one slice, row by row.
    pub(super) fn rows(&self) -> &[f64] {
        self.features.as_slice().expect("they were written row by row")
    }

    /// The targets in one slice.
    pub(super) fn values(&self) -> &[f64] {
        self.targets.as_slice().expect("a difference is contiguous")
    }

    /// The intercept that belongs to coefficients.
    pub(super) fn intercept(&self, coefficients: &Array1<f64>) -> f64 {
        self.target_mean - self.feature_means.dot(coefficients)
    }
}
