//! Proximal gradient: ISTA, and FISTA, its accelerated form.

use crate::line_search::first_step;
use crate::minimizer::{Descent, Method};
use crate::objective::Objective;
use crate::proximal::Proximal;
use crate::run::{Point, Run};
use crate::stopping::Termination;
use crate::vector::dot;

/// Proximal gradient: minimises `f(x) + h(x)` for a smooth `f` and a convex `h` without a gradient, such as
/// [`L1`](crate::L1) for the lasso or [`Bounds`](crate::Bounds).
///
/// ```text
/// x_{k+1} = prox(y - t g(y), t)         prox(v, t) = the z that minimises h(z) + |z - v|^2 / (2 t)
/// ISTA:   y = x_k
/// FISTA:  y = x_k + (q_{k-1} - 1) / q_k (x_k - x_{k-1}),   q_k = (1 + sqrt(1 + 4 q_{k-1}^2)) / 2,  q_0 = 1
/// ```
///
/// `t` is halved until `f(x_{k+1}) <= f(y) + g(y)'p + |p|^2 / (2 t)` with `p = x_{k+1} - y`, and never
/// grows. FISTA restarts its momentum where that points uphill, `(y - x_{k+1})'(x_{k+1} - x_k) > 0`, so it
/// needs no constant of strong convexity. Its values may rise for a while.
///
/// Instead of a gradient the report has the proximal gradient `(x - prox(x - t g, t)) / t`, which vanishes
/// at the minimum, and is the gradient if `h` is 0.
///
/// Source: Beck and Teboulle 2009 (ISTA and FISTA with backtracking); O'Donoghue and Candes 2015, section
/// 3.2 (restarts). scipy has no such method; scikit-learn's `Lasso` uses coordinate descent.
#[derive(Clone, Debug, PartialEq)]
pub struct ProximalGradient<H> {
    term: H,
    accelerated: bool,
}

impl<H: Proximal> ProximalGradient<H> {
    /// The plain method, ISTA, with the term `h`.
    #[must_use]
    pub fn ista(term: H) -> Self {
        Self { term, accelerated: false }
    }

    /// The accelerated method, FISTA, with the term `h`.
    #[must_use]
    pub fn fista(term: H) -> Self {
        Self { term, accelerated: true }
    }
}

impl<O: Objective + ?Sized, H: Proximal> Method<O> for ProximalGradient<H> {
    fn start(&self, run: &mut Run<'_, O>, at: &mut Point) -> Box<dyn Descent<O> + '_> {
        let mut smooth = at.clone();
        run.evaluate(&mut smooth);
        // At a gradient of zero, any length will do.
        let length = Some(first_step(&smooth)).filter(|step| step.is_finite()).unwrap_or(1.0);
        let (ahead, before) = (smooth.clone(), smooth.clone());
        let descent =
            ProximalDescent { settings: self, length, smooth, before, ahead, q: 1.0, momentum: 0.0 };
        descent.describe(at);
        Box::new(descent)
    }
}

struct ProximalDescent<'a, H> {
    settings: &'a ProximalGradient<H>,
    /// The `t` of the formulas.
    length: f64,
    /// The present iterate, and the one before, with the value and the gradient of `f` alone.
    smooth: Point,
    before: Point,
    /// The extrapolated point `y`.
    ahead: Point,
    q: f64,
    /// The factor of the next extrapolation.
    momentum: f64,
}

impl<O: Objective + ?Sized, H: Proximal> Descent<O> for ProximalDescent<'_, H> {
    fn step(&mut self, run: &mut Run<'_, O>, at: &Point, next: &mut Point) -> Result<(), Termination> {
        self.extrapolate(run)?;
        // From here on, `before` is the point that is tried.
        self.backtrack(run)?;
        if self.before.x == at.x && self.ahead.x == at.x {
            return Err(run.no_descent());
        }
        let is_uphill = points_uphill(&self.ahead, &self.before, &self.smooth);
        std::mem::swap(&mut self.smooth, &mut self.before);
        let q_before = self.q;
        self.q = if is_uphill { 1.0 } else { 0.5 + (0.25 + q_before * q_before).sqrt() };
        let is_accelerated = self.settings.accelerated && !is_uphill;
        self.momentum = if is_accelerated { (q_before - 1.0) / self.q } else { 0.0 };
        self.describe(next);
        Ok(())
    }
}

