//! Gradient descent without a schedule.

use wengert_kernels::validate::assert_below_one;

use crate::elementwise::{Elementwise, Rule, Segment, compiled_update};
use crate::float::{Float, rounded};
use crate::schedule_free::Pace;
use crate::weight_decay::WeightDecay;

/// Schedule-Free SGD: gradient descent whose result is an average, in place of a learning rate that falls.
///
/// ```text
/// y = (1 - beta) z + beta x            the parameters: gradients g are those at y
/// z <- z - eta_t g
/// x <- (1 - c_t) x + c_t z             the average, at which the model is evaluated
/// eta_t = eta min(1, t / warm_up)      c_t = eta_t^2 / (eta_1^2 + ... + eta_t^2)
/// ```
///
/// Source: Defazio et al. 2024, algorithm 1 and section 4, in the form of their package `schedulefree`. The
/// result has the quality of a schedule that falls to 0 at the end of the run, without knowing the end. Use a
/// constant rate, about ten times that of plain SGD, with the warm-up here: the weights of the average follow
/// this warm-up alone.
///
/// The parameters are `y`; the average `x = y + (1 - 1 / beta) (z - y)` is what
/// [`write_average`](crate::Optimizer::write_average) writes, and what trained and saved models have.
/// Scaling all gradients by one factor scales the steps. Running statistics of a model would be those at `y`:
/// training refuses models that have them.
///
/// | here | the authors' `SGDScheduleFree` | default |
/// |---|---|---|
/// | `new(eta)` | `lr` | |
/// | [`beta(b)`](ScheduleFreeSgd::beta) | `momentum` | 0.9 |
/// | [`warm_up(steps)`](ScheduleFreeSgd::warm_up) | `warmup_steps` | 0 |
/// | [`weight_decay(lambda)`](ScheduleFreeSgd::weight_decay) | `weight_decay` | 0 |
///
/// `r=0` and `weight_lr_power=2` are fixed. Decoupled weight decay is the same: `lambda y` is added to the
/// gradient.
pub type ScheduleFreeSgd<F = f32> = Elementwise<ScheduleFreeSgdRule, F>;

/// The rule of [`ScheduleFreeSgd`].
#[derive(Clone, Debug)]
pub struct ScheduleFreeSgdRule {
    pace: Pace,
}

impl<F: Float> ScheduleFreeSgd<F> {
    /// Schedule-Free SGD with learning rate `eta` (1 in the authors' code).
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(learning_rate: f64) -> Self {
        Self::from_rule(ScheduleFreeSgdRule { pace: Pace { beta: 0.9, warm_up: 0 } }, learning_rate)
    }

    /// Sets the share of the average in the point at which gradients are computed.
    ///
    /// # Panics
    /// If it is not in `(0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn beta(mut self, beta: f64) -> Self {
        assert_interpolation("Schedule-Free SGD: beta", beta);
        self.rule.pace.beta = beta;
        self
    }

    /// Sets the number of steps in which the rate rises.
    #[must_use]
    pub fn warm_up(mut self, steps: u64) -> Self {
        self.rule.pace.warm_up = steps;
        self
    }
}

/// Panics unless a share is in `(0, 1)`: at 0, the average could not be computed from the parameters.
#[track_caller]
pub(super) fn assert_interpolation(setting: &str, beta: f64) {
    assert_below_one(setting, beta);
    assert!(beta > 0.0, "{setting} is 0, must be positive");
}

/// The averages of parameters `y`, given the last points `z`.
pub(super) fn averages<F: Float>(beta: f64, y: &[F], z: &[F], averages: &mut [F]) {
    let beyond = rounded::<F>(1.0 - 1.0 / beta);
    for ((x, &y), &z) in averages.iter_mut().zip(y).zip(z) {
        *x = y + beyond * (z - y);
    }
}

impl Rule for ScheduleFreeSgdRule {
    const TITLE: &'static str = "Schedule-Free SGD";
    const HAS_AVERAGE: bool = true;

    fn name(&self, _: WeightDecay) -> &'static str {
        "schedule_free_sgd"
    }

    fn buffers(&self) -> &'static [&'static str] {
        &["last"]
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        vec![("beta", self.pace.beta), ("warm_up", self.pace.warm_up as f64)]
    }

    fn update<F: Float>(&mut self, t: u64, eta: f64, segment: Segment<'_, F>) {
        let (c, near, far) = self.pace.coefficients(t, eta);
        let (c, near, far) = (rounded::<F>(c), rounded::<F>(near), rounded::<F>(far));
        let lambda = segment.decoupled_weight_decay();
        if t == 1 {
            return segment.each_at(|y, g, [_]| {
                let u = g + lambda * y;
                (y - near * u, [y - far * u])
            });
        }
        segment.each_at(|y, g, [z]| {
            let u = g + lambda * y;
            (y + c * (z - y) - near * u, [z - far * u])
        });
    }

    fn average<F: Float>(&self, parameters: &[F], buffers: &[Vec<F>], start: usize, average: &mut [F]) {
        averages(self.pace.beta, parameters, &buffers[0][start..start + parameters.len()], average);
    }

    compiled_update!(ScheduleFreeSgdRule);
}
