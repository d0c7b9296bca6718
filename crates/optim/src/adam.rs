//! Adam and AdamW: steps scaled by running moments of the gradient.

use crate::expect::{expect_below_one, expect_lengths, expect_non_negative};
use crate::float::rounded;
use crate::{Float, Optimizer};

/// Adam: the mean of the gradient over the root of its mean square, both running and bias-corrected.
///
/// ```text
/// m <- beta1 m + (1 - beta1) g
/// s <- beta2 s + (1 - beta2) g^2                            m = s = 0 before step t = 1
/// w <- (1 - eta lambda) w - eta m_hat / (sqrt(s_hat) + epsilon)
///      with m_hat = m / (1 - beta1^t), s_hat = s / (1 - beta2^t)
/// ```
///
/// Source: Kingma and Ba 2015, algorithm 1; the decoupled decay `lambda` is Loshchilov and Hutter 2019,
/// algorithm 2, in PyTorch's form, where the learning rate multiplies it. The correction makes the first step
/// `eta g / (|g| + epsilon)`, about `eta` in each coordinate; without it, that step would be
/// `(1 - beta1) / sqrt(1 - beta2)` times as long, 3.2 at the defaults. Scaling every gradient by one factor
/// changes the steps only through `epsilon`.
///
/// | here | PyTorch's `Adam` and `AdamW` | default |
/// |---|---|---|
/// | `new(eta)` | `lr` | |
/// | [`betas(beta1, beta2)`](Adam::betas) | `betas` | 0.9, 0.999 |
/// | [`epsilon(e)`](Adam::epsilon) | `eps` | 1e-8 |
/// | [`decoupled_weight_decay(lambda)`](Adam::decoupled_weight_decay) | `weight_decay` of `AdamW` | 0 |
#[derive(Clone, Debug)]
pub struct Adam<F = f32> {
    learning_rate: f64,
    betas: (f64, f64),
    epsilon: f64,
    weight_decay: f64,
    steps: i32,
    length: Option<usize>,
    mean: Vec<F>,
    square: Vec<F>,
}

impl<F: Float> Adam<F> {
    /// Adam with learning rate `eta` (1e-3 in the paper), about the length of a step in each coordinate.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(learning_rate: f64) -> Self {
        expect_non_negative("Adam: learning rate", learning_rate);
        Self {
            learning_rate,
            betas: (0.9, 0.999),
            epsilon: 1e-8,
            weight_decay: 0.0,
            steps: 0,
            length: None,
            mean: Vec::new(),
            square: Vec::new(),
        }
    }

    /// The fractions of the mean and of the mean square that are kept from step to step.
    ///
    /// # Panics
    /// If one is outside `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        expect_below_one("Adam: beta1", beta1);
        expect_below_one("Adam: beta2", beta2);
        self.betas = (beta1, beta2);
        self
    }

    /// The term that bounds the step where the gradient vanishes; it is added outside the root.
    ///
    /// # Panics
    /// If it is not positive and finite in the precision of the parameters: at 0, a zero gradient would give
    /// 0/0.
    #[must_use]
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        let held = rounded::<F>(epsilon);
        assert!(
            held > F::zero() && held.is_finite(),
            "Adam: epsilon is {epsilon}, must be in (0, inf) and not round to either end"
        );
        self.epsilon = epsilon;
        self
    }

    /// Shrinks the parameters by `1 - eta lambda` in each step, outside the moments (AdamW).
    ///
    /// This is not L2 regularisation, whose gradient would be divided by the root mean square like the rest.
    ///
    /// # Panics
    /// If `lambda` is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn decoupled_weight_decay(mut self, lambda: f64) -> Self {
        expect_non_negative("Adam: weight decay", lambda);
        self.weight_decay = lambda;
        self
    }

    /// What the next pass multiplies by, with the corrections for bias folded in.
    fn factors(&self) -> Factors<F> {
        let (beta1, beta2) = self.betas;
        let (unbias1, unbias2) = (1.0 - beta1.powi(self.steps), 1.0 - beta2.powi(self.steps));
        Factors {
            beta1: rounded(beta1),
            fresh1: rounded(1.0 - beta1),
            beta2: rounded(beta2),
            fresh2: rounded(1.0 - beta2),
            keep: rounded(1.0 - self.learning_rate * self.weight_decay),
            stride: rounded(self.learning_rate / unbias1),
            unbias: rounded(1.0 / unbias2.sqrt()),
            epsilon: rounded(self.epsilon),
        }
    }
}

impl<F: Float> Optimizer<F> for Adam<F> {
    #[track_caller]
    fn step(&mut self, parameters: &mut [F], gradient: &[F]) {
        expect_lengths("Adam", &mut self.length, parameters.len(), gradient.len());
        self.mean.resize(parameters.len(), F::zero());
        self.square.resize(parameters.len(), F::zero());
        self.steps = self.steps.saturating_add(1);
        let factors = self.factors();
        descend(parameters, gradient, &mut self.mean, &mut self.square, &factors);
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    #[track_caller]
    fn set_learning_rate(&mut self, rate: f64) {
        expect_non_negative("Adam: learning rate", rate);
        self.learning_rate = rate;
    }

    fn name(&self) -> &'static str {
        if self.weight_decay == 0.0 { "adam" } else { "adamw" }
    }
}

struct Factors<F> {
    beta1: F,
    fresh1: F,
    beta2: F,
    fresh2: F,
    keep: F,
    stride: F,
    unbias: F,
    epsilon: F,
}

