//! Coordinate descent for the lasso.

use wengert_kernels::validate::assert_non_negative;

use crate::minimizer::{Descent, Method};
use crate::proximal::soft_threshold;
use crate::residuals::LinearResiduals;
use crate::run::{Point, Run};
use crate::stopping::Termination;
use crate::vector::{add_scaled, dot};

/// Cyclic coordinate descent for the lasso, `|A x - b|^2 / 2 + lambda |x|_1`: each coordinate in turn moves
/// to its minimum while the others stay.
///
/// ```text
/// x_j <- S(c_j x_j - a_j'r, lambda) / c_j      r = A x - b,  c_j = a_j'a_j,  S the soft threshold
/// ```
///
/// An iteration is a sweep over all coordinates. It costs as much as one gradient and counts as one
/// evaluation. Instead of a gradient the report has the smallest subgradient: `g_j + lambda sign x_j`, or
/// `S(g_j, lambda)` at `x_j = 0`. It vanishes at the minimum (the conditions of Karush, Kuhn and Tucker). A
/// column of zeros leaves its coordinate at 0 if `lambda > 0`, and where it started otherwise.
///
/// Source: Fu 1998; Friedman, Hastie, Hoefling and Tibshirani 2007, section 2.
///
/// | here | scikit-learn's `Lasso` |
/// |---|---|
/// | `new(lambda)` | `alpha` times the number of rows |
/// | [`Stopping`](crate::Stopping) | `tol` (a duality gap), `max_iter` |
#[derive(Clone, Debug, PartialEq)]
pub struct CoordinateDescent {
    lambda: f64,
}

impl CoordinateDescent {
    /// The lasso with the weight `lambda` of the L1 term; 0 for plain least squares.
    ///
    /// # Panics
    /// If `lambda` is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(lambda: f64) -> Self {
        assert_non_negative("CoordinateDescent: lambda", lambda);
        Self { lambda }
    }
}

impl<O: LinearResiduals + ?Sized> Method<O> for CoordinateDescent {
    /// # Panics
    /// If the start does not have one entry per column of the matrix.
    #[track_caller]
    fn start(&self, run: &mut Run<'_, O>, at: &mut Point) -> Box<dyn Descent<O> + '_> {
        let (given, count) = (at.x.len(), run.objective().columns());
        assert!(
            given == count,
            "CoordinateDescent: x has length {given}, but the matrix has {count} columns"
        );
        let columns = (0..count).map(|j| run.objective().column(j)).collect();
        let residuals = vec![0.0; run.objective().count()];
        let mut descent = Sweeps { lambda: self.lambda, columns, residuals };
        descent.describe(run, at);
        Box::new(descent)
    }
}

struct Sweeps {
    lambda: f64,
    columns: Vec<Vec<f64>>,
    residuals: Vec<f64>,
}

impl<O: LinearResiduals + ?Sized> Descent<O> for Sweeps {
    fn step(&mut self, run: &mut Run<'_, O>, at: &Point, next: &mut Point) -> Result<(), Termination> {
        run.check_evaluations()?;
        next.x.copy_from_slice(&at.x);
        self.sweep(&mut next.x);
        self.describe(run, next);
        if !next.is_finite() {
            return Err(run.not_finite());
        }
        // From here on every sweep is the same.
        if next.x == at.x {
            return Err(run.no_descent());
        }
        Ok(())
    }
}

impl Sweeps {
    fn sweep(&mut self, x: &mut [f64]) {
        for (x, column) in x.iter_mut().zip(&self.columns) {
            let curvature = dot(column, column);
            let moved = if curvature > 0.0 {
                soft_threshold(curvature * *x - dot(column, &self.residuals), self.lambda) / curvature
            } else if self.lambda > 0.0 {
                0.0
            } else {
                *x
            };
            add_scaled(&mut self.residuals, moved - *x, column);
            *x = moved;
        }
    }

    /// Evaluates the residuals afresh, and from them the value and the smallest subgradient.
    fn describe<O: LinearResiduals + ?Sized>(&mut self, run: &mut Run<'_, O>, at: &mut Point) {
        let size: f64 = at.x.iter().map(|x| x.abs()).sum();
        at.value = run.half_square(&at.x, &mut self.residuals) + self.lambda * size;
        for ((g, x), column) in at.gradient.iter_mut().zip(&at.x).zip(&self.columns) {
            let smooth = dot(column, &self.residuals);
            *g = if *x == 0.0 {
                soft_threshold(smooth, self.lambda)
            } else {
                smooth + self.lambda * x.signum()
            };
        }
    }
}
