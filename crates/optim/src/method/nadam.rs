//! NAdam: Adam with Nesterov's momentum.

use wengert_kernels::validate::{assert_below_one, assert_non_negative};

use crate::elementwise::{Elementwise, Rule, Segment, compiled_update};
use crate::float::{Float, average_weights, rounded};
use crate::validate::assert_epsilon;
use crate::weight_decay::WeightDecay;

/// NAdam: Adam whose mean is extrapolated by one step, with a momentum that warms up.
///
/// ```text
/// mu_t = beta1 (1 - 0.96^(t psi) / 2)       M_t = mu_1 mu_2 ... mu_t
/// m <- beta1 m + (1 - beta1) g
/// s <- beta2 s + (1 - beta2) g^2            m = s = 0 before step t = 1
/// w <- w - eta (mu_{t+1} m / (1 - M_{t+1}) + (1 - mu_t) g / (1 - M_t)) / (sqrt(s_hat) + epsilon)
///      with s_hat = s / (1 - beta2^t)
/// ```
///
/// Source: Dozat 2016, algorithm 8, with its schedule of `mu` as in PyTorch, where the mean itself decays
/// by `beta1`. Without L2 regularisation, scaling all gradients by one factor changes the steps only through
/// `epsilon`.
///
/// | here | PyTorch's `NAdam` | default |
/// |---|---|---|
/// | `new(eta)` | `lr` | |
/// | [`betas(beta1, beta2)`](NAdam::betas) | `betas` | 0.9, 0.999 |
/// | [`epsilon(e)`](NAdam::epsilon) | `eps` | 1e-8 |
/// | [`momentum_decay(psi)`](NAdam::momentum_decay) | `momentum_decay` | 4e-3 |
/// | [`weight_decay(lambda)`](NAdam::weight_decay) | `weight_decay` | 0 |
/// | [`decoupled_weight_decay(lambda)`](NAdam::decoupled_weight_decay) | and `decoupled_weight_decay=True` | 0 |
pub type NAdam<F = f32> = Elementwise<NAdamRule, F>;

/// The rule of [`NAdam`].
#[derive(Clone, Debug)]
pub struct NAdamRule {
    betas: (f64, f64),
    epsilon: f64,
    momentum_decay: f64,
    /// A step `t` and its product `M_t`, cached.
    product: (u64, f64),
}

impl<F: Float> NAdam<F> {
    /// NAdam with learning rate `eta` (2e-3 in PyTorch).
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(learning_rate: f64) -> Self {
        let rule = NAdamRule { betas: (0.9, 0.999), epsilon: 1e-8, momentum_decay: 4e-3, product: (0, 1.0) };
        Self::from_rule(rule, learning_rate)
    }

    /// Sets the decay rates of the running mean and of the running mean square.
    ///
    /// # Panics
    /// If one is outside `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        assert_below_one("NAdam: beta1", beta1);
        assert_below_one("NAdam: beta2", beta2);
        self.rule.betas = (beta1, beta2);
        self.rule.product = (0, 1.0);
        self
    }

    /// Sets the term that bounds the step where the gradient vanishes; it is added outside the root.
    ///
    /// # Panics
    /// If it is not positive and finite in the precision of the parameters.
    #[must_use]
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        assert_epsilon::<F>("NAdam: epsilon", epsilon);
        self.rule.epsilon = epsilon;
        self
    }

    /// Sets how fast the momentum `mu_t` rises from about `beta1 / 2` to `beta1`; at 0 it stays at
    /// `beta1 / 2`.
    ///
    /// # Panics
    /// If `psi` is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn momentum_decay(mut self, psi: f64) -> Self {
        assert_non_negative("NAdam: momentum decay", psi);
        self.rule.momentum_decay = psi;
        self.rule.product = (0, 1.0);
        self
    }
}

impl NAdamRule {
    fn mu(&self, t: u64) -> f64 {
        self.betas.0 * (1.0 - 0.5 * 0.96_f64.powf(t as f64 * self.momentum_decay))
    }

    /// `M_t`, computed from the cached product if that is of an earlier step.
    fn product_to(&mut self, t: u64) -> f64 {
        let (mut at, mut product) = if self.product.0 <= t { self.product } else { (0, 1.0) };
        // Once it has underflowed to 0 it stays 0.
        while at < t && product > 0.0 {
            at += 1;
            product *= self.mu(at);
        }
        self.product = (t, product);
        product
    }
}

impl Rule for NAdamRule {
    const TITLE: &'static str = "NAdam";

    fn name(&self, _: WeightDecay) -> &'static str {
        "nadam"
    }

    fn buffers(&self) -> &'static [&'static str] {
        &["mean", "square"]
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        vec![
            ("beta1", self.betas.0),
            ("beta2", self.betas.1),
            ("epsilon", self.epsilon),
            ("momentum_decay", self.momentum_decay),
        ]
    }

    fn update<F: Float>(&mut self, t: u64, eta: f64, segment: Segment<'_, F>) {
        let product = self.product_to(t);
        let (mu, mu_ahead) = (self.mu(t), self.mu(t + 1));
        let of_mean = rounded::<F>(eta * mu_ahead / (1.0 - product * mu_ahead));
        let of_gradient = rounded::<F>(eta * (1.0 - mu) / (1.0 - product));
        let correction = rounded::<F>(1.0 / (1.0 - self.betas.1.powf(t as f64)).sqrt());
        let epsilon = rounded::<F>(self.epsilon);
        let ((beta1, fresh1), (beta2, fresh2)) =
            (average_weights::<F>(self.betas.0), average_weights::<F>(self.betas.1));
        segment.each(|g, [m, s]| {
            let (m, s) = (beta1 * m + fresh1 * g, beta2 * s + fresh2 * (g * g));
            ((of_mean * m + of_gradient * g) / (s.sqrt() * correction + epsilon), [m, s])
        });
    }

    compiled_update!(NAdamRule);
}
