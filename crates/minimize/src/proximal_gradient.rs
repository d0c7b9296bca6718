//! Proximal gradient: ISTA, and FISTA, its accelerated form.

use std::convert::Infallible;

use super::line_search::first_step;
use super::proximal::Proximal;
use super::report::{Observer, Report};
use super::run::{Point, Run, follow};
use super::vector::dot;
use super::{Method, Objective, StopReason, Stopping};

/// Proximal gradient: minimises `f(x) + h(x)` for a smooth `f` and a convex `h` without a gradient, such as
/// [`L1`](super::L1) for the lasso or [`Interval`](super::Interval) for bounds.
///
/// ```text
/// x_{k+1} = prox(y - t g(y), t)         prox(v, t) = the z that minimises h(z) + |z - v|^2 / (2 t)
/// ISTA:   y = x_k
/// FISTA:  y = x_k + (q_{k-1} - 1) / q_k (x_k - x_{k-1}),   q_k = (1 + sqrt(1 + 4 q_{k-1}^2)) / 2,  q_0 = 1
/// ```
///
/// `t` is halved until `f(x_{k+1}) <= f(y) + g(y)'p + |p|^2 / (2 t)` with `p = x_{k+1} - y`, and never grows.
/// FISTA forgets its momentum where that points up, `(y - x_{k+1})'(x_{k+1} - x_k) > 0`, so it needs no
/// constant of strong convexity. Its values may go up for a while.
///
/// In place of a gradient the report has the proximal gradient `(x - prox(x - t g, t)) / t`, which vanishes
/// at the minimum, and is the gradient if `h` is 0.
///
/// Source: Beck and Teboulle 2009 (ISTA and FISTA with backtracking); O'Donoghue and Candes 2015, section 3.2
/// (restarts).
///
/// scipy has no such method; scikit-learn's `Lasso` goes by coordinates.
#[derive(Clone, Debug, PartialEq)]
pub struct ProximalGradient<H> {
    term: H,
    accelerated: bool,
    stopping: Stopping,
}

impl<H: Proximal> ProximalGradient<H> {
    /// The plain method, with the term `h`.
    #[must_use]
    pub fn ista(term: H) -> Self {
        Self { term, accelerated: false, stopping: Stopping::new() }
    }

    /// The accelerated method, with the term `h`.
    #[must_use]
    pub fn fista(term: H) -> Self {
        Self { term, accelerated: true, stopping: Stopping::new() }
    }

    /// When to stop.
    #[must_use]
    pub fn stopping(mut self, stopping: Stopping) -> Self {
        self.stopping = stopping;
        self
    }

    fn descend<O: Objective + ?Sized>(
        &self,
        run: &mut Run<'_, O>,
        last: &mut Point,
    ) -> Result<Infallible, StopReason> {
        let mut at = last.clone();
        run.evaluate(&mut at);
        // At a gradient of zero any step will do.
        let mut stride = Some(first_step(&at)).filter(|step| step.is_finite()).unwrap_or(1.0);
        let mut shown = last.clone();
        self.describe(&at, stride, last);
        run.begin_at(last)?;
        let (mut ahead, mut next, mut q) = (at.clone(), at.clone(), 1.0_f64);
        loop {
            self.backtrack(run, &ahead, &mut next, &mut stride)?;
            if next.x == at.x && ahead.x == at.x {
                return Err(run.no_descent());
            }
            let turned = uphill(&ahead, &next, &at);
            std::mem::swap(&mut at, &mut next);
            self.describe(&at, stride, &mut shown);
            run.advance(last, &mut shown)?;
            let q_before = q;
            q = if turned { 1.0 } else { 0.5 + (0.25 + q * q).sqrt() };
            if self.accelerated && !turned && q_before > 1.0 {
                run.expect_evaluation()?;
                extrapolate((q_before - 1.0) / q, &at, &next, &mut ahead);
                run.evaluate(&mut ahead);
            } else {
                ahead.clone_from(&at);
            }
            if !ahead.is_finite() {
                return Err(run.not_finite());
            }
        }
    }

    /// A proximal step from `from`, short enough for the quadratic bound to hold.
    fn backtrack<O: Objective + ?Sized>(
        &self,
        run: &mut Run<'_, O>,
        from: &Point,
        next: &mut Point,
        stride: &mut f64,
    ) -> Result<(), StopReason> {
        let mut met_a_wall = false;
        loop {
            run.expect_evaluation()?;
            self.step(from, *stride, &mut next.x);
            run.evaluate(next);
            if met_a_wall && next.x == from.x {
                return Err(run.not_finite());
            }
            if next.is_finite() && is_bounded(from, next, *stride, run.roughest()) {
                return Ok(());
            }
            met_a_wall = !next.is_finite();
            *stride *= 0.5;
        }
    }

    /// `prox(x - t g, t)`.
    fn step(&self, from: &Point, stride: f64, z: &mut [f64]) {
        for ((z, x), g) in z.iter_mut().zip(&from.x).zip(&from.gradient) {
            *z = x - stride * g;
        }
        self.term.proximal_step(z, stride);
    }

    /// What is reported of a point: the value of the sum, and the proximal gradient.
    fn describe(&self, at: &Point, stride: f64, shown: &mut Point) {
        shown.x.copy_from_slice(&at.x);
        shown.value = at.value + self.term.value(&at.x);
        self.step(at, stride, &mut shown.gradient);
        for (g, x) in shown.gradient.iter_mut().zip(&at.x) {
            *g = (x - *g) / stride;
        }
    }
}

/// Whether `f(z) <= f(y) + g(y)'p + |p|^2 / (2 t)`, with `p = z - y`.
fn is_bounded(from: &Point, next: &Point, stride: f64, rounding: f64) -> bool {
    let p: Vec<f64> = next.x.iter().zip(&from.x).map(|(z, y)| z - y).collect();
    let (along, room) = (dot(&from.gradient, &p), dot(&p, &p) / (2.0 * stride));
    let excess = next.value - (from.value + along + room);
    // Near the minimum the values differ by rounding alone. A convex function is bounded if its gradients
    // satisfy `0 <= (g(z) - g(y))'p <= |p|^2 / (2 t)`.
    excess <= 0.0 || (excess <= rounding && (0.0..=room).contains(&(dot(&next.gradient, &p) - along)))
}

/// Whether the momentum points up: `(y - x_{k+1})'(x_{k+1} - x_k) > 0`.
fn uphill(ahead: &Point, next: &Point, last: &Point) -> bool {
    let back: Vec<f64> = ahead.x.iter().zip(&next.x).map(|(y, z)| y - z).collect();
    let forth: Vec<f64> = next.x.iter().zip(&last.x).map(|(z, x)| z - x).collect();
    dot(&back, &forth) > 0.0
}

/// `y = x_k + momentum (x_k - x_{k-1})`.
fn extrapolate(momentum: f64, last: &Point, before: &Point, ahead: &mut Point) {
    for ((y, x), x_before) in ahead.x.iter_mut().zip(&last.x).zip(&before.x) {
        *y = x + momentum * (x - x_before);
    }
}

impl<O: Objective + ?Sized, H: Proximal> Method<O> for ProximalGradient<H> {
    fn minimize_observed(&self, objective: &mut O, start: &[f64], observer: &mut Observer<'_>) -> Report {
        follow(objective, &self.stopping, start, observer, |run, last| self.descend(run, last))
    }
}
