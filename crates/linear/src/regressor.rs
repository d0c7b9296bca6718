//! Fitted linear regressions.

use crate::error::LinearError;
use crate::examples::{Examples, Regression};
use crate::fit_report::FitReport;
use crate::width::{assert_width, check_features};
use ndarray::{Array1, ArrayBase, Data, Ix2};
use wengert_minimize::MinimizeReport;
use wengert_nn::metrics::r_squared;

/// A fitted regression, `y = x'w + b`.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearRegressor {
    /// The coefficients `w`, one per feature.
    pub coefficients: Array1<f64>,
    /// The intercept `b`; 0 if the model was fitted without an intercept.
    pub intercept: f64,
    /// The report of the fit.
    pub report: FitReport,
}

impl LinearRegressor {
    /// The model with these coefficients; `minimisation` is the report of the method that found them.
    pub(crate) fn new(
        (x, y): Regression<'_>,
        (coefficients, intercept): (Array1<f64>, f64),
        penalty: f64,
        minimisation: Option<MinimizeReport>,
    ) -> Self {
        let residuals = &y - &x.dot(&coefficients) - intercept;
        let loss = residuals.dot(&residuals);
        let report = FitReport { loss, objective: loss + penalty, minimisation, duality_gap: None };
        Self { coefficients, intercept, report }
    }

    /// The predicted value for each row of `x`, shape `(examples, features) -> (examples)`.
    ///
    /// # Panics
    /// If the number of features is not that of the model.
    #[track_caller]
    pub fn predict<S: Data<Elem = f64>>(&self, x: &ArrayBase<S, Ix2>) -> Array1<f64> {
        assert_width(&x.view(), self.coefficients.len());
        x.dot(&self.coefficients) + self.intercept
    }

    /// The coefficient of determination, `1 - |y - prediction|^2 / |y - mean y|^2`: 1 for perfect
    /// predictions, 0 for predictions as good as the mean of the targets, and negative for worse
    /// ones.
    ///
    /// # Errors
    /// If the examples are invalid, have another number of features than the model, or have targets
    /// that are all equal.
    pub fn r_squared<'a>(&self, examples: impl Into<Examples<'a>>) -> Result<f64, LinearError> {
        let (x, y) = examples.into().regression()?;
        check_features(&x, self.coefficients.len())?;
        r_squared(&self.predict(&x), &y.to_owned()).ok_or(LinearError::ConstantTargets)
    }
}
