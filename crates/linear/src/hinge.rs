//! Minimisation of the hinge loss by a primal-dual interior-point method.

use crate::dual_weights::{balance, intercept_of_hinge};
use crate::fit_report::FitReport;
use crate::ridge::positive_definite;
use ndarray::{Array1, Array2, ArrayView2, Axis, s};

/// The method stops at a duality gap of this share of the objective, a little above its rounding.
const GAP: f64 = 1e-12;
/// The method stops after this many steps without a smaller gap, when only rounding is left.
const PATIENCE: usize = 5;
/// The maximum number of steps; about twenty are usual.
const MAX_STEPS: usize = 200;

/// The coefficients and the intercept of one score, and the report of the fit.
pub(crate) type Line = (Array1<f64>, f64, FitReport);

/// The problem for two classes, with the signed examples `z_i = t_i (x_i, 1)`, without the 1 if
/// there is no intercept.
pub(crate) struct Hinge<'a> {
    x: ArrayView2<'a, f64>,
    signs: Array1<f64>,
    signed: Array2<f64>,
    /// The diagonal of the quadratic term: `2 lambda` for each coefficient, 0 for the intercept.
    stiffness: Array1<f64>,
    lambda: f64,
}

/// An iterate or a step: the line `v = (w, b)`, the dual weights `a`, and the multipliers of
/// `a >= 0` and `a <= 1`.
#[derive(Clone)]
struct Point {
    line: Array1<f64>,
    weights: Array1<f64>,
    lower: Array1<f64>,
    upper: Array1<f64>,
}

impl<'a> Hinge<'a> {
    /// `labels` are 1 for the positive class and 0 for the other.
    pub(crate) fn new(x: &ArrayView2<'a, f64>, labels: &[u32], lambda: f64, intercept: bool) -> Self {
        let signs: Array1<f64> = labels.iter().map(|&label| if label == 1 { 1.0 } else { -1.0 }).collect();
        let (n, d) = x.dim();
        let mut signed = Array2::ones((n, d + usize::from(intercept)));
        signed.slice_mut(s![.., ..d]).assign(x);
        signed *= &signs.view().insert_axis(Axis(1));
        let mut stiffness = Array1::zeros(signed.ncols());
        stiffness.slice_mut(s![..d]).fill(2.0 * lambda);
        Self { x: *x, signs, signed, stiffness, lambda }
    }

    fn has_intercept(&self) -> bool {
        self.signed.ncols() > self.x.ncols()
    }

    /// The line with the smallest duality gap found.
    pub(crate) fn line(&self) -> Line {
        let n = self.signs.len();
        let mut at = Point {
            line: Array1::zeros(self.signed.ncols()),
            weights: Array1::from_elem(n, 0.5),
            lower: Array1::ones(n),
            upper: Array1::ones(n),
        };
        let (mut best, mut last_improvement) = (self.evaluate(&at), 0);
        for step in 1..=MAX_STEPS {
            if best.2.duality_gap.is_some_and(|gap| gap <= GAP * best.2.objective)
                || step - last_improvement > PATIENCE
                || !self.advance(&mut at)
            {
                break;
            }
            let line = self.evaluate(&at);
            if line.2.duality_gap < best.2.duality_gap {
                (best, last_improvement) = (line, step);
            }
        }
        best
    }

    /// One predictor-corrector step of Mehrotra; returns whether rounding allowed a step.
    fn advance(&self, at: &mut Point) -> bool {
        let count = 2.0 * at.weights.len() as f64;
        let zeros = Array1::zeros(at.weights.len());
        let Some(ahead) = self.newton(at, 0.0, (&zeros, &zeros)) else { return false };
        let length = at.longest_step(&ahead);
        let (now, then) = (at.complementarity() / count, at.moved(&ahead, length).complementarity() / count);
        let target = now * (then / now).powi(3);
        let second_order = (&(&ahead.weights * &ahead.lower), &(&ahead.weights * &ahead.upper));
        let Some(step) = self.newton(at, target, second_order) else { return false };
        // Stop short of the boundary, at which the next step would have length 0.
        *at = at.moved(&step, (0.995 * at.longest_step(&step)).min(1.0));
        true
    }

