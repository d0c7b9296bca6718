//! Levenberg-Marquardt with the whole Jacobian, and Gauss-Newton, its undamped form.

use wengert_kernels::validate::assert_non_negative;
use wengert_kernels::{HouseholderQr, norm};

use crate::damping::{DampedDescent, FIRST_DAMPING, LinearModel};
use crate::minimizer::{Descent, Method};
use crate::residuals::Jacobian;
use crate::run::{Point, Run};
use crate::vector::add_scaled;

/// Levenberg-Marquardt: minimises half a sum of squares, `|r(x)|^2 / 2`, by linearising the residuals.
///
/// ```text
/// x <- x + p,   p minimises |J p + r|^2 + lambda |D p|^2,   that is, (J'J + lambda D^2) p = -J'r
/// D_j = the largest norm that column j of J has had
/// ```
///
/// A step that does not go down is not taken, and `lambda` grows. After one that does, `lambda` shrinks to
/// as little as a third: the better the decrease agrees with the linear model, the more. The steps do not
/// depend on the scale of the variables. They come from Householder reflections of the Jacobian: `J'J` is
/// never formed.
///
/// With [`damping(0.0)`](LevenbergMarquardt::damping) the steps are those of Gauss-Newton, damped only
/// after one has failed; linear residuals are then solved in one step.
///
/// Source: Levenberg 1944, Marquardt 1963; `D` is that of More 1978, section 6; `lambda` is adapted as in
/// Nielsen 1999. The value, like `cost` in scipy, is half the sum of squares, and its gradient `J'r`.
///
/// | here | scipy's `least_squares(method="lm")` | default |
/// |---|---|---|
/// | [`damping(lambda)`](LevenbergMarquardt::damping) | (a trust region of MINPACK) | 1e-3 |
/// | scaled by the columns | `x_scale="jac"` | always |
#[derive(Clone, Debug, PartialEq)]
pub struct LevenbergMarquardt {
    damping: f64,
}

impl Default for LevenbergMarquardt {
    fn default() -> Self {
        Self { damping: FIRST_DAMPING }
    }
}

impl LevenbergMarquardt {
    /// The defaults of the table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the first `lambda`; 0 for Gauss-Newton.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn damping(mut self, lambda: f64) -> Self {
        assert_non_negative("LevenbergMarquardt: damping", lambda);
        self.damping = lambda;
        self
    }
}

impl<O: Jacobian + ?Sized> Method<O> for LevenbergMarquardt {
    fn start(&self, run: &mut Run<'_, O>, at: &mut Point) -> Box<dyn Descent<O> + '_> {
        let model = DenseModel { jacobian: Vec::new(), scale: vec![0.0; at.x.len()] };
        Box::new(DampedDescent::start(run, at, self.damping, model))
    }
}

/// The Jacobian, row by row, and the scales `D`.
struct DenseModel {
    jacobian: Vec<f64>,
    scale: Vec<f64>,
}

impl DenseModel {
    /// `D_j`, or 1 for a column that has always been zero.
    fn scale(&self, j: usize) -> f64 {
        if self.scale[j] > 0.0 { self.scale[j] } else { 1.0 }
    }
}

impl<O: Jacobian + ?Sized> LinearModel<O> for DenseModel {
    fn linearise(&mut self, run: &mut Run<'_, O>, x: &[f64], r: &[f64], gradient: &mut [f64]) {
        let n = x.len();
        self.jacobian.clear();
        self.jacobian.resize(r.len() * n, 0.0);
        run.jacobian(x, &mut self.jacobian);
        gradient.fill(0.0);
        for (i, r) in r.iter().enumerate() {
            add_scaled(gradient, *r, &self.jacobian[i * n..][..n]);
        }
        for (j, scale) in self.scale.iter_mut().enumerate() {
            let column: Vec<f64> = self.jacobian.iter().skip(j).step_by(n).copied().collect();
            *scale = scale.max(norm(&column));
        }
    }

    fn step(&mut self, _: &mut Run<'_, O>, lambda: f64, r: &[f64], _: &[f64], step: &mut [f64]) -> f64 {
        let n = step.len();
        // Rows sqrt(lambda) D below those of the Jacobian, with right-hand sides of zero.
        let mut rows = self.jacobian.clone();
        rows.resize((r.len() + n) * n, 0.0);
        for j in 0..n {
            rows[(r.len() + j) * n + j] = lambda.sqrt() * self.scale(j);
        }
        let mut right: Vec<f64> = r.iter().map(|r| -r).collect();
        right.resize(r.len() + n, 0.0);
        step.copy_from_slice(&HouseholderQr::new(rows, r.len() + n, n).solve(right));
        step.iter().enumerate().map(|(j, p)| (self.scale(j) * p).powi(2)).sum()
    }
}
