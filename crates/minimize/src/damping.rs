//! The loop of Levenberg and Marquardt: a linear model of the residuals, damped as much as it fails to
//! predict.

use std::convert::Infallible;

use super::run::{Point, Run};
use super::vector::dot;
use super::{Residuals, StopReason};

/// A linear model of residuals of type `O` around a point.
pub(super) trait Model<O: ?Sized> {
    /// Linearises around `x`, where the residuals are `r`, and writes the gradient `J'r`.
    fn linearise(&mut self, run: &mut Run<'_, O>, x: &[f64], r: &[f64], gradient: &mut [f64]);

    /// Writes the step `p` that solves `(J'J + lambda D^2) p = -g`, and gives `|D p|^2`.
    fn step(
        &mut self,
        run: &mut Run<'_, O>,
        lambda: f64,
        r: &[f64],
        gradient: &[f64],
        step: &mut [f64],
    ) -> f64;
}

/// The damping `lambda`, adapted as Nielsen 1999 does: by the ratio of the decrease to the predicted
/// one.
struct Damping {
    lambda: f64,
    growth: f64,
}

/// Where undamped steps fail, damping starts here.
pub(super) const FIRST_DAMPING: f64 = 1e-3;

impl Damping {
    fn loosen(&mut self, ratio: f64) {
        self.lambda *= (1.0 - (2.0 * ratio - 1.0).powi(3)).clamp(1.0 / 3.0, 2.0);
        self.growth = 2.0;
    }

    fn tighten(&mut self) {
        self.lambda = if self.lambda == 0.0 { FIRST_DAMPING } else { self.lambda * self.growth };
        self.growth *= 2.0;
    }
}

/// Minimises `|r|^2 / 2` from `last` with damped steps of the model, the first of them damped by `lambda`.
pub(super) fn descend<O: Residuals + ?Sized>(
    run: &mut Run<'_, O>,
    last: &mut Point,
    lambda: f64,
    model: &mut impl Model<O>,
) -> Result<Infallible, StopReason> {
    let mut r = vec![0.0; run.objective.count()];
    last.value = run.half_square(&last.x, &mut r);
    model.linearise(run, &last.x, &r, &mut last.gradient);
    run.begin_at(last)?;
    let (mut next, mut trial) = (last.clone(), r.clone());
    let mut damping = Damping { lambda, growth: 2.0 };
    loop {
        damping.search(run, model, (last, &r), (&mut next, &mut trial))?;
        std::mem::swap(&mut r, &mut trial);
        model.linearise(run, &next.x, &r, &mut next.gradient);
        if !next.is_finite() {
            return Err(run.not_finite());
        }
        run.expect_progress(&next)?;
        run.advance(last, &mut next)?;
    }
}

impl Damping {
    /// Tightens until a step from `last` goes down, and leaves the point and the residuals there in `next`.
    fn search<O: Residuals + ?Sized>(
        &mut self,
        run: &mut Run<'_, O>,
        model: &mut impl Model<O>,
        (last, r): (&Point, &[f64]),
        (next, trial): (&mut Point, &mut [f64]),
    ) -> Result<(), StopReason> {
        let mut step = vec![0.0; last.x.len()];
        let mut met_a_wall = false;
        loop {
            let square = model.step(run, self.lambda, r, &last.gradient, &mut step);
            for ((next, x), p) in next.x.iter_mut().zip(&last.x).zip(&step) {
                *next = x + p;
            }
            // Damped steps get shorter without end; the first one lost in rounding is one too many.
            if next.x == last.x || self.lambda.is_infinite() {
                return Err(if met_a_wall { run.not_finite() } else { run.no_descent() });
            }
            // Undamped, columns that depend on each other leave no step.
            if next.x.iter().all(|x| x.is_finite()) {
                run.expect_evaluation()?;
                next.value = run.half_square(&next.x, trial);
                let predicted = 0.5 * (self.lambda * square - dot(&last.gradient, &step));
                if self.judge(last.value - next.value, predicted, run.rounding(last.value)) {
                    return Ok(());
                }
                met_a_wall = !next.value.is_finite();
            } else {
                met_a_wall = self.lambda > 0.0;
            }
            self.tighten();
        }
    }

    /// Whether to take a step that goes down by `decrease`; loosens if the model is good.
    fn judge(&mut self, decrease: f64, predicted: f64, rounding: f64) -> bool {
        // Where the values differ by rounding alone, their ratio says nothing.
        let is_level = predicted.max(decrease.abs()) <= rounding;
        if decrease > 0.0 && !is_level {
            self.loosen(decrease / predicted);
        }
        decrease > 0.0 || is_level
    }
}
