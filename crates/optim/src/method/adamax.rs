//! Adamax: steps scaled by the largest recent gradient.

use wengert_kernels::validate::assert_below_one;

use crate::elementwise::{Elementwise, Rule, Segment, compiled_update};
use crate::float::{Float, average_weights, rounded};
use crate::validate::assert_epsilon;
use crate::weight_decay::WeightDecay;

/// Adamax: the running mean of the gradient over the largest of its recent absolute values.
///
/// ```text
/// m <- beta1 m + (1 - beta1) g                              m = u = 0 before step t = 1
/// u <- max(beta2 u, |g| + epsilon)
/// w <- w - eta / (1 - beta1^t) m / u
/// ```
///
/// Source: Kingma and Ba 2015, algorithm 2, to which PyTorch and this crate add `epsilon`, so that gradients
/// of zero do not give 0/0. It is the limit of Adam as the exponent 2 of its mean square grows. No coordinate
/// moves by more than `eta` in the first step. Without L2 regularisation, scaling all gradients by one factor
/// changes the steps only through `epsilon`.
///
/// | here | PyTorch's `Adamax` | default |
/// |---|---|---|
/// | `new(eta)` | `lr` | |
/// | [`betas(beta1, beta2)`](Adamax::betas) | `betas` | 0.9, 0.999 |
/// | [`epsilon(e)`](Adamax::epsilon) | `eps` | 1e-8 |
/// | [`weight_decay(lambda)`](Adamax::weight_decay) | `weight_decay` | 0 |
pub type Adamax<F = f32> = Elementwise<AdamaxRule, F>;

/// The rule of [`Adamax`].
#[derive(Clone, Debug)]
pub struct AdamaxRule {
    betas: (f64, f64),
    epsilon: f64,
}

impl<F: Float> Adamax<F> {
    /// Adamax with learning rate `eta` (2e-3 in the paper), about the length of a step in each coordinate.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(learning_rate: f64) -> Self {
        Self::from_rule(AdamaxRule { betas: (0.9, 0.999), epsilon: 1e-8 }, learning_rate)
    }

    /// Sets the decay rates of the running mean and of the largest absolute value.
    ///
    /// # Panics
    /// If one is outside `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        assert_below_one("Adamax: beta1", beta1);
        assert_below_one("Adamax: beta2", beta2);
        self.rule.betas = (beta1, beta2);
        self
    }

    /// Sets the term that is added to each absolute value.
    ///
    /// # Panics
    /// If it is not positive and finite in the precision of the parameters.
    #[must_use]
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        assert_epsilon::<F>("Adamax: epsilon", epsilon);
        self.rule.epsilon = epsilon;
        self
    }
}

impl Rule for AdamaxRule {
    const TITLE: &'static str = "Adamax";

    fn name(&self, _: WeightDecay) -> &'static str {
        "adamax"
    }

    fn buffers(&self) -> &'static [&'static str] {
        &["mean", "largest"]
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        vec![("beta1", self.betas.0), ("beta2", self.betas.1), ("epsilon", self.epsilon)]
    }

    fn update<F: Float>(&mut self, t: u64, eta: f64, segment: Segment<'_, F>) {
        let stride = rounded::<F>(eta / (1.0 - self.betas.0.powf(t as f64)));
        let (beta1, fresh1) = average_weights::<F>(self.betas.0);
        let (beta2, epsilon) = (rounded::<F>(self.betas.1), rounded::<F>(self.epsilon));
        segment.each(|g, [m, u]| {
            let (m, faded, new) = (beta1 * m + fresh1 * g, beta2 * u, g.abs() + epsilon);
            let u = if faded >= new { faded } else { new };
            (stride * m / u, [m, u])
        });
    }

    compiled_update!(AdamaxRule);
}
