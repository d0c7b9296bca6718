//! Line search for the strong Wolfe conditions.

use wengert_kernels::{max_norm, norm};

use crate::interpolation::{Sample, between, beyond};
use crate::objective::Objective;
use crate::run::{Point, Run};
use crate::stopping::Termination;
use crate::vector::{add_scaled, dot};

/// The strong Wolfe conditions on a step `alpha` along a direction `d`, with `phi(alpha) = f(x + alpha d)`:
///
/// ```text
/// phi(alpha) <= phi(0) + c1 alpha phi'(0)        sufficient decrease
/// |phi'(alpha)| <= c2 |phi'(0)|                  curvature
/// ```
///
/// The first is relaxed by the rounding error of the values: near the minimum the values no longer tell
/// better from worse, but the slopes still do (Hager and Zhang 2005, section 4). That error is a few units
/// in the last place of the value. After a search that finds nothing it is that of the value at the start:
/// for `ln cosh x`, `cosh x` is rounded like 1, however small its logarithm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Wolfe {
    pub(crate) c1: f64,
    pub(crate) c2: f64,
}

impl Wolfe {
    /// The conditions with these constants.
    ///
    /// # Panics
    /// Unless `0 < c1 < 1/2` and `c1 < c2 < 1`; otherwise no such step need exist.
    #[track_caller]
    pub(crate) fn new(method: &str, c1: f64, c2: f64) -> Self {
        assert!(c1 > 0.0 && c1 < 0.5, "{method}: c1 is {c1}, must be in (0, 0.5)");
        assert!(c2 > c1 && c2 < 1.0, "{method}: c2 is {c2}, must be in (c1, 1) = ({c1}, 1)");
        Self { c1, c2 }
    }
}

/// After this number of evaluations, a search takes the best point that it has seen.
const MAX_EVALUATIONS: usize = 40;

/// The step to try first along `-g` where the curvature is not known: one of length `max(1, |x|_inf)`.
/// scipy's L-BFGS-B takes length 1, whatever the scale of `x`.
pub(crate) fn first_step(at: &Point) -> f64 {
    max_norm(&at.x).max(1.0) / norm(&at.gradient)
}

/// Searches from `from` along `direction`, leaves the point found in `next` and returns the step taken;
/// `first` is the step to try first.
///
/// A bracket is moved and shrunk by cubic interpolation (Nocedal and Wright 2006, algorithms 3.5 and 3.6).
/// Where the function is not finite, the search turns back.
pub(crate) fn search<O: Objective + ?Sized>(
    run: &mut Run<'_, O>,
    wolfe: Wolfe,
    from: &Point,
    direction: &[f64],
    first: f64,
    next: &mut Point,
) -> Result<f64, Termination> {
    let start = Sample { step: 0.0, value: from.value, slope: dot(&from.gradient, direction) };
    if start.slope.is_nan() || start.slope >= 0.0 {
        return Err(run.no_descent());
    }
    let found = attempt(run, wolfe, (from, start), direction, first, next);
    let gave_up = matches!(found, Err(Termination::NoDescent { .. }));
    if gave_up && run.assume_rough_values() {
        attempt(run, wolfe, (from, start), direction, first, next)
    } else {
        found
    }
}

fn attempt<O: Objective + ?Sized>(
    run: &mut Run<'_, O>,
    wolfe: Wolfe,
    (from, start): (&Point, Sample),
    direction: &[f64],
    first: f64,
    next: &mut Point,
) -> Result<f64, Termination> {
    let mut bracket = Bracket { start, wolfe, rounding: run.rounding(from.value), low: start, high: None };
    let mut step = first;
    for _ in 0..MAX_EVALUATIONS {
        run.check_evaluations()?;
        let at = evaluate(run, from, direction, step, next);
        // A step that is lost in rounding gives no information.
        if next.x == from.x {
            break;
        }
        if bracket.accepts(&at) {
            return run.check_progress(next).map(|()| step);
        }
        step = bracket.update(at);
        if bracket.is_exhausted(step) {
            break;
        }
    }
    if bracket.is_blocked() {
        return Err(run.not_finite());
    }
    take_lowest(run, &bracket, from, direction, next)
}

/// The function at a step; infinite where the value or the gradient is not finite.
fn evaluate<O: Objective + ?Sized>(
    run: &mut Run<'_, O>,
    from: &Point,
    direction: &[f64],
    step: f64,
    next: &mut Point,
) -> Sample {
    next.x.copy_from_slice(&from.x);
    add_scaled(&mut next.x, step, direction);
    run.evaluate(next);
    let slope = dot(&next.gradient, direction);
    let value = if next.is_finite() && slope.is_finite() { next.value } else { f64::INFINITY };
    Sample { step, value, slope }
}

/// Takes the lowest point of a search that failed, if it is lower than the start.
fn take_lowest<O: Objective + ?Sized>(
    run: &mut Run<'_, O>,
    bracket: &Bracket,
    from: &Point,
    direction: &[f64],
    next: &mut Point,
) -> Result<f64, Termination> {
    if bracket.low.value >= from.value {
        return Err(run.no_descent());
    }
    run.check_evaluations()?;
    evaluate(run, from, direction, bracket.low.step, next);
    run.check_progress(next).map(|()| bracket.low.step)
}

/// The steps between which an acceptable one lies: `low` has the lowest value so far and falls towards
/// `high`, or, while there is no `high`, towards longer steps.
struct Bracket {
    start: Sample,
    wolfe: Wolfe,
    rounding: f64,
    low: Sample,
    high: Option<Sample>,
}

impl Bracket {
    fn is_too_high(&self, at: &Sample) -> bool {
        let enough = self.start.value + self.wolfe.c1 * at.step * self.start.slope;
        at.value > enough.min(self.low.value) + self.rounding
    }

    fn accepts(&self, at: &Sample) -> bool {
        !self.is_too_high(at) && at.slope.abs() <= self.wolfe.c2 * self.start.slope.abs()
    }

    /// Narrows or moves the bracket by a sample that is not acceptable, and returns the step to try next.
    fn update(&mut self, at: Sample) -> f64 {
        let before = self.width();
        let mut other = at;
        if self.is_too_high(&at) {
            self.high = Some(at);
        } else {
            other = std::mem::replace(&mut self.low, at);
            if at.slope * (at.step - other.step) >= 0.0 {
                self.high = Some(other);
            }
        }
        match &self.high {
            None => beyond(&other, &self.low),
            // Bisect if interpolation has hardly shrunk the interval (More and Thuente 1994).
            Some(high) if high.value.is_finite() && self.width() > 0.66 * before => {
                0.5 * (self.low.step + high.step)
            }
            Some(high) => between(&self.low, high),
        }
    }

    fn width(&self) -> f64 {
        self.high.map_or(f64::INFINITY, |high| (high.step - self.low.step).abs())
    }

    /// Whether the function was finite at no step.
    fn is_blocked(&self) -> bool {
        self.low == self.start && self.high.is_some_and(|high| high.value.is_infinite())
    }

    /// Whether the next step cannot be distinguished from those tried.
    fn is_exhausted(&self, step: f64) -> bool {
        !step.is_finite() || self.width() <= 4.0 * f64::EPSILON * step
    }
}
