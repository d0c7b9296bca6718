//! Damped steps on a linear model of the residuals, as Levenberg and Marquardt take them.

use crate::minimizer::Descent;
use crate::residuals::Residuals;
use crate::run::{Point, Run};
use crate::stopping::Termination;
use crate::vector::dot;

/// A linear model of residuals of type `O` around a point.
pub(crate) trait LinearModel<O: ?Sized> {
    /// Linearises around `x`, where the residuals are `r`, and writes the gradient `J'r`.
    fn linearise(&mut self, run: &mut Run<'_, O>, x: &[f64], r: &[f64], gradient: &mut [f64]);

    /// Writes the step `p` that solves `(J'J + lambda D^2) p = -g`, and returns `|D p|^2`.
    fn step(
        &mut self,
        run: &mut Run<'_, O>,
        lambda: f64,
        r: &[f64],
        gradient: &[f64],
        step: &mut [f64],
    ) -> f64;
}

/// The damping `lambda`, adapted by the ratio of the decrease to the predicted decrease (Nielsen 1999).
struct Damping {
    lambda: f64,
    growth: f64,
}

/// The damping to begin with where undamped steps fail.
pub(crate) const FIRST_DAMPING: f64 = 1e-3;

impl Damping {
    fn decrease(&mut self, ratio: f64) {
        self.lambda *= (1.0 - (2.0 * ratio - 1.0).powi(3)).clamp(1.0 / 3.0, 2.0);
        self.growth = 2.0;
    }

    fn increase(&mut self) {
        self.lambda = if self.lambda == 0.0 { FIRST_DAMPING } else { self.lambda * self.growth };
        self.growth *= 2.0;
    }

    /// Whether to take a step that goes down by `decrease`. If so and if the model predicted it well, the
    /// damping decreases.
    fn accepts(&mut self, decrease: f64, predicted: f64, rounding: f64) -> bool {
        // Where the values differ by rounding alone, their ratio says nothing.
        // `max` would hide a NaN.
        let is_level = predicted <= rounding && decrease.abs() <= rounding;
        if decrease > 0.0 && !is_level {
            // A prediction that overflowed says nothing good.
            self.decrease(if predicted > 0.0 { decrease / predicted } else { 0.0 });
        }
        decrease > 0.0 || is_level
    }
}

/// The minimisation of `|r|^2 / 2` by damped steps of a model.
pub(crate) struct DampedDescent<M> {
    model: M,
    damping: Damping,
    /// The residuals at the present iterate, and at the point that is tried.
    residuals: Vec<f64>,
    trial: Vec<f64>,
}

impl<M> DampedDescent<M> {
    /// Evaluates and linearises the residuals at the start; the first step is damped by `lambda`.
    pub(crate) fn start<O: Residuals + ?Sized>(
        run: &mut Run<'_, O>,
        at: &mut Point,
        lambda: f64,
        mut model: M,
    ) -> Self
    where
        M: LinearModel<O>,
    {
        let mut residuals = vec![0.0; run.objective().count()];
        at.value = run.half_square(&at.x, &mut residuals);
        model.linearise(run, &at.x, &residuals, &mut at.gradient);
        let trial = residuals.clone();
        Self { model, damping: Damping { lambda, growth: 2.0 }, residuals, trial }
    }

    /// Increases the damping until a step from `at` goes down, and leaves the point and its value in
    /// `next`, its residuals in `trial`.
    fn search<O: Residuals + ?Sized>(
        &mut self,
        run: &mut Run<'_, O>,
        at: &Point,
        next: &mut Point,
    ) -> Result<(), Termination>
    where
        M: LinearModel<O>,
    {
        let mut step = vec![0.0; at.x.len()];
        let mut met_no_number = false;
        loop {
            let lambda = self.damping.lambda;
            let square = self.model.step(run, lambda, &self.residuals, &at.gradient, &mut step);
            for ((next, x), p) in next.x.iter_mut().zip(&at.x).zip(&step) {
                *next = x + p;
            }
            // Damped steps get shorter without end. The first one that is lost in rounding is the last.
            if next.x == at.x || lambda.is_infinite() {
                return Err(if met_no_number { run.not_finite() } else { run.no_descent() });
            }
            // Without damping there is no step if the columns depend on each other.
            if next.x.iter().all(|x| x.is_finite()) {
                run.check_evaluations()?;
                next.value = run.half_square(&next.x, &mut self.trial);
                let predicted = 0.5 * (lambda * square - dot(&at.gradient, &step));
                if self.damping.accepts(at.value - next.value, predicted, run.rounding(at.value)) {
                    return Ok(());
                }
                met_no_number = !next.value.is_finite();
            } else {
                met_no_number = lambda > 0.0;
            }
            self.damping.increase();
        }
    }
}

impl<O: Residuals + ?Sized, M: LinearModel<O>> Descent<O> for DampedDescent<M> {
    fn step(&mut self, run: &mut Run<'_, O>, at: &Point, next: &mut Point) -> Result<(), Termination> {
        self.search(run, at, next)?;
        std::mem::swap(&mut self.residuals, &mut self.trial);
        self.model.linearise(run, &next.x, &self.residuals, &mut next.gradient);
        if !next.is_finite() {
            return Err(run.not_finite());
        }
        run.check_progress(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_or_a_prediction_that_is_nan_is_not_taken_for_a_level_step_or_a_good_one() {
        let mut damping = Damping { lambda: 1.0, growth: 2.0 };
        assert!(!damping.accepts(f64::NAN, 1e-20, 1e-16), "a step to NaN");
        assert!(!damping.accepts(f64::NEG_INFINITY, 1e-20, 1e-16), "a step to infinity");
        assert!(damping.accepts(1.0, f64::NAN, 1e-16), "a step that goes down");
        assert_eq!(damping.lambda, 2.0, "and whose prediction is worthless");
        assert!(damping.accepts(-1e-18, 1e-20, 1e-16), "values that differ by rounding");
    }
}
