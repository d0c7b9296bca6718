//! Coordinate descent for the lasso.

use std::convert::Infallible;

use super::proximal::soft_threshold;
use super::report::{Observer, Report};
use super::run::{Point, Run, follow};
use super::vector::{add_scaled, dot};
use super::{LeastSquares, Method, StopReason, Stopping};
use wengert_kernels::validate::assert_non_negative;

/// Cyclic coordinate descent for the lasso, `|A x - b|^2 / 2 + lambda |x|_1`: each coordinate in turn goes to
/// its minimum while the others stay.
///
/// ```text
/// x_j <- S(c_j x_j - a_j'r, lambda) / c_j      r = A x - b,  c_j = a_j'a_j,  S the soft threshold
/// ```
///
/// An iteration is a sweep over all coordinates, as costly as one gradient, and counted as one evaluation. In
/// place of a gradient the report has the smallest subgradient: `g_j + lambda sign x_j`, or `S(g_j, lambda)`
/// at `x_j = 0`. It vanishes at the minimum: those are the conditions of Karush, Kuhn and Tucker. A column of
/// zeros leaves its coordinate at 0 if `lambda > 0`, and where it started otherwise.
///
/// Source: Fu 1998; Friedman, Hastie, Hoefling and Tibshirani 2007, section 2.
///
/// | here | scikit-learn's `Lasso` | default |
/// |---|---|---|
/// | `new(lambda)` | `alpha` times the number of rows | |
/// | [`stopping`](CoordinateDescent::stopping) | `tol` (a duality gap), `max_iter` | |
#[derive(Clone, Debug, PartialEq)]
pub struct CoordinateDescent {
    lambda: f64,
    stopping: Stopping,
}

impl CoordinateDescent {
    /// The lasso with this weight of the L1 term; 0 for plain least squares.
    ///
    /// # Panics
    /// If `lambda` is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(lambda: f64) -> Self {
        assert_non_negative("CoordinateDescent: lambda", lambda);
        Self { lambda, stopping: Stopping::new() }
    }

    /// When to stop.
    #[must_use]
    pub fn stopping(mut self, stopping: Stopping) -> Self {
        self.stopping = stopping;
        self
    }

    fn descend(
        &self,
        run: &mut Run<'_, LeastSquares<'_>>,
        last: &mut Point,
    ) -> Result<Infallible, StopReason> {
        let columns: Vec<Vec<f64>> = (0..last.x.len()).map(|j| run.objective.column(j)).collect();
        let mut r = vec![0.0; run.objective.rows()];
        self.describe(run, &columns, last, &mut r);
        run.begin_at(last)?;
        let mut next = last.clone();
        loop {
            run.expect_evaluation()?;
            next.x.copy_from_slice(&last.x);
            self.sweep(&columns, &mut next.x, &mut r);
            self.describe(run, &columns, &mut next, &mut r);
            if !next.is_finite() {
                return Err(run.not_finite());
            }
            // From here on every sweep is the same.
            if next.x == last.x {
                return Err(run.no_descent());
            }
            run.advance(last, &mut next)?;
        }
    }

    fn sweep(&self, columns: &[Vec<f64>], x: &mut [f64], r: &mut [f64]) {
        for (x, column) in x.iter_mut().zip(columns) {
            let curvature = dot(column, column);
            let moved = if curvature > 0.0 {
                soft_threshold(curvature * *x - dot(column, r), self.lambda) / curvature
            } else if self.lambda > 0.0 {
                0.0
            } else {
                *x
            };
            add_scaled(r, moved - *x, column);
            *x = moved;
        }
    }

    /// The value and the smallest subgradient, from residuals computed afresh.
    fn describe(
        &self,
        run: &mut Run<'_, LeastSquares<'_>>,
        columns: &[Vec<f64>],
        at: &mut Point,
        r: &mut [f64],
    ) {
        let size: f64 = at.x.iter().map(|x| x.abs()).sum();
        at.value = run.half_square(&at.x, r) + self.lambda * size;
        for ((g, x), column) in at.gradient.iter_mut().zip(&at.x).zip(columns) {
            let smooth = dot(column, r);
            *g = if *x == 0.0 {
                soft_threshold(smooth, self.lambda)
            } else {
                smooth + self.lambda * x.signum()
            };
        }
    }
}

impl<'a> Method<LeastSquares<'a>> for CoordinateDescent {
    /// # Panics
    /// If the start is not as long as the matrix has columns.
    #[track_caller]
    fn minimize_observed(
        &self,
        objective: &mut LeastSquares<'a>,
        start: &[f64],
        observer: &mut Observer<'_>,
    ) -> Report {
        objective.expect_columns(start);
        follow(objective, &self.stopping, start, observer, |run, last| self.descend(run, last))
    }
}
