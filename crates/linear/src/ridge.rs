//! Ridge regression, its closed forms, and the minimum-norm solution.

use crate::centred::Centred;
use crate::error::LinearError;
use crate::examples::{Examples, Regression, check_regression};
use crate::regressor::LinearRegressor;
use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate, s};
use wengert_kernels::validate::assert_positive;
use wengert_kernels::{Triangle, Triangular, cholesky};
use wengert_minimize::LeastSquares;

/// Ridge regression: the `w` and `b` that minimise `|y - X w - b|^2 + lambda |w|^2`, **summed**
/// over the examples, without 1/2. The intercept is not penalised.
///
/// Solved with the Cholesky factor of `X'X + lambda I`, or of `XX' + lambda I` if there are fewer
/// examples than features (Hoerl and Kennard 1970).
///
/// | here | scikit-learn's `Ridge` |
/// |---|---|
/// | `new(lambda)` | `alpha` |
/// | [`without_intercept`](Self::without_intercept) | `fit_intercept=False` |
///
/// A [`Regulariser`](wengert_nn::Regulariser) is added to the mean over `n` examples, so its
/// strength is `lambda / n`.
///
/// ```
/// use ndarray::array;
/// use wengert_linear::Ridge;
///
/// // Centred, x = (-1, 1) and y = (-2, 2), so w = x'y / (x'x + lambda) = 4 / (2 + 2).
/// let line = Ridge::new(2.0).fit((&array![[0.0], [2.0]], &[1.0, 5.0]))?;
/// assert_eq!((line.coefficients[0], line.intercept), (1.0, 2.0));
/// # Ok::<(), wengert_linear::LinearError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Ridge {
    lambda: f64,
    intercept: bool,
}

impl Ridge {
    /// Creates ridge regression with this strength of the penalty, and with an intercept.
    ///
    /// # Panics
    /// If `lambda` is not positive and finite. Without a penalty, use
    /// [`OrdinaryLeastSquares`](crate::OrdinaryLeastSquares).
    #[must_use]
    #[track_caller]
    pub fn new(lambda: f64) -> Self {
        assert_positive("ridge: lambda", lambda);
        Self { lambda, intercept: true }
    }

    /// Fits without an intercept: `b = 0`.
    #[must_use]
    pub fn without_intercept(self) -> Self {
        Self { intercept: false, ..self }
    }

    /// Fits the examples.
    ///
    /// # Errors
    /// If the examples are empty, mismatched or not finite, or if their targets are classes; if their
    /// squares overflow; if `lambda` is lost in the rounding of `X'X`.
    pub fn fit<'a>(&self, examples: impl Into<Examples<'a>>) -> Result<LinearRegressor, LinearError> {
        let regression = examples.into().regression()?;
        check_regression(regression, |x| x * x)?;
        let centred = Centred::new(regression, self.intercept);
        let (x, y) = (centred.features.view(), centred.targets.view());
        let form = if x.nrows() < x.ncols() { RidgeForm::Dual } else { RidgeForm::Primal };
        let w = form.solve_checked((x, y), self.lambda)?;
        let (b, penalty) = (centred.intercept(&w), self.lambda * w.dot(&w));
        Ok(LinearRegressor::new(regression, (w, b), penalty, None))
    }
}

/// Four closed forms of the `w` that minimises `|y - X w|^2 + lambda |w|^2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RidgeForm {
    /// `(X'X + lambda I)^-1 X'y`: a linear system of the size of the number of features.
    Primal,
    /// `X'(XX' + lambda I)^-1 y`: a linear system of the size of the number of examples.
    Dual,
    /// Least squares with the rows `sqrt(lambda) I` appended to `X`, and zeros appended to `y`.
    AppendedRows,
    /// The minimum-norm solution with the columns `sqrt(lambda) I` appended to `X`, restricted to
    /// the entries for the features.
    AppendedColumns,
}

impl RidgeForm {
    /// All forms.
    pub const ALL: [Self; 4] = [Self::Primal, Self::Dual, Self::AppendedRows, Self::AppendedColumns];

