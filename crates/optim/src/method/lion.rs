//! Lion: steps of the same length in every coordinate.

use wengert_kernels::validate::assert_below_one;

use crate::elementwise::{Elementwise, Rule, Segment, compiled_update};
use crate::float::{Float, average_weights, rounded};
use crate::weight_decay::WeightDecay;

/// Lion: the sign of a running mean of the gradient.
///
/// ```text
/// c  = beta1 m + (1 - beta1) g              m = 0 before the first step
/// w <- (1 - eta lambda) w - eta sign(c)     sign(0) = 0
/// m <- beta2 m + (1 - beta2) g
/// ```
///
/// Source: Chen et al. 2023, algorithm 2. Without weight decay, every coordinate moves by `eta`, or not at
/// all where `c` is 0, so rates are 3 to 10 times smaller than those of Adam, and `lambda` is larger by the
/// same factor. Scaling all gradients by one factor does not change the steps. PyTorch has no Lion.
///
/// | here | the paper, and its authors' code | default |
/// |---|---|---|
/// | `new(eta)` | `eta`, `learning_rate` | |
/// | [`betas(beta1, beta2)`](Lion::betas) | `beta1`, `beta2`; `b1`, `b2` | 0.9, 0.99 |
/// | [`decoupled_weight_decay(lambda)`](Lion::decoupled_weight_decay) | `lambda`, `wd` | 0 |
pub type Lion<F = f32> = Elementwise<LionRule, F>;

/// The rule of [`Lion`].
#[derive(Clone, Debug)]
pub struct LionRule {
    betas: (f64, f64),
}

impl<F: Float> Lion<F> {
    /// Lion with learning rate `eta` (1e-4 in the paper's code), the length of a step in each coordinate.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(learning_rate: f64) -> Self {
        Self::from_rule(LionRule { betas: (0.9, 0.99) }, learning_rate)
    }

    /// Sets the weight of the mean in the direction of the step, and the decay rate of the mean.
    ///
    /// # Panics
    /// If one is outside `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        assert_below_one("Lion: beta1", beta1);
        assert_below_one("Lion: beta2", beta2);
        self.rule.betas = (beta1, beta2);
        self
    }
}

impl Rule for LionRule {
    const TITLE: &'static str = "Lion";

    const DECAY: WeightDecay = WeightDecay::Decoupled(0.0);

    fn name(&self, _: WeightDecay) -> &'static str {
        "lion"
    }

    fn buffers(&self) -> &'static [&'static str] {
        &["mean"]
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        vec![("beta1", self.betas.0), ("beta2", self.betas.1)]
    }

    fn update<F: Float>(&mut self, _: u64, eta: f64, segment: Segment<'_, F>) {
        let eta = rounded::<F>(eta);
        let ((beta1, fresh1), (beta2, fresh2)) =
            (average_weights::<F>(self.betas.0), average_weights::<F>(self.betas.1));
        segment.each(|g, [m]| {
            let c = beta1 * m + fresh1 * g;
            (scaled_sign(c, eta), [beta2 * m + fresh2 * g])
        });
    }

    compiled_update!(LionRule);
}

/// `eta sign(c)`; 0 and NaN are returned unchanged.
#[inline(always)]
fn scaled_sign<F: Float>(c: F, eta: F) -> F {
    if c > F::zero() {
        eta
    } else if c < F::zero() {
        -eta
    } else {
        c
    }
}
