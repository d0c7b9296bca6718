//! AdaGrad: each coordinate has its own rate, which falls with the gradients seen so far.

use crate::expect::expect_epsilon;
use crate::float::rounded;
use crate::{Decay, Elementwise, Float, Rule, Stretch};
use wengert_kernels::validate::assert_non_negative;

/// AdaGrad: steps over the root of the sum of all squared gradients.
///
/// ```text
/// s <- s + g^2                              s = s_0 before the first step
/// w <- w - eta g / (sqrt(s) + epsilon)
/// ```
///
/// Source: Duchi, Hazan and Singer 2011, section 1.1 with diagonal matrices; `epsilon` is their `delta`. The first
/// step is `eta sign(g)` where `s_0 = 0`; at a constant gradient step `t` is `eta / sqrt t` long.
///
/// | here | PyTorch's `Adagrad` | lectures | default |
/// |---|---|---|---|
/// | `new(eta)` | `lr` | `eta` | |
/// | [`epsilon(e)`](AdaGrad::epsilon) | `eps` | `eps` | 1e-10 |
/// | [`initial_sum(s)`](AdaGrad::initial_sum) | `initial_accumulator_value` | | 0 |
/// | [`weight_decay(lambda)`](AdaGrad::weight_decay) | `weight_decay` | | 0 |
/// | [`Schedule::over_t(eta, 1 / d)`](crate::Schedule::over_t) | `lr_decay = d` | | |
pub type AdaGrad<F = f32> = Elementwise<AdaGradRule, F>;

/// The rule of [`AdaGrad`].
#[derive(Clone, Debug)]
pub struct AdaGradRule {
    epsilon: f64,
    initial_sum: f64,
}

impl<F: Float> AdaGrad<F> {
    /// AdaGrad with learning rate `eta` (PyTorch's default is 1e-2).
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(learning_rate: f64) -> Self {
        Self::from_rule(AdaGradRule { epsilon: 1e-10, initial_sum: 0.0 }, learning_rate)
    }

    /// The term that bounds the step where gradients vanish; it is added outside the root.
    ///
    /// # Panics
    /// If it is not positive and finite in the precision of the parameters.
    #[must_use]
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        expect_epsilon::<F>("AdaGrad: epsilon", epsilon);
        self.rule.epsilon = epsilon;
        self
    }

    /// What the sum of squares begins with.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn initial_sum(mut self, sum: f64) -> Self {
        assert_non_negative("AdaGrad: initial sum", sum);
        self.rule.initial_sum = sum;
        self
    }
}

impl Rule for AdaGradRule {
    const TITLE: &'static str = "AdaGrad";

    fn name(&self, _: Decay) -> &'static str {
        "adagrad"
    }

    fn kept(&self) -> &'static [&'static str] {
        &["sum"]
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        vec![("epsilon", self.epsilon), ("initial_sum", self.initial_sum)]
    }

    fn sweep<F: Float>(&mut self, t: u64, eta: f64, stretch: Stretch<'_, F>) {
        let (eta, epsilon) = (rounded::<F>(eta), rounded::<F>(self.epsilon));
        let initial = rounded::<F>(if t == 1 { self.initial_sum } else { 0.0 });
        stretch.each(|g, [s]| {
            let s = (s + initial) + g * g;
            (eta * g / (s.sqrt() + epsilon), [s])
        });
    }
}
