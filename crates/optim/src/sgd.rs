//! Gradient descent, plain and with momentum.

use crate::expect::{expect_below_one, expect_lengths, expect_non_negative};
use crate::float::rounded;
use crate::{Float, Optimizer};

/// (Stochastic) gradient descent with momentum in velocity form, and L2 regularisation.
///
/// ```text
/// g <- g + lambda w            weight decay, as L2
/// v <- rho v + g               momentum; v = 0 before the first step
/// w <- w - eta v
/// ```
///
/// Source: Polyak 1964 (the heavy ball); this form is that of Sutskever et al. 2013, section 2, with the
/// learning rate taken out of the velocity, so that a change of rate acts at once. Momentum is not damped: at
/// a constant gradient the velocity grows to `g / (1 - rho)`.
///
/// The other common form keeps an average, `a <- (1 - b) a + b g; w <- w - eta' a`. It visits the same points
/// for `rho = 1 - b`, `eta = eta' b`.
///
/// | here | PyTorch's `SGD` | default |
/// |---|---|---|
/// | `new(eta)` | `lr` | |
/// | [`momentum(rho)`](Sgd::momentum) | `momentum`, with `dampening=0`, `nesterov=False` | 0 |
/// | [`weight_decay(lambda)`](Sgd::weight_decay) | `weight_decay` | 0 |
#[derive(Clone, Debug)]
pub struct Sgd<F = f32> {
    learning_rate: f64,
    momentum: f64,
    weight_decay: f64,
    length: Option<usize>,
    velocity: Vec<F>,
}

impl<F: Float> Sgd<F> {
    /// Plain gradient descent, `w <- w - eta g`, with learning rate `eta`.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(learning_rate: f64) -> Self {
        expect_non_negative("Sgd: learning rate", learning_rate);
        Self { learning_rate, momentum: 0.0, weight_decay: 0.0, length: None, velocity: Vec::new() }
    }

    /// Keeps the fraction `rho` of the velocity from step to step.
    ///
    /// # Panics
    /// If `rho` is outside `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn momentum(mut self, rho: f64) -> Self {
        expect_below_one("Sgd: momentum", rho);
        self.momentum = rho;
        self
    }

    /// Adds `lambda w` to the gradient, the gradient of `lambda |w|^2 / 2`.
    ///
    /// This is L2 regularisation: the term goes through the momentum. Without momentum it is the same as
    /// shrinking the parameters by `1 - eta lambda` in each step (decoupled decay); with momentum it is not.
    ///
    /// # Panics
    /// If `lambda` is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn weight_decay(mut self, lambda: f64) -> Self {
        expect_non_negative("Sgd: weight decay", lambda);
        self.weight_decay = lambda;
        self
    }
}

impl<F: Float> Optimizer<F> for Sgd<F> {
    #[track_caller]
    fn step(&mut self, parameters: &mut [F], gradient: &[F]) {
        expect_lengths("Sgd", &mut self.length, parameters.len(), gradient.len());
        let (eta, lambda) = (rounded(self.learning_rate), rounded(self.weight_decay));
        if self.momentum == 0.0 {
            descend(parameters, gradient, eta, lambda);
        } else {
            self.velocity.resize(parameters.len(), F::zero());
            descend_with_velocity(
                parameters,
                gradient,
                &mut self.velocity,
                (eta, lambda, rounded(self.momentum)),
            );
        }
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    #[track_caller]
    fn set_learning_rate(&mut self, rate: f64) {
        expect_non_negative("Sgd: learning rate", rate);
        self.learning_rate = rate;
    }

    fn name(&self) -> &'static str {
        "sgd"
    }
}

fn descend<F: Float>(parameters: &mut [F], gradient: &[F], eta: F, lambda: F) {
    for (w, &g) in parameters.iter_mut().zip(gradient) {
        *w = *w - eta * (g + lambda * *w);
    }
}

