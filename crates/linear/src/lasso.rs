//! The lasso: least squares with an L1 penalty.

use crate::centred::Centred;
use crate::error::LinearError;
use crate::examples::{Examples, check_regression};
use crate::regressor::LinearRegressor;
use wengert_kernels::validate::assert_positive;
use wengert_minimize::{CoordinateDescent, LeastSquares, Minimizer, Stopping};

/// The lasso: the `w` and `b` that minimise `|y - X w - b|^2 + lambda |w|_1`, **summed** over the
/// examples, without 1/2. The penalty makes some coefficients exactly 0. The intercept is not
/// penalised.
///
/// Minimised by [`CoordinateDescent`] with proximal steps, on half of the objective: the value in
/// the [report](crate::FitReport::minimisation) is half of the objective, and the tolerance applies
/// to the smallest subgradient of that half.
///
/// | here | scikit-learn's `Lasso` |
/// |---|---|
/// | `new(lambda)` | `alpha = lambda / (2 n)` for `n` examples |
/// | [`without_intercept`](Self::without_intercept) | `fit_intercept=False` |
/// | [`stopping`](Self::stopping) | `tol` (of a duality gap), `max_iter` |
///
/// Source: Tibshirani 1996.
///
/// ```
/// use ndarray::array;
/// use wengert_linear::Lasso;
///
/// // Centred, x'y is (4, 0.5) and x'x is (2, 0.5), so w[0] = (4 - 2 / 2) / 2; 0.5 is below 2 / 2.
/// let x = array![[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]];
/// let line = Lasso::new(2.0).fit((&x, &[1.0, 3.5, 5.0]))?;
/// assert!((line.coefficients[0] - 1.5).abs() < 1e-12);
/// assert_eq!(line.coefficients[1], 0.0);
/// # Ok::<(), wengert_linear::LinearError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Lasso {
    lambda: f64,
    intercept: bool,
    stopping: Stopping,
}

impl Lasso {
    /// Creates a lasso with this strength of the penalty, and with an intercept.
    ///
    /// # Panics
    /// If `lambda` is not positive and finite. Without a penalty, use
    /// [`OrdinaryLeastSquares`](crate::OrdinaryLeastSquares).
    #[must_use]
    #[track_caller]
    pub fn new(lambda: f64) -> Self {
        assert_positive("lasso: lambda", lambda);
        Self { lambda, intercept: true, stopping: Stopping::new() }
    }

    /// Fits without an intercept: `b = 0`.
    #[must_use]
    pub fn without_intercept(self) -> Self {
        Self { intercept: false, ..self }
    }

    /// Sets the stopping criteria of the minimisation.
    #[must_use]
    pub fn stopping(self, stopping: Stopping) -> Self {
        Self { stopping, ..self }
    }

    /// Fits the examples. [`converged`](crate::FitReport::converged) of the report says whether the
    /// minimum was found.
    ///
    /// # Errors
    /// If the examples are empty, mismatched or not finite, or if their targets are classes; if their
    /// squares overflow.
    pub fn fit<'a>(&self, examples: impl Into<Examples<'a>>) -> Result<LinearRegressor, LinearError> {
        let regression = examples.into().regression()?;
        check_regression(regression, |x| x * x)?;
        let centred = Centred::new(regression, self.intercept);
        let mut halves = LeastSquares::new(centred.rows(), centred.values());
        let start = vec![0.0; halves.columns()];
        let method = CoordinateDescent::new(self.lambda / 2.0);
        let report = Minimizer::new(method).stopping(self.stopping.clone()).minimize(&mut halves, &start);
        let w: ndarray::Array1<f64> = report.x.clone().into();
        let (b, penalty) = (centred.intercept(&w), self.lambda * w.mapv(f64::abs).sum());
        Ok(LinearRegressor::new(regression, (w, b), penalty, Some(report)))
    }
}
