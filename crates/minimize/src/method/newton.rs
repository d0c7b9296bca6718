//! Newton's method with the whole Hessian.

use crate::cholesky::Cholesky;
use crate::line_search::{Wolfe, search};
use crate::minimizer::{Descent, Method};
use crate::objective::Hessian;
use crate::run::{Point, Run};
use crate::stopping::Termination;
use crate::vector::negate;

/// Newton's method with exact Hessians: few steps, each of which costs a Hessian and `n^3 / 6`
/// multiply-adds.
///
/// ```text
/// x <- x + alpha d,   (H + tau I) d = -g,   alpha from a line search that tries 1 first
/// ```
///
/// `tau` is 0 where the Hessian is positive definite: a quadratic is then solved in one step, and near a
/// minimum the number of correct digits doubles with each step. Elsewhere `tau` is the first of a growing
/// sequence for which a Cholesky factor exists, so that `d` is a descent direction.
///
/// Source: Nocedal and Wright 2006, algorithms 3.2 and 3.3; the line search is that of
/// [`Lbfgs`](crate::Lbfgs).
///
/// | here | scipy's `minimize` | default |
/// |---|---|---|
/// | an objective with [`Hessian`] | `hess` of `trust-exact`, which damps by a trust region | |
/// | [`wolfe(c1, c2)`](Newton::wolfe) | | 1e-4, 0.9 |
#[derive(Clone, Debug, PartialEq)]
pub struct Newton {
    wolfe: Wolfe,
}

impl Default for Newton {
    fn default() -> Self {
        Self { wolfe: Wolfe { c1: 1e-4, c2: 0.9 } }
    }
}

impl Newton {
    /// The defaults of the table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the constants of the line search: the fraction of the predicted decrease that a step must
    /// reach, and the fraction of the slope that may remain.
    ///
    /// # Panics
    /// Unless `0 < c1 < 1/2` and `c1 < c2 < 1`.
    #[must_use]
    #[track_caller]
    pub fn wolfe(mut self, c1: f64, c2: f64) -> Self {
        self.wolfe = Wolfe::new("Newton", c1, c2);
        self
    }
}

impl<O: Hessian + ?Sized> Method<O> for Newton {
    fn start(&self, run: &mut Run<'_, O>, at: &mut Point) -> Box<dyn Descent<O> + '_> {
        run.evaluate(at);
        let n = at.x.len();
        Box::new(NewtonDescent { wolfe: self.wolfe, hessian: vec![0.0; n * n], direction: vec![0.0; n] })
    }
}

struct NewtonDescent {
    wolfe: Wolfe,
    hessian: Vec<f64>,
    direction: Vec<f64>,
}

impl<O: Hessian + ?Sized> Descent<O> for NewtonDescent {
    fn step(&mut self, run: &mut Run<'_, O>, at: &Point, next: &mut Point) -> Result<(), Termination> {
        let Self { wolfe, hessian, direction } = self;
        run.hessian(&at.x, hessian);
        let factor = Cholesky::shifted(hessian, at.x.len()).ok_or(run.not_finite())?;
        negate(direction, &at.gradient);
        factor.solve(direction);
        search(run, *wolfe, at, direction, 1.0, next).map(drop)
    }
}
