//! Averaged stochastic gradient descent.

use wengert_kernels::validate::assert_non_negative;

use crate::elementwise::{Elementwise, Rule, Segment, compiled_update};
use crate::float::{Float, rounded};
use crate::weight_decay::WeightDecay;

/// ASGD: gradient descent with a slowly falling rate, whose result is the mean of its points.
///
/// ```text
/// eta_t = eta / (1 + lambd eta (t - 1))^alpha          t = 1, 2, ...
/// w <- (1 - lambd eta_t) w - eta_t g
/// a <- a + (w - a) / max(1, t - 1 - t0)                the mean, at which the model is evaluated
/// ```
///
/// Source: Polyak and Juditsky 1992; the rate and the start of the mean are those of Bottou's `asgd`, as in
/// PyTorch. The mean reaches the best possible rate of convergence with steps that are longer than those of
/// plain SGD. With the default `t0`, it begins after a million steps, and is the last point until then: set
/// `t0` to the number of steps of some epochs. If a schedule changes `eta`, the formula holds with the `eta`
/// of the step.
///
/// What [`write_average`](crate::Optimizer::write_average) writes, and trained and saved models have, is the
/// mean. Running statistics of a model would be those at `w`: training refuses models that have them.
///
/// | here | PyTorch's `ASGD` | default |
/// |---|---|---|
/// | `new(eta)` | `lr` | |
/// | [`shrinkage(l)`](Asgd::shrinkage) | `lambd` | 1e-4 |
/// | [`power(a)`](Asgd::power) | `alpha` | 0.75 |
/// | [`start(t0)`](Asgd::start) | `t0` | 1,000,000 |
/// | [`weight_decay(lambda)`](Asgd::weight_decay) | `weight_decay` | 0 |
pub type Asgd<F = f32> = Elementwise<AsgdRule, F>;

/// The rule of [`Asgd`].
#[derive(Clone, Debug)]
pub struct AsgdRule {
    shrinkage: f64,
    power: f64,
    start: u64,
}

impl<F: Float> Asgd<F> {
    /// ASGD with learning rate `eta` (0.01 in PyTorch).
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(learning_rate: f64) -> Self {
        Self::from_rule(AsgdRule { shrinkage: 1e-4, power: 0.75, start: 1_000_000 }, learning_rate)
    }

    /// Sets `lambd`, the strength of the decay of rate and parameters.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn shrinkage(mut self, lambd: f64) -> Self {
        assert_non_negative("ASGD: shrinkage", lambd);
        self.rule.shrinkage = lambd;
        self
    }

    /// Sets `alpha`, the power with which the rate falls.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn power(mut self, alpha: f64) -> Self {
        assert_non_negative("ASGD: power", alpha);
        self.rule.power = alpha;
        self
    }

    /// Sets `t0`, the number of steps before the mean begins.
    #[must_use]
    pub fn start(mut self, steps: u64) -> Self {
        self.rule.start = steps;
        self
    }
}

impl Rule for AsgdRule {
    const TITLE: &'static str = "ASGD";
    const HAS_AVERAGE: bool = true;

    fn name(&self, _: WeightDecay) -> &'static str {
        "asgd"
    }

    fn buffers(&self) -> &'static [&'static str] {
        &["mean"]
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        vec![("shrinkage", self.shrinkage), ("power", self.power), ("start", self.start as f64)]
    }

    fn update<F: Float>(&mut self, t: u64, eta: f64, segment: Segment<'_, F>) {
        let before = (t - 1) as f64;
        let rate = eta / (1.0 + self.shrinkage * eta * before).powf(self.power);
        let (keep, rate) = (rounded::<F>(1.0 - self.shrinkage * rate), rounded::<F>(rate));
        let decay = rounded::<F>(eta) * segment.decoupled_weight_decay();
        let count = (t - 1).saturating_sub(self.start).max(1);
        let (is_last, weight) = (count == 1, rounded::<F>(1.0 / count as f64));
        segment.each_at(|w, g, [mean]| {
            let next = keep * w - rate * g - decay * w;
            (next, [if is_last { next } else { mean + weight * (next - mean) }])
        });
    }

    fn average<F: Float>(&self, parameters: &[F], buffers: &[Vec<F>], start: usize, average: &mut [F]) {
        average.copy_from_slice(&buffers[0][start..start + parameters.len()]);
    }

    compiled_update!(AsgdRule);
}
