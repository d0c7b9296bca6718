//! Rprop: steps whose length follows the signs of the gradient alone.

use wengert_kernels::validate::{assert_below_one, assert_positive};

use crate::elementwise::{Elementwise, Rule, Segment, compiled_update};
use crate::float::{Float, rounded};
use crate::weight_decay::WeightDecay;

/// Rprop: each coordinate has a step length of its own, which grows while the sign of its gradient stays, and
/// shrinks when it changes.
///
/// ```text
/// s <- min(up s, longest)      if g and the previous g have the same sign       s = 1 before the first step
/// s <- max(down s, shortest)   if they have opposite signs; then g <- 0
/// w <- w - eta s sign(g)       sign(0) = 0
/// ```
///
/// Source: Riedmiller and Braun 1993, without the weight backtracking: the variant that Igel and Huesken 2000
/// call iRprop-. It is for gradients of all examples: with those of batches, whose signs change by chance,
/// the steps vanish. Scaling all gradients by one factor does not change the steps.
///
/// The lengths are relative to `eta`, so that a schedule works, and equal PyTorch's at its default `lr=1e-2`.
///
/// | here | PyTorch's `Rprop` | default |
/// |---|---|---|
/// | `new(eta)` | `lr`, the first length | |
/// | [`factors(down, up)`](Rprop::factors) | `etas` | 0.5, 1.2 |
/// | [`lengths(shortest, longest)`](Rprop::lengths) | `step_sizes`, divided by `lr` | 1e-4, 5000 |
pub type Rprop<F = f32> = Elementwise<RpropRule, F>;

/// The rule of [`Rprop`].
#[derive(Clone, Debug)]
pub struct RpropRule {
    factors: (f64, f64),
    lengths: (f64, f64),
}

impl<F: Float> Rprop<F> {
    /// Rprop with learning rate `eta`, the length of the first step in each coordinate.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(learning_rate: f64) -> Self {
        Self::from_rule(RpropRule { factors: (0.5, 1.2), lengths: (1e-4, 5e3) }, learning_rate)
    }

    /// Sets the factors of the length when the sign changes, and when it stays.
    ///
    /// # Panics
    /// If `down` is not in `(0, 1)`, or `up` is below 1 or not finite.
    #[must_use]
    #[track_caller]
    pub fn factors(mut self, down: f64, up: f64) -> Self {
        assert_positive("Rprop: down", down);
        assert_below_one("Rprop: down", down);
        assert!(up >= 1.0 && up.is_finite(), "Rprop: up is {up}, must be in [1, inf)");
        self.rule.factors = (down, up);
        self
    }

    /// Sets the shortest and the longest length, relative to the learning rate.
    ///
    /// # Panics
    /// If they are not positive, finite and in this order.
    #[must_use]
    #[track_caller]
    pub fn lengths(mut self, shortest: f64, longest: f64) -> Self {
        assert_positive("Rprop: shortest length", shortest);
        assert!(
            longest >= shortest && longest.is_finite(),
            "Rprop: longest length is {longest}, must be in [{shortest}, inf)"
        );
        self.rule.lengths = (shortest, longest);
        self
    }
}

impl Rule for RpropRule {
    const TITLE: &'static str = "Rprop";

    fn name(&self, _: WeightDecay) -> &'static str {
        "rprop"
    }

    fn buffers(&self) -> &'static [&'static str] {
        &["gradient", "length"]
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        let ((down, up), (shortest, longest)) = (self.factors, self.lengths);
        vec![("down", down), ("up", up), ("shortest", shortest), ("longest", longest)]
    }

    fn update<F: Float>(&mut self, t: u64, eta: f64, segment: Segment<'_, F>) {
        let eta = rounded::<F>(eta);
        let (down, up) = (rounded::<F>(self.factors.0), rounded::<F>(self.factors.1));
        let (shortest, longest) = (rounded::<F>(self.lengths.0), rounded::<F>(self.lengths.1));
        let (zero, is_first) = (F::zero(), t == 1);
        segment.each(|g, [previous, s]| {
            let s = if is_first { F::one() } else { s };
            // The product of two small gradients would underflow; with a sign it does not.
            let agreement = sign(g) * previous;
            let factor = if agreement > zero {
                up
            } else if agreement < zero {
                down
            } else {
                F::one()
            };
            let s = clamped(factor * s, shortest, longest);
            let g = if agreement < zero { zero } else { g };
            (eta * s * sign(g), [g, s])
        });
    }

    compiled_update!(RpropRule);
}

/// 1 or -1; 0 and NaN are returned unchanged.
#[inline(always)]
fn sign<F: Float>(g: F) -> F {
    if g > F::zero() {
        F::one()
    } else if g < F::zero() {
        -F::one()
    } else {
        g
    }
}

#[inline(always)]
fn clamped<F: Float>(s: F, least: F, most: F) -> F {
    if s < least {
        least
    } else if s > most {
        most
    } else {
        s
    }
}
