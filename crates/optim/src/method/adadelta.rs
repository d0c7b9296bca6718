//! Adadelta: steps with the root mean square of the steps before.

use wengert_kernels::validate::assert_below_one;

use crate::elementwise::{Elementwise, Rule, Segment, compiled_update};
use crate::float::{Float, average_weights, rounded};
use crate::validate::assert_epsilon;
use crate::weight_decay::WeightDecay;

/// Adadelta: the gradient times the ratio of two running root mean squares, that of the steps to that of
/// the gradient.
///
/// ```text
/// s <- rho s + (1 - rho) g^2                s = u = 0 before the first step
/// d  = g sqrt(u + epsilon) / sqrt(s + epsilon)
/// u <- rho u + (1 - rho) d^2
/// w <- w - eta d
/// ```
///
/// Source: Zeiler 2012, algorithm 1, where `eta` is 1. `epsilon` is under both roots; the first steps have
/// a length of about `sqrt(epsilon)`. At a given rate and without L2 regularisation, scaling all gradients
/// by one factor changes the steps only through `epsilon`.
///
/// | here | PyTorch's `Adadelta` | default |
/// |---|---|---|
/// | `new(eta)` | `lr` | |
/// | [`rho(rho)`](Adadelta::rho) | `rho` | 0.9 |
/// | [`epsilon(e)`](Adadelta::epsilon) | `eps` | 1e-6 |
/// | [`weight_decay(lambda)`](Adadelta::weight_decay) | `weight_decay` | 0 |
pub type Adadelta<F = f32> = Elementwise<AdadeltaRule, F>;

/// The rule of [`Adadelta`].
#[derive(Clone, Debug)]
pub struct AdadeltaRule {
    rho: f64,
    epsilon: f64,
}

impl<F: Float> Adadelta<F> {
    /// Adadelta with learning rate `eta`, which is 1 in the paper.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(learning_rate: f64) -> Self {
        Self::from_rule(AdadeltaRule { rho: 0.9, epsilon: 1e-6 }, learning_rate)
    }

    /// Sets the decay rate of both running mean squares.
    ///
    /// # Panics
    /// If it is outside `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn rho(mut self, rho: f64) -> Self {
        assert_below_one("Adadelta: rho", rho);
        self.rule.rho = rho;
        self
    }

    /// Sets the term under both roots, which determines the length of the first steps.
    ///
    /// # Panics
    /// If it is not positive and finite in the precision of the parameters.
    #[must_use]
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        assert_epsilon::<F>("Adadelta: epsilon", epsilon);
        self.rule.epsilon = epsilon;
        self
    }
}

impl Rule for AdadeltaRule {
    const TITLE: &'static str = "Adadelta";

    fn name(&self, _: WeightDecay) -> &'static str {
        "adadelta"
    }

    fn buffers(&self) -> &'static [&'static str] {
        &["square", "step_square"]
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        vec![("rho", self.rho), ("epsilon", self.epsilon)]
    }

    fn update<F: Float>(&mut self, _: u64, eta: f64, segment: Segment<'_, F>) {
        let (eta, epsilon) = (rounded::<F>(eta), rounded::<F>(self.epsilon));
        let (rho, fresh) = average_weights::<F>(self.rho);
        segment.each(|g, [s, u]| {
            let s = rho * s + fresh * (g * g);
            let d = (u + epsilon).sqrt() / (s + epsilon).sqrt() * g;
            (eta * d, [s, rho * u + fresh * (d * d)])
        });
    }

    compiled_update!(AdadeltaRule);
}
