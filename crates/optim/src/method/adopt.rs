//! ADOPT: Adam whose scale is one step older than its gradient.

use wengert_kernels::validate::assert_below_one;

use crate::elementwise::{Elementwise, Rule, Segment, compiled_update};
use crate::float::{Float, average_weights, rounded};
use crate::validate::assert_epsilon;
use crate::weight_decay::WeightDecay;

/// ADOPT: the running mean of gradients that are divided by the running root mean square of those before.
///
/// ```text
/// step 1:      v <- g^2, and w stays                        m = 0
/// step t > 1:  m <- beta1 m + (1 - beta1) clip(g / max(sqrt(v), epsilon), c)     c = (t - 1)^(1/4)
///              w <- w - eta m
///              v <- beta2 v + (1 - beta2) g^2
/// clip(x, c) = min(max(x, -c), c)
/// ```
///
/// Source: Taniguchi et al. 2024, algorithm 2, with the clipping of its section 4. A gradient is not in the
/// mean square that divides it, and the division comes before the mean, so that ADOPT converges for every
/// `beta2`, where Adam needs one that depends on the problem. Weight decay acts from the first step on.
/// Without L2 regularisation, scaling all gradients by one factor changes the steps only through `epsilon`.
///
/// | here | the authors' code | default |
/// |---|---|---|
/// | `new(eta)` | `lr` | |
/// | [`betas(beta1, beta2)`](Adopt::betas) | `betas` | 0.9, 0.9999 |
/// | [`epsilon(e)`](Adopt::epsilon) | `eps` | 1e-6 |
/// | [`weight_decay(lambda)`](Adopt::weight_decay) | `weight_decay` | 0 |
/// | [`decoupled_weight_decay(lambda)`](Adopt::decoupled_weight_decay) | `weight_decay`, `decouple=True` | 0 |
pub type Adopt<F = f32> = Elementwise<AdoptRule, F>;

/// The rule of [`Adopt`].
#[derive(Clone, Debug)]
pub struct AdoptRule {
    betas: (f64, f64),
    epsilon: f64,
}

impl<F: Float> Adopt<F> {
    /// ADOPT with learning rate `eta` (1e-3 in the authors' code).
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(learning_rate: f64) -> Self {
        Self::from_rule(AdoptRule { betas: (0.9, 0.9999), epsilon: 1e-6 }, learning_rate)
    }

    /// Sets the decay rates of the running mean and of the running mean square.
    ///
    /// # Panics
    /// If one is outside `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        assert_below_one("ADOPT: beta1", beta1);
        assert_below_one("ADOPT: beta2", beta2);
        self.rule.betas = (beta1, beta2);
        self
    }

    /// Sets the smallest root mean square that a gradient is divided by.
    ///
    /// # Panics
    /// If it is not positive and finite in the precision of the parameters.
    #[must_use]
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        assert_epsilon::<F>("ADOPT: epsilon", epsilon);
        self.rule.epsilon = epsilon;
        self
    }
}

impl Rule for AdoptRule {
    const TITLE: &'static str = "ADOPT";

    fn name(&self, _: WeightDecay) -> &'static str {
        "adopt"
    }

    fn buffers(&self) -> &'static [&'static str] {
        &["mean", "square"]
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        vec![("beta1", self.betas.0), ("beta2", self.betas.1), ("epsilon", self.epsilon)]
    }

    fn update<F: Float>(&mut self, t: u64, eta: f64, segment: Segment<'_, F>) {
        if t == 1 {
            return segment.each(|g, [m, _]| (F::zero() * g, [m, g * g]));
        }
        let limit = rounded::<F>(((t - 1) as f64).powf(0.25));
        let (eta, epsilon) = (rounded::<F>(eta), rounded::<F>(self.epsilon));
        let ((beta1, fresh1), (beta2, fresh2)) =
            (average_weights::<F>(self.betas.0), average_weights::<F>(self.betas.1));
        segment.each(|g, [m, v]| {
            let root = v.sqrt();
            let x = g / if root < epsilon { epsilon } else { root };
            let x = if x > limit {
                limit
            } else if x < -limit {
                -limit
            } else {
                x
            };
            let m = beta1 * m + fresh1 * x;
            (eta * m, [m, beta2 * v + fresh2 * (g * g)])
        });
    }

    compiled_update!(AdoptRule);
}
