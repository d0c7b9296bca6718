//! Lion: steps of one length in every coordinate.

use crate::float::{rounded, shares};
use crate::{Decay, Elementwise, Float, Rule, Stretch};
use wengert_kernels::validate::assert_below_one;

/// Lion: the sign of a running mean of the gradient.
///
/// ```text
/// c  = beta1 m + (1 - beta1) g              m = 0 before the first step
/// w <- (1 - eta lambda) w - eta sign(c)     sign(0) = 0
/// m <- beta2 m + (1 - beta2) g
/// ```
///
/// Source: Chen et al. 2023, algorithm 2. Every coordinate moves by `eta`, so rates are 3 to 10 times smaller than
/// those of Adam, and `lambda` as many times larger. PyTorch has no Lion.
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

    /// The fractions of the mean that are kept for the step, and from step to step.
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

    const DECAY: Decay = Decay::Decoupled(0.0);

    fn name(&self, _: Decay) -> &'static str {
        "lion"
    }

    fn kept(&self) -> &'static [&'static str] {
        &["mean"]
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        vec![("beta1", self.betas.0), ("beta2", self.betas.1)]
    }

    fn sweep<F: Float>(&mut self, _: u64, eta: f64, stretch: Stretch<'_, F>) {
        let eta = rounded::<F>(eta);
        let ((beta1, fresh1), (beta2, fresh2)) = (shares::<F>(self.betas.0), shares::<F>(self.betas.1));
        stretch.each(|g, [m]| {
            let c = beta1 * m + fresh1 * g;
            (along(c, eta), [beta2 * m + fresh2 * g])
        });
    }
}

/// `eta sign(c)`, where 0 and NaN stay what they are.
#[inline(always)]
fn along<F: Float>(c: F, eta: F) -> F {
    if c > F::zero() {
        eta
    } else if c < F::zero() {
        -eta
    } else {
        c
    }
}
