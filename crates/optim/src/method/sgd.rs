//! Gradient descent, plain and with momentum.

use wengert_kernels::validate::assert_below_one;

use crate::elementwise::{Elementwise, Rule, Segment, compiled_update};
use crate::float::{Float, rounded};
use crate::optimizer::Optimizer;
use crate::weight_decay::WeightDecay;

/// (Stochastic) gradient descent, plain, with momentum in either form, or Nesterov's.
///
/// ```text
/// v <- rho v + phi g                        v = 0 before the first step
/// w <- w - eta v                            or, with Nesterov, w <- w - eta (rho v + phi g)
/// ```
///
/// | form | settings | `rho` | `phi` |
/// |---|---|---|---|
/// | plain | `Sgd::new(eta)` | 0 | 1 |
/// | velocity | [`momentum(rho)`](Sgd::momentum) | `rho` | 1 |
/// | damped velocity | also [`dampening(d)`](Sgd::dampening) | `rho` | `1 - d`, but 1 in the first step |
/// | low-pass: `a <- (1 - b) a + b g` | [`low_pass(b)`](Sgd::low_pass) | `1 - b` | `b` |
///
/// Sources: Polyak 1964 (the heavy ball); Sutskever et al. 2013, section 2, with the learning rate outside
/// of the velocity, so that a change of rate takes effect at once; Nesterov 1983. At a constant gradient
/// the velocity grows to `g / (1 - rho)`, the low-pass mean to `g`. The low-pass form therefore visits the
/// points of the velocity form with `rho = 1 - b` and the rate `eta b`. Without weight decay, scaling all
/// gradients by one factor scales all steps by that factor.
///
/// With noisy gradients, the velocity form at the rate of plain descent widens the cloud around a minimum:
/// its variance is about `1 / (1 - rho)` times as large, since each gradient acts that many times as far in
/// total. The low-pass form at that rate leaves the variance nearly unchanged.
///
/// On a curvature `c` (along a singular vector of `X`, `|y - X w|^2` has `c = 2 sigma^2`), steps converge
/// if and only if
///
/// ```text
/// plain     eta c < 2
/// momentum  eta c < 2 (1 + rho)             low-pass: eta < (2 - b) / (b sigma^2)
/// Nesterov  eta c < 2 (1 + rho) / (1 + 2 rho)         eta < (2 - b) / ((3 - 2 b) b sigma^2)
/// ```
///
/// **Nesterov's momentum** in its original form takes the gradient at the look-ahead point `w - eta rho v`,
/// and makes a momentum step with it: [`look_ahead`](Sgd::look_ahead), then `step`. In the rearranged form
/// the look-ahead points themselves are the parameters, and only the gradient there is needed: that is
/// [`nesterov`](Sgd::nesterov), and PyTorch's. Both visit the same points as long as the rate is constant.
///
/// | here | PyTorch's `SGD` | lectures | default |
/// |---|---|---|---|
/// | `new(eta)` | `lr` | `eta` | |
/// | `momentum(rho)` | `momentum` | `rho`, velocity form | 0 |
/// | `dampening(d)` | `dampening` | | 0 |
/// | `low_pass(b)` | none: `momentum = dampening = 1 - b` differs from it in the first step | `b`, low-pass form | |
/// | `nesterov()` | `nesterov=True` | rearranged | |
/// | [`weight_decay(lambda)`](Sgd::weight_decay) | `weight_decay` | with `2 lambda`: ridge | 0 |
#[doc(alias = "GradientDescent")]
#[doc(alias = "Momentum")]
#[doc(alias = "Nesterov")]
pub type Sgd<F = f32> = Elementwise<SgdRule, F>;

/// The rule of [`Sgd`].
#[derive(Clone, Debug)]
pub struct SgdRule {
    momentum: f64,
    dampening: f64,
    is_low_pass: bool,
    is_nesterov: bool,
}

