//! Learning rates that change with the step.

mod combine;
mod forms;

use std::f64::consts::{E, PI};
use std::fmt;
use std::sync::Arc;

use forms::{OneCycle, Restarts};
use wengert_kernels::validate::{assert_at_least_one, assert_non_negative, assert_positive};

/// A learning rate as a pure function of the step number `t`: how many steps have been taken before, from 0.
///
/// Nothing is kept between calls, so resuming needs the step number only.
///
/// | constructor | rate at step `t` | PyTorch |
/// |---|---|---|
/// | [`constant`](Schedule::constant) | `eta` | |
/// | [`step`](Schedule::step) | `eta gamma^floor(t / n)` | `StepLR` |
/// | [`milestones`](Schedule::milestones) | `eta gamma^(milestones up to t)` | `MultiStepLR` |
/// | [`exponential`](Schedule::exponential) | `eta gamma^t` | `ExponentialLR` |
/// | [`over_t`](Schedule::over_t) | `eta / (1 + t / tau)` | `LambdaLR` |
/// | [`over_root_t`](Schedule::over_root_t) | `eta / sqrt(1 + t / tau)` | `LambdaLR` |
/// | [`over_log_t`](Schedule::over_log_t) | `eta / ln(e + t / tau)` | `LambdaLR` |
/// | [`linear`](Schedule::linear) | from `start` to `end` in `n` steps, then `end` | `LinearLR` |
/// | [`cosine`](Schedule::cosine) | `low + (eta - low) (1 + cos(pi t / n)) / 2`, then `low` | `CosineAnnealingLR` |
/// | [`cosine_restarts`](Schedule::cosine_restarts) | that again and again | `CosineAnnealingWarmRestarts` |
/// | [`one_cycle`](Schedule::one_cycle) | up, down, and far down | `OneCycleLR` |
/// | [`custom`](Schedule::custom) | your function of `t` | `LambdaLR` |
///
/// Beyond its end a schedule stays at its last rate. There PyTorch's `CosineAnnealingLR` rises again, and its
/// `OneCycleLR` raises an error.
///
/// They compose: [`scaled`](Schedule::scaled), [`times`](Schedule::times), [`after`](Schedule::after),
/// [`then`](Schedule::then), [`warmed_up`](Schedule::warmed_up), [`in_units_of`](Schedule::in_units_of).
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
pub struct Schedule(Form);

#[derive(Clone, Debug)]
enum Form {
    Constant(f64),
    Step { eta: f64, gamma: f64, every: u64 },
    Milestones { eta: f64, gamma: f64, at: Arc<[u64]> },
    Exponential { eta: f64, gamma: f64 },
    OverT { eta: f64, tau: f64 },
    OverRootT { eta: f64, tau: f64 },
    OverLogT { eta: f64, tau: f64 },
    Linear { start: f64, end: f64, over: u64 },
    Cosine { eta: f64, low: f64, over: u64 },
    Restarts(Restarts),
    OneCycle(OneCycle),
    Custom(Custom),
    Scaled(Box<Schedule>, f64),
    Times(Box<Schedule>, Box<Schedule>),
    After(Box<Schedule>, u64),
    Then { first: Box<Schedule>, steps: u64, next: Box<Schedule> },
    InUnitsOf(Box<Schedule>, u64),
}

impl Schedule {
    /// The learning rate of the step in front of which `t` steps have been taken.
    #[must_use]
    pub fn rate(&self, t: u64) -> f64 {
        let time = t as f64;
        match &self.0 {
            Form::Constant(eta) => *eta,
            Form::Step { eta, gamma, every } => eta * gamma.powf((t / every) as f64),
            Form::Milestones { eta, gamma, at } => {
                eta * gamma.powf(at.partition_point(|&milestone| milestone <= t) as f64)
            }
            Form::Exponential { eta, gamma } => eta * gamma.powf(time),
            Form::OverT { eta, tau } => eta / (1.0 + time / tau),
            Form::OverRootT { eta, tau } => eta / (1.0 + time / tau).sqrt(),
            Form::OverLogT { eta, tau } => eta / (E + time / tau).ln(),
            Form::Linear { start, end, over } => between(*start, *end, share(t, *over)),
            Form::Cosine { eta, low, over } => half_cosine(*eta, *low, share(t, *over)),
            Form::Restarts(restarts) => restarts.rate(t),
            Form::OneCycle(cycle) => cycle.rate(time),
            Form::Custom(custom) => (custom.0)(t),
            Form::Scaled(schedule, factor) => factor * schedule.rate(t),
            Form::Times(left, right) => left.rate(t) * right.rate(t),
            Form::After(schedule, steps) => schedule.rate(t.saturating_sub(*steps)),
            Form::Then { first, steps, .. } if t < *steps => first.rate(t),
            Form::Then { steps, next, .. } => next.rate(t - steps),
            Form::InUnitsOf(schedule, steps) => schedule.rate(t / steps),
        }
    }
}

/// A user's function; debugging shows that there is one.
#[derive(Clone)]
struct Custom(Arc<dyn Fn(u64) -> f64 + Send + Sync>);

impl fmt::Debug for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a function")
    }
}

/// How much of `over` steps has passed, at most 1.
fn share(t: u64, over: u64) -> f64 {
    t.min(over) as f64 / over as f64
}

/// From `start` to `end` on a straight line; exact at both ends.
fn between(start: f64, end: f64, share: f64) -> f64 {
    if share < 1.0 { start + (end - start) * share } else { end }
}

/// From `start` to `end` along half a period of the cosine; exact at both ends.
fn half_cosine(start: f64, end: f64, share: f64) -> f64 {
    if share == 0.5 {
        // The rounded pi / 2 has a cosine of 6e-17.
        return 0.5 * (start + end);
    }
    if share < 1.0 { end + (start - end) * (1.0 + (PI * share).cos()) / 2.0 } else { end }
}
