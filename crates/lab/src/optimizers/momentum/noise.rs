//! The stationary cloud of an optimizer with noisy gradients on the curvature 1.

use super::recurrence::Recurrence;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};
use wengert_optim::{Optimizer, Sgd};

/// Points of an optimizer that has forgotten its start, and their variance.
#[derive(Clone, Debug)]
pub(super) struct Cloud {
    pub(super) name: &'static str,
    /// Some of the points, for a histogram.
    pub(super) points: Vec<f64>,
    /// The mean square of all points.
    pub(super) measured: f64,
    /// The variance of the stationary distribution.
    pub(super) exact: f64,
    /// The standard deviation of `measured`.
    pub(super) standard_error: f64,
}

impl Cloud {
    /// Runs an optimizer on `w^2 / 2` with standard normal noise in each gradient. Its points follow the
    /// recurrence, driven by the noise times `push`.
    pub(super) fn new(
        name: &'static str,
        mut optimizer: Sgd<f64>,
        recurrence: Recurrence,
        push: f64,
        (steps, seed): (usize, u64),
    ) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let settling = (40.0 / (1.0 - recurrence.largest_factor())) as usize;
        let (mut w, mut sum, mut points) = ([0.0], 0.0, Vec::new());
        for step in 0..settling + steps {
            let noise: f64 = StandardNormal.sample(&mut random);
            let gradient = [w[0] + noise];
            optimizer.step(&mut w, &gradient);
            if step >= settling {
                sum += w[0] * w[0];
                if (step - settling).is_multiple_of(steps.div_ceil(5000)) {
                    points.push(w[0]);
                }
            }
        }
        let exact = push * push * variance(recurrence);
        let standard_error = exact * (2.0 * squared_correlations(recurrence) / steps as f64).sqrt();
        Self { name, points, measured: sum / steps as f64, exact, standard_error }
    }
}

/// The stationary variance of `w_{t+1} = T w_t - D w_{t-1} + z_t` with `z_t ~ N(0, 1)`:
/// `(1 + D) / ((1 - D)((1 + D)^2 - T^2))` (Box and Jenkins 1976, section 3.2.4).
fn variance(Recurrence { trace, determinant }: Recurrence) -> f64 {
    let sum = 1.0 + determinant;
    sum / ((1.0 - determinant) * (sum * sum - trace * trace))
}

/// The sum of the squared autocorrelations of that process over all lags, negative ones included. The mean
/// of `n` squares of a normal process has the variance `2 v^2 / n` times this sum (Bartlett 1946).
fn squared_correlations(recurrence: Recurrence) -> f64 {
    let Recurrence { trace, determinant } = recurrence;
    let (mut last, mut next) = (1.0, trace / (1.0 + determinant));
    let mut sum = 1.0;
    for _ in 0..(40.0 / (1.0 - recurrence.largest_factor())) as usize {
        sum += 2.0 * next * next;
        (last, next) = (next, trace * next - determinant * last);
    }
    sum
}