    /// The Newton step for the optimality conditions, of which the last two aim at `target` instead of 0:
    ///
    /// ```text
    /// P v = Z'a,   Z v - 1 = l - u,   a l = 0,   (1 - a) u = 0     with P the stiffness
    /// ```
    ///
    /// `second_order` are the products of steps that the linearisation of the last two conditions neglects.
    fn newton(&self, at: &Point, target: f64, second_order: (&Array1<f64>, &Array1<f64>)) -> Option<Point> {
        let (a, below) = (&at.weights, 1.0 - &at.weights);
        let for_lower = target - a * &at.lower - second_order.0;
        let for_upper = target - &below * &at.upper + second_order.1;
        // With everything but the line eliminated, this is weighted ridge regression.
        let curvature = &at.lower / a + &at.upper / &below;
        let short = 1.0 - self.signed.dot(&at.line) + &at.lower - &at.upper;
        let pull = short + &for_lower / a - &for_upper / &below;
        let scaled = &self.signed / &curvature.view().insert_axis(Axis(1));
        let slope = scaled.t().dot(&pull) + self.signed.t().dot(a) - &self.stiffness * &at.line;
        let mut matrix = self.signed.t().dot(&scaled);
        matrix.diag_mut().zip_mut_with(&self.stiffness, |m, p| *m += p);
        let line = positive_definite(&matrix, slope)?;
        let weights = (pull - self.signed.dot(&line)) / curvature;
        let lower = (for_lower - &at.lower * &weights) / a;
        let upper = (for_upper + &at.upper * &weights) / below;
        Some(Point { line, weights, lower, upper })
    }

    /// The line of an iterate, with the optimal intercept, and its duality gap.
    fn evaluate(&self, at: &Point) -> Line {
        let mut a = at.weights.clone();
        if self.has_intercept() {
            // Dual feasibility needs exact balance, without the rounding and the imbalance of the
            // first steps.
            balance(&mut a, &self.signs);
        }
        let pull = self.x.t().dot(&(&a * &self.signs));
        let dual = a.sum() - pull.dot(&pull) / (4.0 * self.lambda);
        let w = at.line.slice(s![..self.x.ncols()]).to_owned();
        let (scores, penalty) = (self.x.dot(&w), self.lambda * w.dot(&w));
        let b = if self.has_intercept() { intercept_of_hinge(&scores, &self.signs) } else { 0.0 };
        let loss: f64 = scores.iter().zip(&self.signs).map(|(s, t)| (1.0 - t * (s + b)).max(0.0)).sum();
        let objective = loss + penalty;
        (w, b, FitReport { loss, objective, minimisation: None, duality_gap: Some(objective - dual) })
    }
}

impl Point {
    /// The complementarity `sum a l + (1 - a) u`, which is 0 at the minimum.
    fn complementarity(&self) -> f64 {
        self.weights.dot(&self.lower) + (1.0 - &self.weights).dot(&self.upper)
    }

    fn moved(&self, step: &Self, length: f64) -> Self {
        Self {
            line: &self.line + &step.line * length,
            weights: &self.weights + &step.weights * length,
            lower: &self.lower + &step.lower * length,
            upper: &self.upper + &step.upper * length,
        }
    }

    /// The largest share of a step, at most 1, that satisfies the bounds.
    fn longest_step(&self, step: &Self) -> f64 {
        let until_zero =
            |length: f64, (x, dx): (&f64, &f64)| if *dx < 0.0 { length.min(-x / dx) } else { length };
        let until_one = |length: f64, (a, da): (&f64, &f64)| {
            if *da > 0.0 { length.min((1.0 - a) / da) } else { length }
        };
        let length = self.weights.iter().zip(&step.weights).fold(1.0, until_zero);
        let length = self.weights.iter().zip(&step.weights).fold(length, until_one);
        let length = self.lower.iter().zip(&step.lower).fold(length, until_zero);
        self.upper.iter().zip(&step.upper).fold(length, until_zero)
    }
}
