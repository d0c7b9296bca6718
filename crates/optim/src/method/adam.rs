//! Adam, AdamW and AMSGrad: steps scaled by running moments of the gradient.

use wengert_kernels::validate::assert_below_one;

use crate::elementwise::{Elementwise, Rule, Segment, compiled_update};
use crate::float::{Float, average_weights, rounded};
use crate::validate::assert_epsilon;
use crate::weight_decay::WeightDecay;

/// Adam: the running mean of the gradient over its running root mean square, both with bias correction.
///
/// ```text
/// m <- beta1 m + (1 - beta1) g
/// s <- beta2 s + (1 - beta2) g^2                            m = s = 0 before step t = 1
/// w <- w - eta m_hat / (sqrt(s_hat) + epsilon)
///      with m_hat = m / (1 - beta1^t), s_hat = s / (1 - beta2^t)
///
/// AdamW:    (1 - eta lambda) w instead of w
/// AMSGrad:  r <- max(r, s), and r instead of s under the root
/// ```
///
/// Sources: Kingma and Ba 2015, algorithm 1; AdamW: Loshchilov and Hutter 2019, algorithm 2; AMSGrad:
/// Reddi, Kale and Kumar 2018, algorithm 2, to which PyTorch and this crate add the bias correction. The
/// correction makes the first step `eta g / (|g| + epsilon)`, about `eta` in each coordinate. Without it,
/// at a constant gradient, step `t` would be `(1 - beta1^t) / sqrt(1 - beta2^t)` times as long. With the
/// defaults that is 3.2 times in the first step; the factor rises to 6.6 in step 12, and then falls, to 3.2
/// in step 100 and to 1.3 in step 1000. Without L2 regularisation, scaling all gradients by one factor
/// changes the steps only through `epsilon`.
///
/// | here | PyTorch's `Adam` and `AdamW` | lectures | default |
/// |---|---|---|---|
/// | `new(eta)` | `lr` | `eta` | |
/// | [`betas(beta1, beta2)`](Adam::betas) | `betas` | `beta1`, `beta2` | 0.9, 0.999 |
/// | [`epsilon(e)`](Adam::epsilon) | `eps` | `eps` | 1e-8 |
/// | [`amsgrad()`](Adam::amsgrad) | `amsgrad=True` | | |
/// | [`weight_decay(lambda)`](Adam::weight_decay) | `weight_decay` of `Adam` | Adam with L2 | 0 |
/// | [`decoupled_weight_decay(lambda)`](Adam::decoupled_weight_decay) | `weight_decay` of `AdamW` | AdamW | 0 |
/// | [`uncorrected()`](Adam::uncorrected) | none | without bias correction | |
#[doc(alias = "AdamW")]
#[doc(alias = "AMSGrad")]
pub type Adam<F = f32> = Elementwise<AdamRule, F>;

/// The rule of [`Adam`].
#[derive(Clone, Debug)]
pub struct AdamRule {
    betas: (f64, f64),
    epsilon: f64,
    is_amsgrad: bool,
    is_corrected: bool,
}

impl<F: Float> Adam<F> {
    /// Adam with learning rate `eta` (1e-3 in the paper), about the length of a step in each coordinate.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(learning_rate: f64) -> Self {
        let rule = AdamRule { betas: (0.9, 0.999), epsilon: 1e-8, is_amsgrad: false, is_corrected: true };
        Self::from_rule(rule, learning_rate)
    }

    /// Sets the decay rates of the running mean and of the running mean square.
    ///
    /// # Panics
    /// If one is outside `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        assert_below_one("Adam: beta1", beta1);
        assert_below_one("Adam: beta2", beta2);
        self.rule.betas = (beta1, beta2);
        self
    }

    /// Sets the term that bounds the step where the gradient vanishes; it is added outside the root.
    ///
    /// # Panics
    /// If it is not positive and finite in the precision of the parameters. At 0, a gradient of zero would
    /// give 0/0.
    #[must_use]
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        assert_epsilon::<F>("Adam: epsilon", epsilon);
        self.rule.epsilon = epsilon;
        self
    }

    /// Divides by the root of the largest mean square so far (AMSGrad), which never falls. The rate of a
    /// coordinate therefore never rises, apart from the bias corrections: with the default decay rates, these
    /// raise it from 0.15 of its final value in step 12 to all of it after some thousand steps.
    #[must_use]
    pub fn amsgrad(mut self) -> Self {
        self.rule.is_amsgrad = true;
        self
    }

    /// Omits the bias correction, to show its effect.
    #[must_use]
    pub fn uncorrected(mut self) -> Self {
        self.rule.is_corrected = false;
        self
    }
}

impl Rule for AdamRule {
    const TITLE: &'static str = "Adam";

    fn name(&self, decay: WeightDecay) -> &'static str {
        match decay {
            WeightDecay::Decoupled(_) => "adamw",
            WeightDecay::L2(_) => "adam",
        }
    }

    fn buffers(&self) -> &'static [&'static str] {
        if self.is_amsgrad { &["mean", "square", "largest_square"] } else { &["mean", "square"] }
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        vec![
            ("beta1", self.betas.0),
            ("beta2", self.betas.1),
            ("epsilon", self.epsilon),
            ("amsgrad", f64::from(u8::from(self.is_amsgrad))),
            ("corrected", f64::from(u8::from(self.is_corrected))),
        ]
    }

    fn update<F: Float>(&mut self, t: u64, eta: f64, segment: Segment<'_, F>) {
        let unbias = |beta: f64| if self.is_corrected { 1.0 - beta.powf(t as f64) } else { 1.0 };
        let stride = rounded::<F>(eta / unbias(self.betas.0));
        let correction = rounded::<F>(1.0 / unbias(self.betas.1).sqrt());
        let epsilon = rounded::<F>(self.epsilon);
        let ((beta1, fresh1), (beta2, fresh2)) =
            (average_weights::<F>(self.betas.0), average_weights::<F>(self.betas.1));
        let change = |m: F, s: F| stride * m / (s.sqrt() * correction + epsilon);
        if self.is_amsgrad {
            segment.each(|g, [m, s, r]| {
                let (m, s) = (beta1 * m + fresh1 * g, beta2 * s + fresh2 * (g * g));
                let r = if r >= s { r } else { s };
                (change(m, r), [m, s, r])
            });
        } else {
            segment.each(|g, [m, s]| {
                let (m, s) = (beta1 * m + fresh1 * g, beta2 * s + fresh2 * (g * g));
                (change(m, s), [m, s])
            });
        }
    }

    compiled_update!(AdamRule);
}
