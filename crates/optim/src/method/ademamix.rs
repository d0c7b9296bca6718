//! AdEMAMix: Adam with a second, slow mean of the gradient.

use wengert_kernels::validate::{assert_below_one, assert_non_negative};

use crate::elementwise::{Elementwise, Rule, Segment, compiled_update};
use crate::float::{Float, average_weights, rounded};
use crate::validate::assert_epsilon;
use crate::weight_decay::WeightDecay;

/// AdEMAMix: a fast and a slow running mean of the gradient over its running root mean square.
///
/// ```text
/// m <- beta1 m + (1 - beta1) g                              m = n = s = 0 before step t = 1
/// n <- beta3(t) n + (1 - beta3(t)) g
/// s <- beta2 s + (1 - beta2) g^2
/// w <- (1 - eta lambda) w - eta (m / (1 - beta1^t) + alpha(t) n) / (sqrt(s / (1 - beta2^t)) + epsilon)
///
/// alpha(t) = alpha min(t/T, 1)
/// beta3(t) = min(exp(ln beta1 ln beta3 / ((1 - t/T) ln beta3 + t/T ln beta1)), beta3)
/// ```
///
/// `T` is the number of steps of the [`warm_up`](AdEmaMix::warm_up) of the slow mean, which grows from the
/// fast one; without it, `alpha` and `beta3` are constant. The half-life of `beta3(t)` grows linearly.
/// Source: Pagliardini, Ablin and Grangier 2024, algorithm 1. The slow mean remembers gradients for some ten
/// thousand steps, and pays off in long runs; in the paper, `T` is the number of all steps. Scaling all
/// gradients by one factor changes the steps only through `epsilon`.
///
/// | here | the authors' code | default |
/// |---|---|---|
/// | `new(eta)` | `lr` | |
/// | [`betas(beta1, beta2, beta3)`](AdEmaMix::betas) | `betas` | 0.9, 0.999, 0.9999 |
/// | [`alpha(a)`](AdEmaMix::alpha) | `alpha` | 5 |
/// | [`warm_up(steps)`](AdEmaMix::warm_up) | `alpha_warmup`, `beta3_warmup` | 0 |
/// | [`epsilon(e)`](AdEmaMix::epsilon) | `eps` | 1e-8 |
/// | [`decoupled_weight_decay(lambda)`](AdEmaMix::decoupled_weight_decay) | `weight_decay` | 0 |
pub type AdEmaMix<F = f32> = Elementwise<AdEmaMixRule, F>;

/// The rule of [`AdEmaMix`].
#[derive(Clone, Debug)]
pub struct AdEmaMixRule {
    betas: (f64, f64, f64),
    alpha: f64,
    warm_up: u64,
    epsilon: f64,
}

impl<F: Float> AdEmaMix<F> {
    /// AdEMAMix with learning rate `eta` (1e-3 in the authors' code).
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(learning_rate: f64) -> Self {
        let rule = AdEmaMixRule { betas: (0.9, 0.999, 0.9999), alpha: 5.0, warm_up: 0, epsilon: 1e-8 };
        Self::from_rule(rule, learning_rate)
    }

    /// Sets the decay rates of the fast mean, of the running mean square, and of the slow mean.
    ///
    /// # Panics
    /// If one is outside `[0, 1)`, or if `beta1` or `beta3` is 0, whose logarithms the warm-up needs.
    #[must_use]
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64, beta3: f64) -> Self {
        for (name, beta) in [("beta1", beta1), ("beta2", beta2), ("beta3", beta3)] {
            assert_below_one(&format!("AdEMAMix: {name}"), beta);
            assert!(beta > 0.0 || name == "beta2", "AdEMAMix: {name} is 0, must be positive");
        }
        self.rule.betas = (beta1, beta2, beta3);
        self
    }

    /// Sets the weight of the slow mean.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn alpha(mut self, alpha: f64) -> Self {
        assert_non_negative("AdEMAMix: alpha", alpha);
        self.rule.alpha = alpha;
        self
    }

    /// Sets the number of steps in which the slow mean comes into effect; 0, the default, for all at once.
    #[must_use]
    pub fn warm_up(mut self, steps: u64) -> Self {
        self.rule.warm_up = steps;
        self
    }

    /// Sets the term that bounds the step where the gradient vanishes; it is added outside the root.
    ///
    /// # Panics
    /// If it is not positive and finite in the precision of the parameters.
    #[must_use]
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        assert_epsilon::<F>("AdEMAMix: epsilon", epsilon);
        self.rule.epsilon = epsilon;
        self
    }
}

impl AdEmaMixRule {
    /// The weight and the decay rate of the slow mean in step `t`.
    fn slow(&self, t: u64) -> (f64, f64) {
        let (beta1, _, beta3) = self.betas;
        if t >= self.warm_up {
            return (self.alpha, beta3);
        }
        let share = t as f64 / self.warm_up as f64;
        let (fast, slow) = (beta1.ln(), beta3.ln());
        let beta = (fast * slow / ((1.0 - share) * slow + share * fast)).exp();
        (self.alpha * share, beta.min(beta3))
    }
}

impl Rule for AdEmaMixRule {
    const TITLE: &'static str = "AdEMAMix";

    const DECAY: WeightDecay = WeightDecay::Decoupled(0.0);

    fn name(&self, _: WeightDecay) -> &'static str {
        "ademamix"
    }

    fn buffers(&self) -> &'static [&'static str] {
        &["mean", "slow_mean", "square"]
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        let (beta1, beta2, beta3) = self.betas;
        vec![
            ("beta1", beta1),
            ("beta2", beta2),
            ("beta3", beta3),
            ("alpha", self.alpha),
            ("warm_up", self.warm_up as f64),
            ("epsilon", self.epsilon),
        ]
    }

    fn update<F: Float>(&mut self, t: u64, eta: f64, segment: Segment<'_, F>) {
        let unbias = |beta: f64| 1.0 - beta.powf(t as f64);
        let (alpha, beta3) = self.slow(t);
        let (fast, slow) = (rounded::<F>(eta / unbias(self.betas.0)), rounded::<F>(eta * alpha));
        let correction = rounded::<F>(1.0 / unbias(self.betas.1).sqrt());
        let epsilon = rounded::<F>(self.epsilon);
        let ((beta1, fresh1), (beta2, fresh2), (beta3, fresh3)) = (
            average_weights::<F>(self.betas.0),
            average_weights::<F>(self.betas.1),
            average_weights::<F>(beta3),
        );
        segment.each(|g, [m, n, s]| {
            let (m, n) = (beta1 * m + fresh1 * g, beta3 * n + fresh3 * g);
            let s = beta2 * s + fresh2 * (g * g);
            ((fast * m + slow * n) / (s.sqrt() * correction + epsilon), [m, n, s])
        });
    }

    compiled_update!(AdEmaMixRule);
}
