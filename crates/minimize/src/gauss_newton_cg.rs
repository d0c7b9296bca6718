//! Damped Gauss-Newton for many variables: the linear model is solved by conjugate gradients.

use super::damping::{FIRST_DAMPING, Model, descend};
use super::report::{Observer, Report};
use super::run::{Run, follow};
use super::vector::{add_scaled, dot, norm};
use super::{JacobianProducts, Method, Stopping};
use wengert_kernels::validate::assert_non_negative;

/// Gauss-Newton with products only: [`LevenbergMarquardt`](super::LevenbergMarquardt) for many variables,
/// where the Jacobian is too large, but its products with vectors are cheap.
///
/// ```text
/// x <- x + p,   (J'J + lambda c I) p = -J'r      c = |J g|^2 / |g|^2 at the start, g = J'r
/// p: conjugate gradients from 0, until the residual is at most min(1/10, sqrt |g|) |g|
/// ```
///
/// Each iteration of the inner solve takes one product with `J` and one with `J'`. They are those of CGLS:
/// `J'J` is not formed, and its curvatures are squares, so they cannot round to something negative. `lambda`
/// is adapted as in Levenberg-Marquardt, but the variables are not scaled: that would need the columns of
/// `J`.
///
/// Source: Hestenes and Stiefel 1952, section 10 (CGLS); Nocedal and Wright 2006, section 10.3.
///
/// | here | scipy's `least_squares(method="trf", tr_solver="lsmr")` | default |
/// |---|---|---|
/// | `objective` with [`JacobianProducts`] | `jac` as a `LinearOperator` | |
/// | [`damping(lambda)`](GaussNewtonCg::damping) | (a trust region) | 1e-3 |
/// | [`products(n)`](GaussNewtonCg::products) | `tr_options["maxiter"]` | 2 (variables) |
/// | [`stopping`](GaussNewtonCg::stopping) | `gtol`, `ftol`, `xtol`, `max_nfev`: see [`Stopping`] | |
#[derive(Clone, Debug, PartialEq)]
pub struct GaussNewtonCg {
    damping: f64,
    products: Option<usize>,
    stopping: Stopping,
}

impl Default for GaussNewtonCg {
    fn default() -> Self {
        Self { damping: FIRST_DAMPING, products: None, stopping: Stopping::new() }
    }
}

impl GaussNewtonCg {
    /// The defaults of the table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The first `lambda`; 0 for steps that are damped only once one fails.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn damping(mut self, lambda: f64) -> Self {
        assert_non_negative("GaussNewtonCg: damping", lambda);
        self.damping = lambda;
        self
    }

    /// Allows so many products with `J` for a step, and as many with `J'`.
    ///
    /// # Panics
    /// If that is 0.
    #[must_use]
    #[track_caller]
    pub fn products(mut self, most: usize) -> Self {
        assert!(most > 0, "GaussNewtonCg: products is 0, must be at least 1");
        self.products = Some(most);
        self
    }

    /// When to stop.
    #[must_use]
    pub fn stopping(mut self, stopping: Stopping) -> Self {
        self.stopping = stopping;
        self
    }
}

impl<O: JacobianProducts + ?Sized> Method<O> for GaussNewtonCg {
    fn minimize_observed(&self, objective: &mut O, start: &[f64], observer: &mut Observer<'_>) -> Report {
        let most = self.products.unwrap_or(2 * start.len());
        let mut model = Products { x: start.to_vec(), curvature: None, most };
        follow(objective, &self.stopping, start, observer, |run, last| {
            descend(run, last, self.damping, &mut model)
        })
    }
}

/// The point around which the residuals are linear, and `c`.
struct Products {
    x: Vec<f64>,
    curvature: Option<f64>,
    most: usize,
}

impl Products {
    fn product<O: JacobianProducts + ?Sized>(&self, run: &mut Run<'_, O>, v: &[f64], m: usize) -> Vec<f64> {
        let mut product = vec![0.0; m];
        run.objective.product(&self.x, v, &mut product);
        run.evaluations.products += 1;
        product
    }

    fn transposed<O: JacobianProducts + ?Sized>(&self, run: &mut Run<'_, O>, u: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        run.objective.transposed_product(&self.x, u, out);
        run.evaluations.products += 1;
    }
}

impl<O: JacobianProducts + ?Sized> Model<O> for Products {
    fn linearise(&mut self, run: &mut Run<'_, O>, x: &[f64], r: &[f64], gradient: &mut [f64]) {
        self.x.copy_from_slice(x);
        self.transposed(run, r, gradient);
        if self.curvature.is_none() && norm(gradient) > 0.0 {
            let along = norm(&self.product(run, gradient, r.len())) / norm(gradient);
            self.curvature = Some(along * along);
        }
    }

    fn step(
        &mut self,
        run: &mut Run<'_, O>,
        lambda: f64,
        r: &[f64],
        gradient: &[f64],
        step: &mut [f64],
    ) -> f64 {
        let scale = self.curvature.unwrap_or(1.0);
        let damping = lambda * scale;
        let size = norm(gradient);
        let enough = size * size.sqrt().min(0.1);
        step.fill(0.0);
        // `rest` is r + J p, `residual` is J'(r + J p) + damping p.
        let (mut rest, mut residual) = (r.to_vec(), gradient.to_vec());
        let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
        let mut square = dot(&residual, &residual);
        for _ in 0..self.most {
            let along = self.product(run, &direction, r.len());
            let stride = square / (dot(&along, &along) + damping * dot(&direction, &direction));
            add_scaled(step, stride, &direction);
            add_scaled(&mut rest, stride, &along);
            self.transposed(run, &rest, &mut residual);
            add_scaled(&mut residual, damping, step);
            let square_before = std::mem::replace(&mut square, dot(&residual, &residual));
            // With NaN the step is refused after this.
            if square.is_nan() || norm(&residual) <= enough {
                break;
            }
            for (d, g) in direction.iter_mut().zip(&residual) {
                *d = square / square_before * *d - g;
            }
        }
        scale * dot(step, step)
    }
}
