//! Truncated Newton: Newton's equation solved by conjugate gradients, which need products only.

use wengert_kernels::norm;

use crate::line_search::{Wolfe, search};
use crate::minimizer::{Descent, Method};
use crate::objective::HessianProduct;
use crate::run::{Point, Run};
use crate::stopping::Termination;
use crate::vector::{add_scaled, dot};

/// Truncated Newton (Newton-CG): for many variables, where a Hessian is too large but its product with a
/// vector is cheap.
///
/// ```text
/// x <- x + alpha d,   alpha from a line search that tries 1 first
/// d: conjugate gradients on H d = -g from 0, until |H d + g| <= min(1/2, sqrt |g|) |g|
///    or the curvature is no longer positive
/// ```
///
/// The tolerance of the inner solve shrinks with the gradient, so that convergence is faster than linear.
/// Where already the first direction has no positive curvature, `d = -g`.
///
/// Source: Dembo and Steihaug 1983; Nocedal and Wright 2006, algorithm 7.1.
///
/// | here | scipy's `minimize(method="Newton-CG")` | default |
/// |---|---|---|
/// | an objective with [`HessianProduct`] | `hessp` | |
/// | [`max_products(n)`](NewtonCg::max_products) | `20 n` | twice the number of variables |
/// | [`wolfe(c1, c2)`](NewtonCg::wolfe) | `c1`, `c2`: 1e-4, 0.9 | 1e-4, 0.9 |
#[derive(Clone, Debug, PartialEq)]
pub struct NewtonCg {
    max_products: Option<usize>,
    wolfe: Wolfe,
}

impl Default for NewtonCg {
    fn default() -> Self {
        Self { max_products: None, wolfe: Wolfe { c1: 1e-4, c2: 0.9 } }
    }
}

impl NewtonCg {
    /// The defaults of the table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the largest number of Hessian-vector products per iteration.
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub fn max_products(mut self, most: usize) -> Self {
        assert!(most > 0, "NewtonCg: max_products is 0, must be at least 1");
        self.max_products = Some(most);
        self
    }

    /// Sets the constants of the line search: the fraction of the predicted decrease that a step must
    /// reach, and the fraction of the slope that may remain.
    ///
    /// # Panics
    /// Unless `0 < c1 < 1/2` and `c1 < c2 < 1`.
    #[must_use]
    #[track_caller]
    pub fn wolfe(mut self, c1: f64, c2: f64) -> Self {
        self.wolfe = Wolfe::new("NewtonCg", c1, c2);
        self
    }
}

impl<O: HessianProduct + ?Sized> Method<O> for NewtonCg {
    fn start(&self, run: &mut Run<'_, O>, at: &mut Point) -> Box<dyn Descent<O> + '_> {
        run.evaluate(at);
        let max_products = self.max_products.unwrap_or(2 * at.x.len());
        Box::new(TruncatedDescent { wolfe: self.wolfe, max_products })
    }
}

struct TruncatedDescent {
    wolfe: Wolfe,
    max_products: usize,
}

impl<O: HessianProduct + ?Sized> Descent<O> for TruncatedDescent {
    fn step(&mut self, run: &mut Run<'_, O>, at: &Point, next: &mut Point) -> Result<(), Termination> {
        let direction = truncated_direction(run, at, self.max_products)?;
        search(run, self.wolfe, at, &direction, 1.0, next).map(drop)
    }
}

/// An approximation of Newton's direction by at most `max_products` conjugate gradient iterations.
fn truncated_direction<O: HessianProduct + ?Sized>(
    run: &mut Run<'_, O>,
    at: &Point,
    max_products: usize,
) -> Result<Vec<f64>, Termination> {
    let size = norm(&at.gradient);
    let tolerance = size * size.sqrt().min(0.5);
    let mut solution = vec![0.0; at.x.len()];
    let mut residual = at.gradient.clone();
    let mut direction: Vec<f64> = residual.iter().map(|r| -r).collect();
    let mut product = vec![0.0; at.x.len()];
    let mut square = dot(&residual, &residual);
    for done in 0..max_products {
        run.hessian_product(&at.x, &direction, &mut product);
        let curvature = dot(&direction, &product);
        if !curvature.is_finite() {
            return Err(run.not_finite());
        }
        // Rounding may hide a curvature of zero.
        if curvature <= f64::EPSILON * norm(&direction) * norm(&product) {
            return Ok(if done == 0 { direction } else { solution });
        }
        add_scaled(&mut solution, square / curvature, &direction);
        add_scaled(&mut residual, square / curvature, &product);
        let square_before = std::mem::replace(&mut square, dot(&residual, &residual));
        if norm(&residual) <= tolerance {
            break;
        }
        for (d, r) in direction.iter_mut().zip(&residual) {
            *d = square / square_before * *d - r;
        }
    }
    Ok(solution)
}
