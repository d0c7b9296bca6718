//! Convex terms without a gradient, given by their proximal step.

use wengert_kernels::validate::assert_non_negative;

/// A convex term `h(x)` that need not have a gradient, but whose proximal step is known in closed form.
pub trait Proximal {
    /// The value `h(x)`, infinite where `x` is not allowed.
    fn value(&self, x: &[f64]) -> f64;

    /// Replaces `x` by the `z` that minimises `h(z) + |z - x|^2 / (2 step)`.
    fn proximal_step(&self, x: &mut [f64], step: f64);
}

/// The term of the lasso, `lambda |x|_1`, which makes entries exactly zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct L1 {
    lambda: f64,
}

impl L1 {
    /// The term with the weight `lambda`.
    ///
    /// # Panics
    /// If `lambda` is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(lambda: f64) -> Self {
        assert_non_negative("L1: lambda", lambda);
        Self { lambda }
    }
}

impl Proximal for L1 {
    fn value(&self, x: &[f64]) -> f64 {
        self.lambda * x.iter().map(|x| x.abs()).sum::<f64>()
    }

    fn proximal_step(&self, x: &mut [f64], step: f64) {
        for x in x {
            *x = soft_threshold(*x, step * self.lambda);
        }
    }
}

/// The soft threshold, `sign(x) max(|x| - t, 0)`: the proximal step of `t |x|`. A NaN stays NaN.
#[must_use]
pub fn soft_threshold(x: f64, t: f64) -> f64 {
    if x > t {
        x - t
    } else if x < -t {
        x + t
    } else if x.is_nan() {
        x
    } else {
        0.0
    }
}

/// Bounds on every entry: 0 where they hold, and infinite elsewhere.
///
/// The proximal step clamps the entries, which makes proximal gradient the projected gradient method.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    low: f64,
    high: f64,
}

impl Bounds {
    /// The bounds `low <= x_i <= high`; one may be infinite.
    ///
    /// # Panics
    /// Unless `low <= high`.
    #[must_use]
    #[track_caller]
    pub fn new(low: f64, high: f64) -> Self {
        assert!(low <= high, "Bounds: low is {low}, must be at most high, which is {high}");
        Self { low, high }
    }
}

impl Proximal for Bounds {
    fn value(&self, x: &[f64]) -> f64 {
        if x.iter().all(|x| (self.low..=self.high).contains(x)) { 0.0 } else { f64::INFINITY }
    }

    fn proximal_step(&self, x: &mut [f64], _: f64) {
        for x in x {
            *x = x.clamp(self.low, self.high);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_threshold_shrinks_and_cuts_off() {
        let cases = [(3.0, 2.0), (1.0, 0.0), (0.5, 0.0), (-0.5, 0.0), (-1.0, 0.0), (-3.0, -2.0)];
        for (x, expected) in cases {
            assert_eq!(soft_threshold(x, 1.0), expected, "{x}");
        }
        assert!(soft_threshold(f64::NAN, 1.0).is_nan());
    }

    #[test]
    fn proximal_steps_minimise_the_term_plus_the_squared_distance() {
        let terms: [&dyn Proximal; 2] = [&L1::new(0.7), &Bounds::new(-0.5, 0.25)];
        for (h, x, step) in terms.into_iter().flat_map(|h| [-2.0, -0.1, 0.3, 1.9].map(|x| (h, x, 0.6))) {
            let mut z = [x];
            h.proximal_step(&mut z, step);
            let cost = |z: f64| h.value(&[z]) + (z - x) * (z - x) / (2.0 * step);
            let best = cost(z[0]);
            for away in [-1.0, -1e-3, 1e-3, 1.0] {
                assert!(cost(z[0] + away) > best, "from {x} to {}, but {away} is better", z[0]);
            }
        }
    }
}
