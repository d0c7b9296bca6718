//! A learning rate as a function of the step number.

use std::f64::consts::PI;
use std::fmt::Debug;
use std::sync::Arc;

/// The learning rate as a pure function of `t`, the number of steps taken before, which starts at 0.
///
/// Nothing is remembered between calls, so resuming a run takes the step number only.
///
/// | constructor | rate at step `t` | PyTorch |
/// |---|---|---|
/// | [`constant`](Schedule::constant) | `eta` | |
/// | [`step`](Schedule::step) | `eta gamma^floor(t / n)` | `StepLR` |
/// | [`milestones`](Schedule::milestones) | `eta gamma^(number of milestones up to t)` | `MultiStepLR` |
/// | [`exponential`](Schedule::exponential) | `eta gamma^t` | `ExponentialLR` |
/// | [`over_t`](Schedule::over_t) | `eta / (1 + t / tau)` | `LambdaLR` |
/// | [`over_root_t`](Schedule::over_root_t) | `eta / sqrt(1 + t / tau)` | `LambdaLR` |
/// | [`over_log_t`](Schedule::over_log_t) | `eta / ln(e + t / tau)` | `LambdaLR` |
/// | [`linear`](Schedule::linear) | from `start` to `end` in `n` steps, then `end` | `LinearLR` |
/// | [`cosine`](Schedule::cosine) | `low + (eta - low) (1 + cos(pi t / n)) / 2`, then `low` | `CosineAnnealingLR` |
/// | [`cosine_restarts`](Schedule::cosine_restarts) | the same, repeated | `CosineAnnealingWarmRestarts` |
/// | [`one_cycle`](Schedule::one_cycle) | up, down, and far down | `OneCycleLR` |
/// | [`custom`](Schedule::custom) | your function of `t` | `LambdaLR` |
///
/// After its end a schedule stays at its last rate. There, PyTorch's `CosineAnnealingLR` rises again, and
/// its `OneCycleLR` raises an error.
///
/// Schedules can be combined: [`scaled`](Schedule::scaled), [`times`](Schedule::times),
/// [`after`](Schedule::after), [`then`](Schedule::then), [`warmed_up`](Schedule::warmed_up),
/// [`in_units_of`](Schedule::in_units_of).
///
/// ```
/// use wengert_optim::{Optimizer, Schedule, Sgd};
///
/// let schedule = Schedule::cosine(0.1, 100).warmed_up(10, 0.0);
/// assert_eq!([0, 5, 10, 60, 110].map(|t| schedule.rate(t)), [0.0, 0.05, 0.1, 0.05, 0.0]);
///
/// let (mut w, mut sgd) = ([1.0_f64], Sgd::new(0.1));
/// for t in 0..110 {
///     sgd.set_learning_rate(schedule.rate(t));
///     let gradient = w;
///     sgd.step(&mut w, &gradient);
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Schedule(Arc<dyn Shape>);

/// A function of the step number.
pub(super) trait Shape: Debug + Send + Sync {
    fn rate(&self, t: u64) -> f64;
}

impl Schedule {
    pub(super) fn of(shape: impl Shape + 'static) -> Self {
        Self(Arc::new(shape))
    }

    /// The learning rate of the step that follows after `t` steps.
    #[must_use]
    pub fn rate(&self, t: u64) -> f64 {
        self.0.rate(t)
    }
}

/// The fraction of `over` steps that has passed, at most 1.
pub(super) fn fraction(t: u64, over: u64) -> f64 {
    t.min(over) as f64 / over as f64
}

/// From `start` to `end` on a straight line; exact at both ends.
pub(super) fn straight_line(start: f64, end: f64, fraction: f64) -> f64 {
    if fraction < 1.0 { start + (end - start) * fraction } else { end }
}

/// From `start` to `end` along half a period of the cosine; exact at both ends and in the middle.
pub(super) fn half_cosine(start: f64, end: f64, fraction: f64) -> f64 {
    if fraction == 0.5 {
        // The cosine of the rounded pi / 2 is 6e-17.
        return 0.5 * (start + end);
    }
    if fraction < 1.0 { end + (start - end) * (1.0 + (PI * fraction).cos()) / 2.0 } else { end }
}