    /// The coefficients for the examples, without an intercept.
    ///
    /// # Errors
    /// If the examples are empty, mismatched or not finite, or if their targets are classes; if
    /// `lambda` is lost in rounding.
    ///
    /// # Panics
    /// If `lambda` is not positive and finite.
    #[track_caller]
    pub fn solve<'a>(
        self,
        examples: impl Into<Examples<'a>>,
        lambda: f64,
    ) -> Result<Array1<f64>, LinearError> {
        assert_positive("ridge: lambda", lambda);
        self.solve_checked(examples.into().regression()?, lambda)
    }

    fn solve_checked(self, (x, y): Regression<'_>, lambda: f64) -> Result<Array1<f64>, LinearError> {
        let (n, d) = x.dim();
        let lost = LinearError::TooLittlePenalty { lambda };
        let scaled_identity = |size| Array2::from_diag_elem(size, lambda.sqrt());
        match self {
            Self::Primal => solve_gram(&x.t(), lambda, x.t().dot(&y)).ok_or(lost),
            Self::Dual => Ok(x.t().dot(&solve_gram(&x, lambda, y.to_owned()).ok_or(lost)?)),
            Self::AppendedRows => {
                let rows = stacked(Axis(0), &x, &scaled_identity(d));
                let targets: Vec<f64> = y.iter().copied().chain(std::iter::repeat_n(0.0, d)).collect();
                let rows = rows.as_standard_layout();
                let rows = rows.as_slice().expect("the array is in standard layout");
                LeastSquares::new(rows, &targets).solve().map(Into::into).map_err(|_| lost)
            }
            Self::AppendedColumns => {
                let columns = stacked(Axis(1), &x, &scaled_identity(n));
                Ok(minimum_norm_checked((columns.view(), y)).ok_or(lost)?.slice_move(s![..d]))
            }
        }
    }
}

fn stacked(axis: Axis, x: &ArrayView2<'_, f64>, more: &Array2<f64>) -> Array2<f64> {
    concatenate(axis, &[x.view(), more.view()]).expect("the identity is as large as the other axis")
}

/// The `w` of minimum norm with `X w = y`, that is `X'(XX')^-1 y`, for a wide `X` with linearly
/// independent rows. Gradient descent from 0 converges to it. There is no intercept.
///
/// ```
/// use ndarray::array;
/// let w = wengert_linear::minimum_norm((&array![[3.0, 4.0]], &[25.0]))?;
/// assert!((w - array![3.0, 4.0]).iter().all(|x| x.abs() < 1e-14));
/// # Ok::<(), wengert_linear::LinearError>(())
/// ```
///
/// # Errors
/// If the examples are empty, mismatched or not finite, or if their targets are classes; if the
/// rows are linearly dependent, as they are if there are more examples than features.
pub fn minimum_norm<'a>(examples: impl Into<Examples<'a>>) -> Result<Array1<f64>, LinearError> {
    let (x, y) = examples.into().regression()?;
    if x.nrows() > x.ncols() {
        return Err(LinearError::DependentExamples);
    }
    minimum_norm_checked((x, y)).ok_or(LinearError::DependentExamples)
}

fn minimum_norm_checked((x, y): Regression<'_>) -> Option<Array1<f64>> {
    let w = x.t().dot(&solve_gram(&x, 0.0, y.to_owned())?);
    // One step of iterative refinement: it reduces the error from the condition number of XX' to that of X.
    let residual = &y - &x.dot(&w);
    Some(w + x.t().dot(&solve_gram(&x, 0.0, residual)?))
}

/// Solves `(A A' + lambda I) z = b` by Cholesky; `None` if a pivot is lost in rounding.
fn solve_gram(a: &ArrayView2<'_, f64>, lambda: f64, b: Array1<f64>) -> Option<Array1<f64>> {
    let mut gram = a.dot(&a.t());
    gram.diag_mut().mapv_inplace(|g| g + lambda);
    positive_definite(&gram, b)
}

/// Solves `M z = b` for a symmetric `M` by Cholesky; `None` if a pivot is lost in rounding.
pub(crate) fn positive_definite(matrix: &Array2<f64>, mut b: Array1<f64>) -> Option<Array1<f64>> {
    let n = matrix.nrows();
    let (matrix, mut factor) = (matrix.as_standard_layout(), vec![0.0; n * n]);
    let (elements, rounding) =
        (matrix.as_slice().expect("the array is in standard layout"), n as f64 * f64::EPSILON);
    cholesky(elements, n, &mut factor, f64::sqrt, rounding);
    if factor.iter().any(|l| l.is_nan()) {
        return None;
    }
    let z = b.as_slice_mut().expect("the vector is contiguous");
    let lower = Triangular { elements: &factor, n, triangle: Triangle::Lower, unit: false };
    lower.solve(false, z, 1);
    lower.solve(true, z, 1);
    Some(b)
}