fn descend_with_velocity<F: Float>(
    parameters: &mut [F],
    gradient: &[F],
    velocity: &mut [F],
    (eta, lambda, rho): (F, F, F),
) {
    for ((w, &g), v) in parameters.iter_mut().zip(gradient).zip(velocity) {
        *v = rho * *v + (g + lambda * *w);
        *w = *w - eta * *v;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gradient of `(w_0^2 + 10 w_1^2) / 2`.
    fn bowl(w: &[f64; 2]) -> [f64; 2] {
        [w[0], 10.0 * w[1]]
    }

    #[test]
    fn a_plain_step_goes_down_the_gradient() {
        let mut w = [1.0_f32, 2.0, -3.0];
        Sgd::new(0.5).step(&mut w, &[2.0, -4.0, 0.0]);
        assert_eq!(w, [0.0, 4.0, -3.0]);
    }

    #[test]
    fn momentum_follows_the_sequence_computed_by_hand() {
        let mut sgd = Sgd::new(0.5).momentum(0.5);
        let mut w = [0.0_f64];
        let visited = [4.0, 2.0, 0.0, -1.0].map(|g| {
            sgd.step(&mut w, &[g]);
            w[0]
        });
        // v = 4, 4, 2, 0; all numbers are dyadic, so they are exact.
        assert_eq!(visited, [-2.0, -4.0, -5.0, -5.0]);
    }

    #[test]
    fn the_velocity_form_visits_the_points_of_the_low_pass_form() {
        let (b, eta) = (0.1, 0.05);
        let mut velocity_form = Sgd::new(eta * b).momentum(1.0 - b);
        let (mut w, mut u, mut average) = ([3.0, -2.0], [3.0, -2.0], [0.0; 2]);
        for _ in 0..200 {
            let gradient = bowl(&w);
            velocity_form.step(&mut w, &gradient);
            let gradient = bowl(&u);
            for i in 0..2 {
                average[i] = (1.0 - b) * average[i] + b * gradient[i];
                u[i] -= eta * average[i];
            }
            // Equal but for rounding, which the stable iteration does not amplify.
            assert!(w.iter().zip(&u).all(|(x, y): (&f64, &f64)| (x - y).abs() < 1e-13), "{w:?} {u:?}");
        }
        assert!(w[0].abs() < 1.0, "the points should have moved: {w:?}");
    }

    #[test]
    fn weight_decay_is_the_gradient_of_an_l2_term_and_goes_through_the_momentum() {
        let (eta, lambda, rho) = (0.1, 0.3, 0.8);
        let mut with_decay = Sgd::new(eta).momentum(rho).weight_decay(lambda);
        let mut with_term = Sgd::new(eta).momentum(rho);
        let (mut w, mut u) = ([3.0, -2.0], [3.0, -2.0]);
        for _ in 0..20 {
            let gradient = bowl(&w);
            with_decay.step(&mut w, &gradient);
            let gradient = [bowl(&u)[0] + lambda * u[0], bowl(&u)[1] + lambda * u[1]];
            with_term.step(&mut u, &gradient);
        }
        assert_eq!(w, u);
    }

    #[test]
    fn without_momentum_weight_decay_shrinks_by_one_minus_eta_lambda() {
        let mut w = [2.0_f64];
        Sgd::new(0.5).weight_decay(0.5).step(&mut w, &[0.0]);
        assert_eq!(w, [1.5]);
    }

    #[test]
    fn a_bowl_is_descended_in_both_precisions() {
        let mut wide = [1.0_f64, 1.0];
        let mut narrow = [1.0_f32, 1.0];
        let (mut in_f64, mut in_f32) = (Sgd::new(0.05).momentum(0.5), Sgd::new(0.05).momentum(0.5));
        for _ in 0..500 {
            let (in_wide, in_narrow) = (bowl(&wide), [narrow[0], 10.0 * narrow[1]]);
            in_f64.step(&mut wide, &in_wide);
            in_f32.step(&mut narrow, &in_narrow);
        }
        assert!(wide.iter().all(|w| w.abs() < 1e-12), "{wide:?}");
        assert!(narrow.iter().all(|w| w.abs() < 1e-6), "{narrow:?}");
    }

    #[test]
    fn a_new_learning_rate_acts_from_the_next_step() {
        let mut sgd = Sgd::new(1.0);
        let mut w = [0.0_f32];
        sgd.step(&mut w, &[1.0]);
        sgd.set_learning_rate(0.25);
        sgd.step(&mut w, &[1.0]);
        assert_eq!((w[0], sgd.learning_rate()), (-1.25, 0.25));
    }

    #[test]
    fn later_steps_keep_the_velocity_where_the_first_put_it() {
        let mut sgd = Sgd::new(0.1).momentum(0.9);
        let mut w = [0.0_f32; 100];
        assert_eq!(sgd.velocity.capacity(), 0);
        sgd.step(&mut w, &[1.0; 100]);
        let (place, capacity) = (sgd.velocity.as_ptr(), sgd.velocity.capacity());
        sgd.step(&mut w, &[1.0; 100]);
        assert_eq!((place, capacity), (sgd.velocity.as_ptr(), sgd.velocity.capacity()));
    }
}
