//! RAdam: Adam that begins as momentum.

use wengert_kernels::validate::assert_below_one;

use crate::elementwise::{Elementwise, Rule, Segment, compiled_update};
use crate::float::{Float, average_weights, rounded};
use crate::validate::assert_epsilon;
use crate::weight_decay::WeightDecay;

/// RAdam: Adam whose first steps are plain momentum, until the mean square is an average of enough
/// gradients.
///
/// ```text
/// m <- beta1 m + (1 - beta1) g
/// s <- beta2 s + (1 - beta2) g^2            m = s = 0 before step t = 1
/// n_inf = 2 / (1 - beta2) - 1,              n = n_inf - 2 t beta2^t / (1 - beta2^t)
/// w <- w - eta m_hat                                                          while n <= 5
/// w <- w - eta r m_hat sqrt(1 - beta2^t) / (sqrt(s) + epsilon)                then
///      with m_hat = m / (1 - beta1^t), r^2 = (n - 4)(n - 2) n_inf / ((n_inf - 4)(n_inf - 2) n)
/// ```
///
/// Source: Liu et al. 2020, algorithm 2. As in PyTorch, the limit is 5 (the paper has 4), and `epsilon` is
/// added before the bias correction. At `beta2 = 0.999` the first five steps are momentum.
///
/// | here | PyTorch's `RAdam` | default |
/// |---|---|---|
/// | `new(eta)` | `lr` | |
/// | [`betas(beta1, beta2)`](RAdam::betas) | `betas` | 0.9, 0.999 |
/// | [`epsilon(e)`](RAdam::epsilon) | `eps` | 1e-8 |
/// | [`weight_decay(lambda)`](RAdam::weight_decay) | `weight_decay` | 0 |
/// | [`decoupled_weight_decay(lambda)`](RAdam::decoupled_weight_decay) | and `decoupled_weight_decay=True` | 0 |
pub type RAdam<F = f32> = Elementwise<RAdamRule, F>;

/// The rule of [`RAdam`].
#[derive(Clone, Debug)]
pub struct RAdamRule {
    betas: (f64, f64),
    epsilon: f64,
}

impl<F: Float> RAdam<F> {
    /// RAdam with learning rate `eta` (1e-3 in PyTorch).
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(learning_rate: f64) -> Self {
        Self::from_rule(RAdamRule { betas: (0.9, 0.999), epsilon: 1e-8 }, learning_rate)
    }

    /// Sets the decay rates of the running mean and of the running mean square.
    ///
    /// # Panics
    /// If one is outside `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        assert_below_one("RAdam: beta1", beta1);
        assert_below_one("RAdam: beta2", beta2);
        self.rule.betas = (beta1, beta2);
        self
    }

    /// Sets the term that bounds the step where the gradient vanishes; it is added outside the root.
    ///
    /// # Panics
    /// If it is not positive and finite in the precision of the parameters.
    #[must_use]
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        assert_epsilon::<F>("RAdam: epsilon", epsilon);
        self.rule.epsilon = epsilon;
        self
    }
}

impl RAdamRule {
    /// `r sqrt(1 - beta2^t)`; `None` while the mean square is an average of too few gradients.
    fn rectification(&self, t: u64) -> Option<f64> {
        let (beta2, t) = (self.betas.1, t as f64);
        let unbias = 1.0 - beta2.powf(t);
        let most = 2.0 / (1.0 - beta2) - 1.0;
        let n = most - 2.0 * t * beta2.powf(t) / unbias;
        let squared = (n - 4.0) * (n - 2.0) * most / ((most - 4.0) * (most - 2.0) * n);
        (n > 5.0).then(|| squared.sqrt() * unbias.sqrt())
    }
}

impl Rule for RAdamRule {
    const TITLE: &'static str = "RAdam";

    fn name(&self, _: WeightDecay) -> &'static str {
        "radam"
    }

    fn buffers(&self) -> &'static [&'static str] {
        &["mean", "square"]
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        vec![("beta1", self.betas.0), ("beta2", self.betas.1), ("epsilon", self.epsilon)]
    }

    fn update<F: Float>(&mut self, t: u64, eta: f64, segment: Segment<'_, F>) {
        let stride = eta / (1.0 - self.betas.0.powf(t as f64));
        let ((beta1, fresh1), (beta2, fresh2)) =
            (average_weights::<F>(self.betas.0), average_weights::<F>(self.betas.1));
        let moments = |g: F, m: F, s: F| [beta1 * m + fresh1 * g, beta2 * s + fresh2 * (g * g)];
        if let Some(rectification) = self.rectification(t) {
            let (stride, epsilon) = (rounded::<F>(stride * rectification), rounded::<F>(self.epsilon));
            segment.each(|g, [m, s]| {
                let [m, s] = moments(g, m, s);
                (stride * m / (s.sqrt() + epsilon), [m, s])
            });
        } else {
            let stride = rounded::<F>(stride);
            segment.each(|g, [m, s]| {
                let [m, s] = moments(g, m, s);
                (stride * m, [m, s])
            });
        }
    }

    compiled_update!(RAdamRule);
}
