//! The lasso.

use super::centred::Centred;
use super::{Examples, LinearError, LinearRegressor};
use wengert_minimize::{CoordinateDescent, LeastSquares, Minimizer, Stopping};

/// The lasso: the `w` and `b` that minimise `|y - X w - b|^2 + lambda |w|_1`, **summed** over the examples, without 1/2,
/// which makes coefficients exactly 0. The intercept is not penalised.
///
/// Minimised by [`CoordinateDescent`], whose coordinate steps are the proximal steps of the penalty, on half of that:
/// the value in the [report](super::FitReport::minimisation) is half of the objective, and what its tolerance is about
/// is the smallest subgradient of it.
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
/// // About the means x'y is (4, 0.5) and x'x is (2, 0.5): the first is 2 (4 - 2 / 2) / 4, the second below its threshold.
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
    /// With this strength of the penalty, and an intercept.
    ///
    /// # Panics
    /// If `lambda` is not positive and finite; without a penalty it is
    /// [`OrdinaryLeastSquares`](super::OrdinaryLeastSquares).
    #[must_use]
    #[track_caller]
    pub fn new(lambda: f64) -> Self {
        wengert_kernels::validate::assert_positive("lasso: lambda", lambda);
        Self { lambda, intercept: true, stopping: Stopping::new() }
    }

    /// Through the origin: `b = 0`.
    #[must_use]
    pub fn without_intercept(self) -> Self {
        Self { intercept: false, ..self }
    }

    /// When to stop.
    #[must_use]
    pub fn stopping(self, stopping: Stopping) -> Self {
        Self { stopping, ..self }
    }

    /// Fits the examples. Look at [`converged`](super::FitReport::converged).
    ///
    /// # Errors
    /// If the examples are empty, mismatched, not finite or classes.
    pub fn fit<'a>(&self, examples: impl Into<Examples<'a>>) -> Result<LinearRegressor, LinearError> {
        let regression = examples.into().regression()?;
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
