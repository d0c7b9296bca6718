//! A minimisation under way: it counts evaluations, keeps the history, shows iterates to the observer and
//! decides when to stop. The methods decide where to go.

use std::convert::Infallible;

use super::report::{Evaluations, Iterate, Observer, Progress, Report};
use super::vector::{distance, dot, max_norm, norm};
use super::{Objective, Residuals, StopReason, Stopping};

/// A point with what is known there.
#[derive(Clone, Debug)]
pub(super) struct Point {
    pub(super) x: Vec<f64>,
    pub(super) value: f64,
    pub(super) gradient: Vec<f64>,
}

impl Point {
    /// A point where nothing has been evaluated yet.
    pub(super) fn at(x: &[f64]) -> Self {
        Self { x: x.to_vec(), value: f64::NAN, gradient: vec![f64::NAN; x.len()] }
    }

    pub(super) fn is_finite(&self) -> bool {
        self.value.is_finite() && self.gradient.iter().all(|g| g.is_finite())
    }
}

/// Some units in the last place of a value.
fn rounding(value: f64) -> f64 {
    16.0 * f64::EPSILON * value.abs()
}

/// How many iterations may pass without progress.
const PATIENCE: usize = 10;

/// What a method works through; `O` is whatever it evaluates.
pub(super) struct Run<'a, O: ?Sized> {
    pub(super) objective: &'a mut O,
    pub(super) evaluations: Evaluations,
    stopping: &'a Stopping,
    observer: &'a mut Observer<'a>,
    history: Vec<Progress>,
    is_rough: bool,
}

/// Minimises from `start` by `descend`, which goes on until something stops it, and reports where it was
/// then.
pub(super) fn follow<O: ?Sized>(
    objective: &mut O,
    stopping: &Stopping,
    start: &[f64],
    observer: &mut Observer<'_>,
    descend: impl FnOnce(&mut Run<'_, O>, &mut Point) -> Result<Infallible, StopReason>,
) -> Report {
    let evaluations = Evaluations::default();
    let mut run = Run { objective, evaluations, stopping, observer, history: Vec::new(), is_rough: false };
    let mut last = Point::at(start);
    let Err(stop) = descend(&mut run, &mut last);
    run.finish(last, stop)
}

impl<O: ?Sized> Run<'_, O> {
    /// How many iterations have been recorded, without the start.
    pub(super) fn iterations(&self) -> usize {
        self.history.len().saturating_sub(1)
    }

    /// Refuses one more evaluation of the function if it would be too many.
    pub(super) fn expect_evaluation(&self) -> Result<(), StopReason> {
        if self.evaluations.functions >= self.stopping.evaluations {
            return Err(StopReason::Evaluations);
        }
        Ok(())
    }

    /// What counts as rounding error of the value `f`.
    pub(super) fn rounding(&self, value: f64) -> f64 {
        if self.is_rough { self.roughest().max(rounding(value)) } else { rounding(value) }
    }

    /// The rounding error of the value at the start: terms as large may cancel in the values from there on.
    pub(super) fn roughest(&self) -> f64 {
        self.history.first().map_or(0.0, |start| rounding(start.value))
    }

    /// Takes values to be as rough as that at the start from now on; whether that is new.
    pub(super) fn roughen(&mut self) -> bool {
        !std::mem::replace(&mut self.is_rough, true)
    }

    /// Refuses a next iterate that is no better than the one some iterations ago, neither in value nor in
    /// gradient: rounding alone moves the points then.
    pub(super) fn expect_progress(&self, next: &Point) -> Result<(), StopReason> {
        let Some(back) = self.history.len().checked_sub(PATIENCE) else { return Ok(()) };
        let then = &self.history[back];
        if next.value >= then.value && max_norm(&next.gradient) >= then.gradient_max {
            return Err(self.no_descent());
        }
        Ok(())
    }

    /// The reason for giving up at the present iterate.
    pub(super) fn no_descent(&self) -> StopReason {
        StopReason::NoDescent { iteration: self.iterations() }
    }

    /// The reason for giving up where nothing is finite.
    pub(super) fn not_finite(&self) -> StopReason {
        StopReason::NotFinite { iteration: self.iterations() }
    }

    /// Writes down the start or a new iterate, `moved` from the one before, and says whether to stop there.
    pub(super) fn record(&mut self, at: &Point, moved: f64) -> Result<(), StopReason> {
        let progress = Progress {
            iteration: self.history.len(),
            value: at.value,
            gradient_max: max_norm(&at.gradient),
            gradient_norm: norm(&at.gradient),
            functions: self.evaluations.functions,
        };
        let before = self.history.last().map(|progress| progress.value);
        self.history.push(progress);
        let going_on = (self.observer)(&Iterate { x: &at.x, gradient: &at.gradient, progress });
        self.tolerances(at, &progress, before, moved)?;
        if progress.iteration >= self.stopping.iterations {
            return Err(StopReason::Iterations);
        }
        if going_on.is_break() {
            return Err(StopReason::Interrupted);
        }
        Ok(())
    }

    /// Records the start, where everything is known; it must be finite.
    pub(super) fn begin_at(&mut self, at: &Point) -> Result<(), StopReason> {
        let recorded = self.record(at, f64::INFINITY);
        if at.is_finite() { recorded } else { Err(self.not_finite()) }
    }

    /// Makes `next` the last iterate, and records it.
    pub(super) fn advance(&mut self, last: &mut Point, next: &mut Point) -> Result<(), StopReason> {
        std::mem::swap(last, next);
        self.record(last, distance(&last.x, &next.x))
    }

    fn tolerances(
        &self,
        at: &Point,
        now: &Progress,
        before: Option<f64>,
        moved: f64,
    ) -> Result<(), StopReason> {
        let limits = self.stopping;
        if now.gradient_max <= limits.gradient && now.value.is_finite() {
            return Err(StopReason::Gradient);
        }
        let Some(before) = before else { return Ok(()) };
        let size = before.abs().max(now.value.abs()).max(1.0);
        if limits.decrease > 0.0 && before - now.value <= limits.decrease * size {
            return Err(StopReason::Decrease);
        }
        if limits.step > 0.0 && moved <= limits.step * (1.0 + max_norm(&at.x)) {
            return Err(StopReason::Step);
        }
        Ok(())
    }

    /// The report of a run that ends at `last`.
    fn finish(self, last: Point, stop: StopReason) -> Report {
        Report {
            value: last.value,
            gradient_max: max_norm(&last.gradient),
            gradient_norm: norm(&last.gradient),
            x: last.x,
            gradient: last.gradient,
            iterations: self.iterations(),
            evaluations: self.evaluations,
            history: self.history,
            stop,
        }
    }
}

impl<O: Objective + ?Sized> Run<'_, O> {
    /// Evaluates value and gradient at `at.x`, and counts it.
    pub(super) fn evaluate(&mut self, at: &mut Point) {
        self.evaluations.functions += 1;
        at.gradient.fill(0.0);
        at.value = self.objective.value_and_gradient(&at.x, &mut at.gradient);
    }

    /// Evaluates and records the start.
    pub(super) fn begin(&mut self, at: &mut Point) -> Result<(), StopReason> {
        self.evaluate(at);
        self.begin_at(at)
    }
}

impl<O: Residuals + ?Sized> Run<'_, O> {
    /// Evaluates the residuals, and counts it; gives half their sum of squares.
    pub(super) fn half_square(&mut self, x: &[f64], residuals: &mut [f64]) -> f64 {
        self.evaluations.functions += 1;
        residuals.fill(0.0);
        self.objective.residuals(x, residuals);
        0.5 * dot(residuals, residuals)
    }
}
