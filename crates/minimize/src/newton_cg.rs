//! Truncated Newton: Newton's equation solved by conjugate gradients, which need products only.

use std::convert::Infallible;

use super::line_search::{Wolfe, search};
use super::report::{Observer, Report};
use super::run::{Point, Run, follow};
use super::vector::{add_scaled, dot, norm};
use super::{HessianProduct, Method, StopReason, Stopping};

/// Truncated Newton (Newton-CG): for many variables, where a Hessian is too large but its product with a
/// vector is cheap.
///
/// ```text
/// x <- x + alpha d,   alpha from a line search that tries 1 first
/// d: conjugate gradients on H d = -g from 0, until |H d + g| <= min(1/2, sqrt |g|) |g|
///    or the curvature is no longer positive
/// ```
///
/// The residual asked for shrinks with the gradient, so that convergence is faster than linear. Where the
/// first direction already has no positive curvature, `d = -g`.
///
/// Source: Dembo and Steihaug 1983; Nocedal and Wright 2006, algorithm 7.1.
///
/// | here | scipy's `minimize(method="Newton-CG")` | default |
/// |---|---|---|
/// | `objective` with [`HessianProduct`] | `hessp` | |
/// | [`products(n)`](NewtonCg::products) | `20 n` | twice the number of variables |
/// | [`wolfe(c1, c2)`](NewtonCg::wolfe) | `c1`, `c2`: 1e-4, 0.9 | 1e-4, 0.9 |
/// | [`stopping`](NewtonCg::stopping) | `xtol`, `maxiter`: see [`Stopping`] | |
#[derive(Clone, Debug, PartialEq)]
pub struct NewtonCg {
    products: Option<usize>,
    wolfe: Wolfe,
    stopping: Stopping,
}

impl Default for NewtonCg {
    fn default() -> Self {
        Self { products: None, wolfe: Wolfe { c1: 1e-4, c2: 0.9 }, stopping: Stopping::new() }
    }
}

impl NewtonCg {
    /// The defaults of the table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Allows so many products an iteration.
    ///
    /// # Panics
    /// If that is 0.
    #[must_use]
    #[track_caller]
    pub fn products(mut self, most: usize) -> Self {
        assert!(most > 0, "NewtonCg: products is 0, must be at least 1");
        self.products = Some(most);
        self
    }

    /// The constants of the line search.
    ///
    /// # Panics
    /// Unless `0 < c1 < 1/2` and `c1 < c2 < 1`.
    #[must_use]
    #[track_caller]
    pub fn wolfe(mut self, c1: f64, c2: f64) -> Self {
        self.wolfe = Wolfe::new("NewtonCg", c1, c2);
        self
    }

    /// When to stop.
    #[must_use]
    pub fn stopping(mut self, stopping: Stopping) -> Self {
        self.stopping = stopping;
        self
    }

    fn descend<O: HessianProduct + ?Sized>(
        &self,
        run: &mut Run<'_, O>,
        last: &mut Point,
    ) -> Result<Infallible, StopReason> {
        run.begin(last)?;
        let mut next = last.clone();
        let most = self.products.unwrap_or(2 * last.x.len());
        loop {
            let direction = truncated(run, last, most)?;
            search(run, self.wolfe, last, &direction, 1.0, &mut next)?;
            run.advance(last, &mut next)?;
        }
    }
}

/// Newton's direction, as far as `most` products and positive curvature lead.
fn truncated<O: HessianProduct + ?Sized>(
    run: &mut Run<'_, O>,
    at: &Point,
    most: usize,
) -> Result<Vec<f64>, StopReason> {
    let size = norm(&at.gradient);
    let enough = size * size.sqrt().min(0.5);
    let mut solution = vec![0.0; at.x.len()];
    let mut residual = at.gradient.clone();
    let mut direction: Vec<f64> = residual.iter().map(|r| -r).collect();
    let mut product = vec![0.0; at.x.len()];
    let mut square = dot(&residual, &residual);
    for done in 0..most {
        product.fill(0.0);
        run.objective.hessian_product(&at.x, &direction, &mut product);
        run.evaluations.products += 1;
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
        if norm(&residual) <= enough {
            break;
        }
        for (d, r) in direction.iter_mut().zip(&residual) {
            *d = square / square_before * *d - r;
        }
    }
    Ok(solution)
}

impl<O: HessianProduct + ?Sized> Method<O> for NewtonCg {
    fn minimize_observed(&self, objective: &mut O, start: &[f64], observer: &mut Observer<'_>) -> Report {
        follow(objective, &self.stopping, start, observer, |run, last| self.descend(run, last))
    }
}
