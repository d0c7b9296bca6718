//! Ordinary least squares.

use crate::error::LinearError;
use crate::examples::{Examples, Regression, check_regression};
use crate::regressor::LinearRegressor;
use ndarray::{Array2, s};
use wengert_minimize::LeastSquares;

/// Ordinary least squares: the `w` and `b` that minimise `|y - X w - b|^2`, **summed** over the
/// examples, without 1/2.
///
/// Solved by Householder reflections, so the relative error grows with the condition number of `X`,
/// and not with its square as in the normal equations.
///
/// | here | scikit-learn's `LinearRegression` |
/// |---|---|
/// | [`without_intercept`](Self::without_intercept) | `fit_intercept=False` |
/// | fewer examples than coefficients, or dependent features: an error | the solution of minimum norm: [`minimum_norm`](crate::minimum_norm()) |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrdinaryLeastSquares {
    intercept: bool,
}

impl Default for OrdinaryLeastSquares {
    fn default() -> Self {
        Self::new()
    }
}

impl OrdinaryLeastSquares {
    /// Creates least squares with an intercept.
    #[must_use]
    pub fn new() -> Self {
        Self { intercept: true }
    }

    /// Fits without an intercept: `b = 0`.
    #[must_use]
    pub fn without_intercept(self) -> Self {
        Self { intercept: false }
    }

    /// Fits the examples.
    ///
    /// # Errors
    /// If the examples are empty, mismatched or not finite, or if their targets are classes; if
    /// their sums overflow; if there are fewer examples than coefficients; if a feature is a linear
    /// combination of the features before it.
    pub fn fit<'a>(&self, examples: impl Into<Examples<'a>>) -> Result<LinearRegressor, LinearError> {
        let regression = examples.into().regression()?;
        check_regression(regression, f64::abs)?;
        let (examples, features) = regression.0.dim();
        let coefficients = features + usize::from(self.intercept);
        if examples < coefficients {
            return Err(LinearError::TooFewExamples { examples, coefficients });
        }
        let w = solve(regression, self.intercept)?;
        let (b, w) = if self.intercept { (w[0], &w[1..]) } else { (0.0, &w[..]) };
        Ok(LinearRegressor::new(regression, (w.to_vec().into(), b), 0.0, None))
    }
}

/// The coefficients. The intercept, if there is one, comes first, as the coefficient of a column of ones.
fn solve((x, y): Regression<'_>, intercept: bool) -> Result<Vec<f64>, LinearError> {
    let ones = usize::from(intercept);
    let mut matrix = Array2::ones((x.nrows(), ones + x.ncols()));
    matrix.slice_mut(s![.., ones..]).assign(&x);
    let (rows, y) = (matrix.as_slice().expect("the array was created in row-major order"), y.to_vec());
    let solved = LeastSquares::new(rows, &y).solve();
    solved.map_err(|depends| LinearError::DependentFeature { column: depends.column + 1 - ones })
}