impl<H: Proximal> ProximalDescent<'_, H> {
    /// Moves `ahead` to `y = x_k + momentum (x_k - x_{k-1})`.
    fn extrapolate<O: Objective + ?Sized>(&mut self, run: &mut Run<'_, O>) -> Result<(), Termination> {
        let Self { smooth, before, ahead, momentum, .. } = self;
        if *momentum > 0.0 {
            run.check_evaluations()?;
            for ((y, x), x_before) in ahead.x.iter_mut().zip(&smooth.x).zip(&before.x) {
                *y = x + *momentum * (x - x_before);
            }
            run.evaluate(ahead);
        } else {
            ahead.clone_from(smooth);
        }
        if ahead.is_finite() { Ok(()) } else { Err(run.not_finite()) }
    }

    /// Leaves the proximal step from `ahead`, short enough for the quadratic bound to hold, in `before`.
    fn backtrack<O: Objective + ?Sized>(&mut self, run: &mut Run<'_, O>) -> Result<(), Termination> {
        let Self { settings, length, ahead, before: trial, .. } = self;
        let mut met_no_number = false;
        loop {
            run.check_evaluations()?;
            settings.proximal_step(ahead, *length, &mut trial.x);
            run.evaluate(trial);
            if met_no_number && trial.x == ahead.x {
                return Err(run.not_finite());
            }
            if trial.is_finite() && is_bounded(ahead, trial, *length, run.rounding_at_start()) {
                return Ok(());
            }
            met_no_number = !trial.is_finite();
            *length *= 0.5;
        }
    }

    /// Writes the present iterate with the value of the sum and the proximal gradient.
    fn describe(&self, iterate: &mut Point) {
        let Self { settings, length, smooth, .. } = self;
        iterate.x.copy_from_slice(&smooth.x);
        iterate.value = smooth.value + settings.term.value(&smooth.x);
        settings.proximal_step(smooth, *length, &mut iterate.gradient);
        for (g, x) in iterate.gradient.iter_mut().zip(&smooth.x) {
            *g = (x - *g) / length;
        }
    }
}

impl<H: Proximal> ProximalGradient<H> {
    /// Writes `prox(x - t g, t)`.
    fn proximal_step(&self, from: &Point, length: f64, z: &mut [f64]) {
        for ((z, x), g) in z.iter_mut().zip(&from.x).zip(&from.gradient) {
            *z = x - length * g;
        }
        self.term.proximal_step(z, length);
    }
}

/// Whether `f(z) <= f(y) + g(y)'p + |p|^2 / (2 t)`, with `p = z - y`.
fn is_bounded(from: &Point, next: &Point, length: f64, rounding: f64) -> bool {
    let p: Vec<f64> = next.x.iter().zip(&from.x).map(|(z, y)| z - y).collect();
    let (along, slack) = (dot(&from.gradient, &p), dot(&p, &p) / (2.0 * length));
    let excess = next.value - (from.value + along + slack);
    // Near the minimum the values differ by rounding alone. A convex function is bounded if its gradients
    // satisfy `0 <= (g(z) - g(y))'p <= |p|^2 / (2 t)`.
    excess <= 0.0 || (excess <= rounding && (0.0..=slack).contains(&(dot(&next.gradient, &p) - along)))
}

/// Whether the momentum points uphill: `(y - x_{k+1})'(x_{k+1} - x_k) > 0`.
fn points_uphill(ahead: &Point, next: &Point, at: &Point) -> bool {
    let back: Vec<f64> = ahead.x.iter().zip(&next.x).map(|(y, z)| y - z).collect();
    let forth: Vec<f64> = next.x.iter().zip(&at.x).map(|(z, x)| z - x).collect();
    dot(&back, &forth) > 0.0
}
