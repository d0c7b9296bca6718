//! A fitted regression.

use super::examples::Regression;
use super::{Examples, LinearError};
use ndarray::{Array1, ArrayBase, ArrayView2, Data, Ix2};
use std::fmt;
use wengert_minimize::MinimizeReport;
use wengert_nn::metrics::r_squared;

/// How a fit went.
#[derive(Clone, Debug, PartialEq)]
pub struct FitReport {
    /// The loss summed over the examples, without the penalty.
    pub loss: f64,
    /// What was minimised: the loss and the penalty.
    pub objective: f64,
    /// The minimisation by a method of [`wengert_minimize`], if it was one. Each model says what was minimised.
    pub minimisation: Option<MinimizeReport>,
    /// By how much at most the objective is above its minimum, where that is known: of the hinge loss.
    pub duality_gap: Option<f64>,
}

impl FitReport {
    /// Whether the minimum was found: directly, by a minimisation that met its tolerance, or to a duality gap of at most
    /// 1e-8 of the objective.
    pub fn converged(&self) -> bool {
        let closed = self.duality_gap.is_none_or(|gap| gap <= 1e-8 * self.objective);
        closed && self.minimisation.as_ref().is_none_or(|report| report.termination.converged())
    }
}

impl fmt::Display for FitReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loss {:.6e}, objective {:.6e}, ", self.loss, self.objective)?;
        match &self.minimisation {
            Some(report) => write!(f, "{report}"),
            None => match self.duality_gap {
                Some(gap) => write!(f, "solved to a duality gap of {gap:.1e}"),
                None => write!(f, "solved directly"),
            },
        }
    }
}

/// A fitted regression, `y = x'w + b`.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearRegressor {
    /// The coefficients `w`, one for each feature.
    pub coefficients: Array1<f64>,
    /// The intercept `b`; 0 if the model was fitted without one.
    pub intercept: f64,
    /// How the fit went.
    pub report: FitReport,
}

impl LinearRegressor {
    /// The model with these numbers; `minimisation` is what found them.
    pub(super) fn new(
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

    /// The predicted value for each row of `x`.
    ///
    /// # Panics
    /// If the rows are not as wide as those that the model was fitted to.
    #[track_caller]
    pub fn predict<S: Data<Elem = f64>>(&self, x: &ArrayBase<S, Ix2>) -> Array1<f64> {
        expect_width(&x.view(), self.coefficients.len());
        x.dot(&self.coefficients) + self.intercept
    }

    /// The coefficient of determination, `1 - |y - prediction|^2 / |y - mean y|^2`: 1 where all values are hit, 0 for
    /// the mean of the values.
    ///
    /// # Errors
    /// If the examples can't be used, don't fit the model, or have targets that are all equal.
    pub fn score<'a>(&self, examples: impl Into<Examples<'a>>) -> Result<f64, LinearError> {
        let (x, y) = examples.into().regression()?;
        expect_features(&x, self.coefficients.len())?;
        r_squared(&self.predict(&x), &y.to_owned()).ok_or(LinearError::ConstantTargets)
    }
}

#[track_caller]
pub(super) fn expect_width(x: &ArrayView2<'_, f64>, features: usize) {
    let width = x.ncols();
    assert!(width == features, "predict: the rows have {width} features, the model was fitted to {features}");
}

pub(super) fn expect_features(x: &ArrayView2<'_, f64>, model: usize) -> Result<(), LinearError> {
    let examples = x.ncols();
    if examples == model {
        return Ok(());
    }
    Err(LinearError::OtherModel { what: "features", model, examples })
}