impl<F: Float> Sgd<F> {
    /// Plain gradient descent, `w <- w - eta g`, with learning rate `eta`.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(learning_rate: f64) -> Self {
        let rule = SgdRule { momentum: 0.0, dampening: 0.0, is_low_pass: false, is_nesterov: false };
        Self::from_rule(rule, learning_rate)
    }

    /// Momentum in velocity form: the velocity decays by `rho` per step.
    ///
    /// # Panics
    /// If `rho` is outside `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn momentum(mut self, rho: f64) -> Self {
        assert_below_one("Sgd: momentum", rho);
        self.rule.momentum = rho;
        if self.rule.is_low_pass {
            (self.rule.is_low_pass, self.rule.dampening) = (false, 0.0);
        }
        self
    }

    /// Multiplies the gradient by `1 - d` before it is added to the velocity, except in the first step.
    ///
    /// The exception is PyTorch's; the low-pass form has none.
    ///
    /// # Panics
    /// If `d` is outside `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn dampening(mut self, d: f64) -> Self {
        assert_below_one("Sgd: dampening", d);
        (self.rule.is_low_pass, self.rule.dampening) = (false, d);
        self
    }

    /// Momentum in low-pass form: steps along a running mean of the gradient,
    /// `a <- (1 - b) a + b g; w <- w - eta a`.
    ///
    /// # Panics
    /// If `b` is outside `(0, 1]`.
    #[must_use]
    #[track_caller]
    pub fn low_pass(mut self, b: f64) -> Self {
        assert!(b > 0.0 && b <= 1.0, "Sgd: low-pass weight is {b}, must be in (0, 1]");
        let rest = 1.0 - b;
        self.rule = SgdRule { momentum: rest, dampening: rest, is_low_pass: true, ..self.rule };
        self
    }

    /// Nesterov's momentum, rearranged so that it needs the gradient at the parameters only.
    ///
    /// Without momentum it has no effect.
    #[must_use]
    pub fn nesterov(mut self) -> Self {
        self.rule.is_nesterov = true;
        self
    }

    /// Writes the look-ahead point `w - eta rho v` into `ahead`, for Nesterov's momentum in its original
    /// form.
    ///
    /// [`step`](Optimizer::step) with the parameters and the gradient at that point then makes one step of
    /// that form. It must not be combined with [`nesterov`](Sgd::nesterov). Parameter groups are not taken
    /// into account: use the rearranged form with them.
    ///
    /// # Panics
    /// If the slices differ in length, or if their length is not that of the first step.
    #[track_caller]
    pub fn look_ahead(&self, parameters: &[F], ahead: &mut [F]) {
        let (n, places) = (parameters.len(), ahead.len());
        assert!(n == places, "Sgd: {n} parameters, but a look-ahead point of length {places}");
        ahead.copy_from_slice(parameters);
        let Some(velocity) = self.buffer("velocity") else { return };
        assert!(n == velocity.len(), "Sgd: {n} parameters, but the first step had {}", velocity.len());
        let drift = rounded::<F>(self.learning_rate() * self.rule.momentum);
        for (ahead, &v) in ahead.iter_mut().zip(velocity) {
            *ahead = *ahead - drift * v;
        }
    }
}

impl Rule for SgdRule {
    const TITLE: &'static str = "Sgd";

    fn name(&self, _: WeightDecay) -> &'static str {
        "sgd"
    }

    fn buffers(&self) -> &'static [&'static str] {
        if self.momentum == 0.0 { &[] } else { &["velocity"] }
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        vec![
            ("momentum", self.momentum),
            ("dampening", self.dampening),
            ("low_pass", f64::from(u8::from(self.is_low_pass))),
            ("nesterov", f64::from(u8::from(self.is_nesterov))),
        ]
    }

    fn update<F: Float>(&mut self, t: u64, eta: f64, segment: Segment<'_, F>) {
        let (eta, rho) = (rounded::<F>(eta), rounded::<F>(self.momentum));
        let is_undamped = t == 1 && !self.is_low_pass;
        let phi = rounded::<F>(if is_undamped { 1.0 } else { 1.0 - self.dampening });
        if self.momentum == 0.0 {
            segment.each(|g, []| (eta * (phi * g), []));
        } else if self.is_nesterov {
            segment.each(|g, [v]| {
                let v = rho * v + phi * g;
                (eta * (rho * v + phi * g), [v])
            });
        } else {
            segment.each(|g, [v]| {
                let v = rho * v + phi * g;
                (eta * v, [v])
            });
        }
    }

    compiled_update!(SgdRule);
}
