//! Adadelta: steps as long as the steps before, in units of the gradient.

use crate::expect::expect_epsilon;
use crate::float::{rounded, shares};
use crate::{Decay, Elementwise, Float, Rule, Stretch};
use wengert_kernels::validate::assert_below_one;

/// Adadelta: the gradient times the ratio of two running root mean squares, of the steps and of the gradient.
///
/// ```text
/// s <- rho s + (1 - rho) g^2                s = u = 0 before the first step
/// d  = g sqrt(u + epsilon) / sqrt(s + epsilon)
/// u <- rho u + (1 - rho) d^2
/// w <- w - eta d
/// ```
///
/// Source: Zeiler 2012, algorithm 1, which has no `eta`: 1. Here `epsilon` is under both roots; it starts the
/// steps, whose length is about `sqrt(epsilon)` at first.
///
/// | here | PyTorch's `Adadelta` | default |
/// |---|---|---|
/// | `new(eta)` | `lr` | |
/// | [`keep(rho)`](Adadelta::keep) | `rho` | 0.9 |
/// | [`epsilon(e)`](Adadelta::epsilon) | `eps` | 1e-6 |
/// | [`weight_decay(lambda)`](Adadelta::weight_decay) | `weight_decay` | 0 |
pub type Adadelta<F = f32> = Elementwise<AdadeltaRule, F>;

/// The rule of [`Adadelta`].
#[derive(Clone, Debug)]
pub struct AdadeltaRule {
    keep: f64,
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
        Self::from_rule(AdadeltaRule { keep: 0.9, epsilon: 1e-6 }, learning_rate)
    }

    /// The fraction of both mean squares that is kept from step to step.
    ///
    /// # Panics
    /// If it is outside `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn keep(mut self, rho: f64) -> Self {
        assert_below_one("Adadelta: rho", rho);
        self.rule.keep = rho;
        self
    }

    /// The term under both roots, which starts the steps.
    ///
    /// # Panics
    /// If it is not positive and finite in the precision of the parameters.
    #[must_use]
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        expect_epsilon::<F>("Adadelta: epsilon", epsilon);
        self.rule.epsilon = epsilon;
        self
    }
}

impl Rule for AdadeltaRule {
    const TITLE: &'static str = "Adadelta";

    fn name(&self, _: Decay) -> &'static str {
        "adadelta"
    }

    fn kept(&self) -> &'static [&'static str] {
        &["square", "step_square"]
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        vec![("keep", self.keep), ("epsilon", self.epsilon)]
    }

    fn sweep<F: Float>(&mut self, _: u64, eta: f64, stretch: Stretch<'_, F>) {
        let (eta, epsilon) = (rounded::<F>(eta), rounded::<F>(self.epsilon));
        let (rho, fresh) = shares::<F>(self.keep);
        stretch.each(|g, [s, u]| {
            let s = rho * s + fresh * (g * g);
            let d = (u + epsilon).sqrt() / (s + epsilon).sqrt() * g;
            (eta * d, [s, rho * u + fresh * (d * d)])
        });
    }
}
