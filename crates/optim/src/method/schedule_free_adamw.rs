//! AdamW without a schedule.

use wengert_kernels::validate::assert_below_one;

use super::schedule_free_sgd::{assert_interpolation, averages};
use crate::elementwise::{Elementwise, Rule, Segment, compiled_update};
use crate::float::{Float, average_weights, rounded};
use crate::schedule_free::Pace;
use crate::validate::assert_epsilon;
use crate::weight_decay::WeightDecay;

/// Schedule-Free AdamW: AdamW whose result is an average, in place of a learning rate that falls.
///
/// ```text
/// s <- beta2 s + (1 - beta2) g^2            g is the gradient at the parameters y
/// u  = g / (sqrt(s / (1 - beta2^t)) + epsilon) + lambda y
/// y = (1 - beta) z + beta x,   z <- z - eta_t u,   x <- (1 - c_t) x + c_t z
/// ```
///
/// with `eta_t`, `c_t` and the average as in [`ScheduleFreeSgd`](crate::ScheduleFreeSgd), which also says
/// what holds for the model. The interpolation takes the place of Adam's running mean.
///
/// Source: Defazio et al. 2024, algorithm 1, in the form of their package `schedulefree`. Scaling all
/// gradients by one factor changes the steps only through `epsilon`.
///
/// | here | the authors' `AdamWScheduleFree` | default |
/// |---|---|---|
/// | `new(eta)` | `lr` | |
/// | [`betas(beta, beta2)`](ScheduleFreeAdamW::betas) | `betas` | 0.9, 0.999 |
/// | [`epsilon(e)`](ScheduleFreeAdamW::epsilon) | `eps` | 1e-8 |
/// | [`warm_up(steps)`](ScheduleFreeAdamW::warm_up) | `warmup_steps` | 0 |
/// | [`decoupled_weight_decay(lambda)`](ScheduleFreeAdamW::decoupled_weight_decay) | `weight_decay` | 0 |
///
/// `r=0` and `weight_lr_power=2` are fixed.
pub type ScheduleFreeAdamW<F = f32> = Elementwise<ScheduleFreeAdamWRule, F>;

/// The rule of [`ScheduleFreeAdamW`].
#[derive(Clone, Debug)]
pub struct ScheduleFreeAdamWRule {
    pace: Pace,
    beta2: f64,
    epsilon: f64,
}

impl<F: Float> ScheduleFreeAdamW<F> {
    /// Schedule-Free AdamW with learning rate `eta` (2.5e-3 in the authors' code).
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(learning_rate: f64) -> Self {
        let pace = Pace { beta: 0.9, warm_up: 0 };
        Self::from_rule(ScheduleFreeAdamWRule { pace, beta2: 0.999, epsilon: 1e-8 }, learning_rate)
    }

    /// Sets the share of the average in the point at which gradients are computed, and the decay rate of the
    /// running mean square.
    ///
    /// # Panics
    /// If `beta` is not in `(0, 1)`, or `beta2` is outside `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn betas(mut self, beta: f64, beta2: f64) -> Self {
        assert_interpolation("Schedule-Free AdamW: beta", beta);
        assert_below_one("Schedule-Free AdamW: beta2", beta2);
        (self.rule.pace.beta, self.rule.beta2) = (beta, beta2);
        self
    }

    /// Sets the term that is added to the root.
    ///
    /// # Panics
    /// If it is not positive and finite in the precision of the parameters.
    #[must_use]
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        assert_epsilon::<F>("Schedule-Free AdamW: epsilon", epsilon);
        self.rule.epsilon = epsilon;
        self
    }

    /// Sets the number of steps in which the rate rises.
    #[must_use]
    pub fn warm_up(mut self, steps: u64) -> Self {
        self.rule.pace.warm_up = steps;
        self
    }
}

impl Rule for ScheduleFreeAdamWRule {
    const TITLE: &'static str = "Schedule-Free AdamW";
    const DECAY: WeightDecay = WeightDecay::Decoupled(0.0);
    const HAS_AVERAGE: bool = true;

    fn name(&self, _: WeightDecay) -> &'static str {
        "schedule_free_adamw"
    }

    fn buffers(&self) -> &'static [&'static str] {
        &["last", "square"]
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        let Self { pace, beta2, epsilon } = self;
        vec![("beta", pace.beta), ("beta2", *beta2), ("epsilon", *epsilon), ("warm_up", pace.warm_up as f64)]
    }

    fn update<F: Float>(&mut self, t: u64, eta: f64, segment: Segment<'_, F>) {
        let (c, near, far) = self.pace.coefficients(t, eta);
        let (c, near, far) = (rounded::<F>(c), rounded::<F>(near), rounded::<F>(far));
        let (beta2, fresh2) = average_weights::<F>(self.beta2);
        let correction = 1.0 / (1.0 - self.beta2.powf(t as f64)).sqrt();
        let (correction, epsilon) = (rounded::<F>(correction), rounded::<F>(self.epsilon));
        let lambda = segment.decoupled_weight_decay();
        let is_first = t == 1;
        segment.each_at(|y, g, [z, s]| {
            let s = beta2 * s + fresh2 * (g * g);
            let u = g / (correction * s.sqrt() + epsilon) + lambda * y;
            let z = if is_first { y } else { z };
            (y + c * (z - y) - near * u, [z - far * u, s])
        });
    }

    fn average<F: Float>(&self, parameters: &[F], buffers: &[Vec<F>], start: usize, average: &mut [F]) {
        averages(self.pace.beta, parameters, &buffers[0][start..start + parameters.len()], average);
    }

    compiled_update!(ScheduleFreeAdamWRule);
}
