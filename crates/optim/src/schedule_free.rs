//! The pace of the methods without a schedule: their warm-up, and the weights of their average.

/// The interpolation between the average and the last point, and the warm-up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// The share of the average in the point at which gradients are computed.
    pub(crate) beta: f64,
    /// The number of steps in which the rate rises.
    pub(crate) warm_up: u64,
}

impl Pace {
    /// The factor of the rate in step `t`, counted from 1.
    pub(crate) fn rise(self, t: u64) -> f64 {
        if t < self.warm_up { t as f64 / self.warm_up as f64 } else { 1.0 }
    }

    /// The weight of the newest point in the average after step `t`: its squared rate over the sum of those
    /// so far.
    pub(crate) fn weight(self, t: u64) -> f64 {
        let (rising, steps) = (t.min(self.warm_up) as f64, self.warm_up.max(1) as f64);
        // 1 + 4 + ... + n^2.
        let risen = rising * (rising + 1.0) * (2.0 * rising + 1.0) / 6.0 / (steps * steps);
        let sum = risen + t.saturating_sub(self.warm_up) as f64;
        self.rise(t).powi(2) / sum
    }

    /// The coefficients of a step `t` along a direction `u` at the rate `eta`:
    /// `y <- y + c (z - y) - a u`, `z <- z - b u`. Returns `(c, a, b)`.
    pub(crate) fn coefficients(self, t: u64, eta: f64) -> (f64, f64, f64) {
        let (rate, c) = (eta * self.rise(t), self.weight(t));
        (c, rate * (1.0 - self.beta * (1.0 - c)), rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_are_the_squared_rates_over_their_sum() {
        for warm_up in [0, 1, 5] {
            let (pace, mut sum) = (Pace { beta: 0.9, warm_up }, 0.0);
            for t in 1..=12 {
                sum += pace.rise(t).powi(2);
                assert!((pace.weight(t) - pace.rise(t).powi(2) / sum).abs() < 1e-15, "{warm_up}, step {t}");
            }
        }
        assert_eq!(Pace { beta: 0.9, warm_up: 4 }.rise(1), 0.25);
    }
}
