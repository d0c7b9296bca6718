//! RMSProp: the gradient over its running root mean square.

use wengert_kernels::validate::assert_below_one;

use crate::elementwise::{Elementwise, Rule, Segment, compiled_update};
use crate::float::{Float, average_weights, rounded};
use crate::validate::assert_epsilon;
use crate::weight_decay::WeightDecay;

/// RMSProp: the gradient over its running root mean square; optionally centred, optionally with momentum.
///
/// ```text
/// s <- rho s + (1 - rho) g^2                s = m = v = 0 before the first step
/// w <- w - eta g / (sqrt(s) + epsilon)
///
/// centred:        m <- rho m + (1 - rho) g, and max(s - m^2, 0) instead of s under the root
/// with momentum:  v <- mu v + g / (sqrt(s) + epsilon);  w <- w - eta v
/// ```
///
/// Sources: Tieleman and Hinton 2012, lecture 6e; centred: Graves 2013, section 2.3, which has `epsilon`
/// under the root; here, as in PyTorch, it is outside. There is no bias correction: the first step is
/// `1 / sqrt(1 - rho)` times `eta`, 10 times with the default. Without L2 regularisation, scaling all
/// gradients by one factor changes the steps only through `epsilon`.
///
/// The variance `s - m^2` is at least 0, but rounding can make it negative where the gradient is constant.
/// PyTorch then returns NaN; here the variance counts as 0.
///
/// | here | PyTorch's `RMSprop` | lectures | default |
/// |---|---|---|---|
/// | `new(eta)` | `lr` | `eta` | |
/// | [`rho(rho)`](RmsProp::rho) | `alpha` | `rho` | 0.99 |
/// | [`epsilon(e)`](RmsProp::epsilon) | `eps` | `eps` | 1e-8 |
/// | [`momentum(mu)`](RmsProp::momentum) | `momentum` | | 0 |
/// | [`centred()`](RmsProp::centred) | `centered=True` | | |
/// | [`weight_decay(lambda)`](RmsProp::weight_decay) | `weight_decay` | | 0 |
#[doc(alias = "RMSprop")]
pub type RmsProp<F = f32> = Elementwise<RmsPropRule, F>;

/// The rule of [`RmsProp`].
#[derive(Clone, Debug)]
pub struct RmsPropRule {
    rho: f64,
    epsilon: f64,
    momentum: f64,
    is_centred: bool,
}

impl<F: Float> RmsProp<F> {
    /// RMSProp with learning rate `eta` (PyTorch's default is 1e-2).
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(learning_rate: f64) -> Self {
        let rule = RmsPropRule { rho: 0.99, epsilon: 1e-8, momentum: 0.0, is_centred: false };
        Self::from_rule(rule, learning_rate)
    }

    /// Sets the decay rate of the running mean square, and of the running mean of the centred form.
    ///
    /// # Panics
    /// If it is outside `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn rho(mut self, rho: f64) -> Self {
        assert_below_one("RmsProp: rho", rho);
        self.rule.rho = rho;
        self
    }

    /// Sets the term that bounds the step where gradients vanish; it is added outside the root.
    ///
    /// # Panics
    /// If it is not positive and finite in the precision of the parameters.
    #[must_use]
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        assert_epsilon::<F>("RmsProp: epsilon", epsilon);
        self.rule.epsilon = epsilon;
        self
    }

    /// Accumulates the scaled gradients in a velocity that decays by `mu` per step.
    ///
    /// # Panics
    /// If `mu` is outside `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn momentum(mut self, mu: f64) -> Self {
        assert_below_one("RmsProp: momentum", mu);
        self.rule.momentum = mu;
        self
    }

    /// Divides by the running standard deviation of the gradient instead of its root mean square.
    #[must_use]
    pub fn centred(mut self) -> Self {
        self.rule.is_centred = true;
        self
    }
}

impl Rule for RmsPropRule {
    const TITLE: &'static str = "RmsProp";

    fn name(&self, _: WeightDecay) -> &'static str {
        "rmsprop"
    }

    fn buffers(&self) -> &'static [&'static str] {
        match (self.is_centred, self.momentum > 0.0) {
            (false, false) => &["square"],
            (false, true) => &["square", "velocity"],
            (true, false) => &["square", "mean"],
            (true, true) => &["square", "mean", "velocity"],
        }
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        vec![
            ("rho", self.rho),
            ("epsilon", self.epsilon),
            ("momentum", self.momentum),
            ("centred", f64::from(u8::from(self.is_centred))),
        ]
    }

    fn update<F: Float>(&mut self, _: u64, eta: f64, segment: Segment<'_, F>) {
        let (eta, epsilon, mu) = (rounded::<F>(eta), rounded::<F>(self.epsilon), rounded::<F>(self.momentum));
        let (rho, fresh) = average_weights::<F>(self.rho);
        let mean = |m: F, x: F| rho * m + fresh * x;
        let scaled = |g: F, square: F| g / (square.sqrt() + epsilon);
        match (self.is_centred, self.momentum > 0.0) {
            (false, false) => segment.each(|g, [s]| {
                let s = mean(s, g * g);
                (eta * scaled(g, s), [s])
            }),
            (false, true) => segment.each(|g, [s, v]| {
                let s = mean(s, g * g);
                let v = mu * v + scaled(g, s);
                (eta * v, [s, v])
            }),
            (true, false) => segment.each(|g, [s, m]| {
                let (s, m) = (mean(s, g * g), mean(m, g));
                (eta * scaled(g, variance(s, m)), [s, m])
            }),
            (true, true) => segment.each(|g, [s, m, v]| {
                let (s, m) = (mean(s, g * g), mean(m, g));
                let v = mu * v + scaled(g, variance(s, m));
                (eta * v, [s, m, v])
            }),
        }
    }

    compiled_update!(RmsPropRule);
}

/// `s - m^2`, but at least 0: only rounding makes it negative.
#[inline(always)]
fn variance<F: Float>(square: F, mean: F) -> F {
    let variance = square - mean * mean;
    // `max` would hide a NaN.
    if variance < F::zero() { F::zero() } else { variance }
}
