//! The best rates of plain descent and of momentum on a bowl, and how many steps they take.

use wengert_optim::Sgd;

/// The distance from the minimum shall shrink to this share.
const TARGET: f64 = 1e-6;

/// The best factor per step of plain descent for curvatures from 1 to `kappa`.
pub(super) fn plain_factor(kappa: f64) -> f64 {
    (kappa - 1.0) / (kappa + 1.0)
}

/// The best factor per step of momentum for curvatures from 1 to `kappa` (Polyak 1964).
pub(super) fn best_factor(kappa: f64) -> f64 {
    (kappa.sqrt() - 1.0) / (kappa.sqrt() + 1.0)
}

/// Momentum with the best rate and the best decay for curvatures from 1 to `kappa`.
pub(super) fn best_momentum(kappa: f64) -> Sgd<f64> {
    let rate = (2.0 / (1.0 + kappa.sqrt())).powi(2);
    Sgd::new(rate).momentum(best_factor(kappa).powi(2))
}

/// The number of steps after which the powers of a factor are at most [`TARGET`].
pub(super) fn steps_to_target(factor: f64) -> f64 {
    (TARGET.ln() / factor.ln()).ceil().max(1.0)
}
