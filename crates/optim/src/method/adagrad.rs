//! AdaGrad: a rate for each coordinate, which falls with the gradients so far.

use wengert_kernels::validate::assert_non_negative;

use crate::elementwise::{Elementwise, Rule, Segment, compiled_update};
use crate::float::{Float, rounded};
use crate::validate::assert_epsilon;
use crate::weight_decay::WeightDecay;

/// AdaGrad: steps over the root of the sum of all squared gradients.
///
/// ```text
/// s <- s + g^2                              s = s_0 before the first step
/// w <- w - eta g / (sqrt(s) + epsilon)
/// ```
///
/// Source: Duchi, Hazan and Singer 2011, section 1.1 with diagonal matrices; `epsilon` is their `delta`.
/// With `s_0 = 0` the first step is `eta sign(g)`, and at a constant gradient step `t` has the length
/// `eta / sqrt t`. Without L2 regularisation, scaling all gradients by one factor changes the steps only
/// through `epsilon` and `s_0`.
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

    /// Sets the term that bounds the step where gradients vanish; it is added outside the root.
    ///
    /// # Panics
    /// If it is not positive and finite in the precision of the parameters.
    #[must_use]
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        assert_epsilon::<F>("AdaGrad: epsilon", epsilon);
        self.rule.epsilon = epsilon;
        self
    }

    /// Sets the initial value of the sum of squares.
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

    fn name(&self, _: WeightDecay) -> &'static str {
        "adagrad"
    }

    fn buffers(&self) -> &'static [&'static str] {
        &["sum"]
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        vec![("epsilon", self.epsilon), ("initial_sum", self.initial_sum)]
    }

    fn update<F: Float>(&mut self, t: u64, eta: f64, segment: Segment<'_, F>) {
        let (eta, epsilon) = (rounded::<F>(eta), rounded::<F>(self.epsilon));
        let initial = rounded::<F>(if t == 1 { self.initial_sum } else { 0.0 });
        segment.each(|g, [s]| {
            let s = (s + initial) + g * g;
            (eta * g / (s.sqrt() + epsilon), [s])
        });
    }

    compiled_update!(AdaGradRule);
}