fn descend<F: Float>(
    parameters: &mut [F],
    gradient: &[F],
    mean: &mut [F],
    square: &mut [F],
    by: &Factors<F>,
) {
    for (((w, &g), m), s) in parameters.iter_mut().zip(gradient).zip(mean).zip(square) {
        *m = by.beta1 * *m + by.fresh1 * g;
        *s = by.beta2 * *s + by.fresh2 * (g * g);
        *w = by.keep * *w - by.stride * *m / (s.sqrt() * by.unbias + by.epsilon);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The update as the paper writes it, nothing folded.
    fn by_the_book(w: &mut f64, m: &mut f64, s: &mut f64, g: f64, t: i32) {
        *m = 0.9 * *m + 0.1 * g;
        *s = 0.999 * *s + 0.001 * g * g;
        let (m_hat, s_hat) = (*m / (1.0 - 0.9_f64.powi(t)), *s / (1.0 - 0.999_f64.powi(t)));
        *w -= 0.01 * m_hat / (s_hat.sqrt() + 1e-8);
    }

    #[test]
    fn steps_agree_with_the_formula_of_the_paper() {
        let mut adam = Adam::new(0.01);
        let (mut w, mut u, mut m, mut s) = ([1.0_f64], 1.0, 0.0, 0.0);
        for t in 1..=100 {
            let g = f64::from(t).sin();
            adam.step(&mut w, &[g]);
            by_the_book(&mut u, &mut m, &mut s, g, t);
            assert!((w[0] - u).abs() < 1e-14, "step {t}: {} {u}", w[0]);
        }
    }

    #[test]
    fn the_first_step_is_eta_g_over_abs_g_plus_epsilon() {
        let (eta, epsilon) = (0.5, 0.125);
        for g in [3.0_f64, -0.25, 1e-6, 0.0, 1e6] {
            let mut w = [0.0];
            Adam::new(eta).epsilon(epsilon).step(&mut w, &[g]);
            let expected = -eta * g / (g.abs() + epsilon);
            assert!((w[0] - expected).abs() <= 1e-14 * expected.abs(), "g = {g}: {} {expected}", w[0]);
        }
    }

    #[test]
    fn at_a_constant_gradient_every_step_is_as_long_as_the_first() {
        let mut adam = Adam::new(0.1);
        let mut w = [0.0_f64];
        for t in 1..=50 {
            adam.step(&mut w, &[-7.0]);
            assert!((w[0] - 0.1 * f64::from(t)).abs() < 1e-8, "step {t}: {}", w[0]);
        }
    }

    #[test]
    fn scaling_all_gradients_leaves_the_steps_nearly_unchanged() {
        let mut plain = Adam::new(0.1);
        let mut scaled = Adam::new(0.1);
        let (mut w, mut u) = ([0.0_f64], [0.0_f64]);
        for t in 1..=50 {
            let g = f64::from(t).cos();
            plain.step(&mut w, &[g]);
            scaled.step(&mut u, &[1000.0 * g]);
        }
        // They differ by epsilon / |g|, about 1e-8, of each step.
        assert!((w[0] - u[0]).abs() < 1e-6 && w != u, "{w:?} {u:?}");
        assert!(w[0].abs() > 0.01, "the point should have moved: {w:?}");
    }

    #[test]
    fn a_zero_gradient_moves_nothing() {
        let mut w = [1.0_f32, -0.5];
        let mut adam = Adam::new(0.1);
        adam.step(&mut w, &[0.0, 0.0]);
        assert_eq!(w, [1.0, -0.5]);
    }

    #[test]
    fn decoupled_decay_shrinks_outside_the_moments() {
        let (eta, lambda) = (0.1, 0.5);
        let mut decayed = Adam::new(eta).decoupled_weight_decay(lambda);
        let mut plain = Adam::new(eta);
        let mut w = [2.0_f64];
        for g in [1.0, -0.5, 0.25] {
            let (before, mut step) = (w[0], [0.0]);
            plain.step(&mut step, &[g]);
            decayed.step(&mut w, &[g]);
            let expected = (1.0 - eta * lambda) * before + step[0];
            assert!((w[0] - expected).abs() < 1e-15, "{} {expected}", w[0]);
        }
        assert_eq!((decayed.name(), plain.name()), ("adamw", "adam"));
    }

    #[test]
    fn a_bowl_is_descended_in_both_precisions() {
        let mut wide = [1.0_f64, 1.0];
        let mut narrow = [1.0_f32, 1.0];
        let (mut in_f64, mut in_f32) = (Adam::new(0.01), Adam::new(0.01));
        for _ in 0..3000 {
            let (in_wide, in_narrow) = ([wide[0], 1000.0 * wide[1]], [narrow[0], 1000.0 * narrow[1]]);
            in_f64.step(&mut wide, &in_wide);
            in_f32.step(&mut narrow, &in_narrow);
        }
        assert!(wide.iter().all(|w| w.abs() < 1e-6), "{wide:?}");
        assert!(narrow.iter().all(|w| w.abs() < 1e-3), "{narrow:?}");
    }

    #[test]
    fn later_steps_keep_the_moments_where_the_first_put_them() {
        let mut adam = Adam::new(0.1);
        let mut w = [0.0_f32; 100];
        assert_eq!((adam.mean.capacity(), adam.square.capacity()), (0, 0));
        adam.step(&mut w, &[1.0; 100]);
        let places = (adam.mean.as_ptr(), adam.square.as_ptr());
        adam.step(&mut w, &[1.0; 100]);
        assert_eq!(places, (adam.mean.as_ptr(), adam.square.as_ptr()));
    }
}
