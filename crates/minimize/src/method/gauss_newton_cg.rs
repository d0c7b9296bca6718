//! Damped Gauss-Newton for many variables: the linear model is solved by conjugate gradients.

use wengert_kernels::norm;
use wengert_kernels::validate::assert_non_negative;

use crate::damping::{DampedDescent, FIRST_DAMPING, LinearModel};
use crate::minimizer::{Descent, Method};
use crate::residuals::JacobianProducts;
use crate::run::{Point, Run};
use crate::vector::{add_scaled, dot, negate};

/// Gauss-Newton with products only: [`LevenbergMarquardt`](crate::LevenbergMarquardt) for many variables,
/// where the Jacobian is too large but its products with vectors are cheap.
///
/// ```text
/// x <- x + p,   (J'J + lambda c I) p = -J'r      c = |J g|^2 / |g|^2 at the start, g = J'r
/// p: conjugate gradients from 0, until the residual is at most min(1/10, sqrt |g|) |g|
/// ```
///
/// Each iteration of the inner solve takes one product with `J` and one with `J'`. It is CGLS: `J'J` is not
/// formed, and the curvatures are sums of squares, which cannot become negative by rounding. `lambda` is
/// adapted as in Levenberg-Marquardt, but the variables are not scaled: that would take the columns of `J`.
///
/// Source: Hestenes and Stiefel 1952, section 10 (CGLS); Nocedal and Wright 2006, section 10.3.
///
/// | here | scipy's `least_squares(method="trf", tr_solver="lsmr")` | default |
/// |---|---|---|
/// | an objective with [`JacobianProducts`] | `jac` as a `LinearOperator` | |
/// | [`damping(lambda)`](GaussNewtonCg::damping) | (a trust region) | 1e-3 |
/// | [`max_products(n)`](GaussNewtonCg::max_products) | `tr_options["maxiter"]` | twice the number of variables |
#[derive(Clone, Debug, PartialEq)]
pub struct GaussNewtonCg {
    damping: f64,
    max_products: Option<usize>,
}

impl Default for GaussNewtonCg {
    fn default() -> Self {
        Self { damping: FIRST_DAMPING, max_products: None }
    }
}

impl GaussNewtonCg {
    /// The defaults of the table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the first `lambda`; 0 for steps that are damped only after one has failed.
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

    /// Sets the largest number of products with `J`, and with `J'`, per step that is tried.
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub fn max_products(mut self, most: usize) -> Self {
        assert!(most > 0, "GaussNewtonCg: max_products is 0, must be at least 1");
        self.max_products = Some(most);
        self
    }
}

impl<O: JacobianProducts + ?Sized> Method<O> for GaussNewtonCg {
    fn start(&self, run: &mut Run<'_, O>, at: &mut Point) -> Box<dyn Descent<O> + '_> {
        let max_products = self.max_products.unwrap_or(2 * at.x.len());
        let model = ProductModel { x: at.x.clone(), curvature: None, max_products };
        Box::new(DampedDescent::start(run, at, self.damping, model))
    }
}

/// The point around which the residuals are linearised, and `c`.
struct ProductModel {
    x: Vec<f64>,
    curvature: Option<f64>,
    max_products: usize,
}

impl<O: JacobianProducts + ?Sized> LinearModel<O> for ProductModel {
    fn linearise(&mut self, run: &mut Run<'_, O>, x: &[f64], r: &[f64], gradient: &mut [f64]) {
        self.x.copy_from_slice(x);
        run.transposed_product(x, r, gradient);
        if self.curvature.is_none() && norm(gradient) > 0.0 {
            let mut product = vec![0.0; r.len()];
            run.product(x, gradient, &mut product);
            let along = norm(&product) / norm(gradient);
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
        let tolerance = size * size.sqrt().min(0.1);
        step.fill(0.0);
        // `rest` is r + J p, `residual` is J'(r + J p) + damping p.
        let (mut rest, mut residual) = (r.to_vec(), gradient.to_vec());
        let (mut direction, mut along) = (vec![0.0; step.len()], vec![0.0; r.len()]);
        negate(&mut direction, gradient);
        let mut square = dot(&residual, &residual);
        for _ in 0..self.max_products {
            run.product(&self.x, &direction, &mut along);
            let stride = square / (dot(&along, &along) + damping * dot(&direction, &direction));
            add_scaled(step, stride, &direction);
            add_scaled(&mut rest, stride, &along);
            run.transposed_product(&self.x, &rest, &mut residual);
            add_scaled(&mut residual, damping, step);
            let square_before = std::mem::replace(&mut square, dot(&residual, &residual));
            // A step with NaN is rejected afterwards.
            if square.is_nan() || norm(&residual) <= tolerance {
                break;
            }
            for (d, g) in direction.iter_mut().zip(&residual) {
                *d = square / square_before * *d - g;
            }
        }
        scale * dot(step, step)
    }
}
