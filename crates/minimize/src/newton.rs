//! Newton's method with the whole Hessian.

use std::convert::Infallible;

use super::cholesky::Cholesky;
use super::line_search::{Wolfe, search};
use super::report::{Observer, Report};
use super::run::{Point, Run, follow};
use super::{Hessian, Method, StopReason, Stopping};

/// Newton's method with exact Hessians: few steps, each costing a Hessian and `n^3 / 6` multiply-adds.
///
/// ```text
/// x <- x + alpha d,   (H + tau I) d = -g,   alpha from a line search that tries 1 first
/// ```
///
/// `tau` is 0 where the Hessian is positive definite: then a quadratic is solved in one step, and the number
/// of correct digits doubles with each step near a minimum. Elsewhere `tau` is the first of a growing
/// sequence for which a Cholesky factor exists, so that `d` goes down.
///
/// Source: Nocedal and Wright 2006, algorithms 3.2 and 3.3; the line search is that of
/// [`Lbfgs`](super::Lbfgs).
///
/// | here | scipy's `minimize` | default |
/// |---|---|---|
/// | `objective` with [`Hessian`] | `hess` of `trust-exact`, which damps by a trust region | |
/// | [`wolfe(c1, c2)`](Newton::wolfe) | | 1e-4, 0.9 |
/// | [`stopping`](Newton::stopping) | `gtol`, `maxiter`: see [`Stopping`] | |
#[derive(Clone, Debug, PartialEq)]
pub struct Newton {
    wolfe: Wolfe,
    stopping: Stopping,
}

impl Default for Newton {
    fn default() -> Self {
        Self { wolfe: Wolfe { c1: 1e-4, c2: 0.9 }, stopping: Stopping::new() }
    }
}

impl Newton {
    /// The defaults of the table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The constants of the line search.
    ///
    /// # Panics
    /// Unless `0 < c1 < 1/2` and `c1 < c2 < 1`.
    #[must_use]
    #[track_caller]
    pub fn wolfe(mut self, c1: f64, c2: f64) -> Self {
        self.wolfe = Wolfe::new("Newton", c1, c2);
        self
    }

    /// When to stop.
    #[must_use]
    pub fn stopping(mut self, stopping: Stopping) -> Self {
        self.stopping = stopping;
        self
    }

    fn descend<O: Hessian + ?Sized>(
        &self,
        run: &mut Run<'_, O>,
        last: &mut Point,
    ) -> Result<Infallible, StopReason> {
        run.begin(last)?;
        let n = last.x.len();
        let mut next = last.clone();
        let (mut hessian, mut direction) = (vec![0.0; n * n], vec![0.0; n]);
        loop {
            hessian.fill(0.0);
            run.objective.hessian(&last.x, &mut hessian);
            run.evaluations.hessians += 1;
            let factor = Cholesky::shifted(&hessian, n).ok_or(run.not_finite())?;
            for (d, g) in direction.iter_mut().zip(&last.gradient) {
                *d = -g;
            }
            factor.solve(&mut direction);
            search(run, self.wolfe, last, &direction, 1.0, &mut next)?;
            run.advance(last, &mut next)?;
        }
    }
}

impl<O: Hessian + ?Sized> Method<O> for Newton {
    fn minimize_observed(&self, objective: &mut O, start: &[f64], observer: &mut Observer<'_>) -> Report {
        follow(objective, &self.stopping, start, observer, |run, last| self.descend(run, last))
    }
}
