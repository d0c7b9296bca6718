//! The exponential schedule.

use wengert_kernels::validate::assert_non_negative;

use super::schedule::{Schedule, Shape};

impl Schedule {
    /// `eta gamma^t`.
    ///
    /// # Panics
    /// If `eta` or `gamma` is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn exponential(eta: f64, gamma: f64) -> Self {
        assert_non_negative("Schedule: rate", eta);
        assert_non_negative("Schedule: gamma", gamma);
        Self::of(Exponential { eta, gamma })
    }
}

#[derive(Debug)]
struct Exponential {
    eta: f64,
    gamma: f64,
}

impl Shape for Exponential {
    fn rate(&self, t: u64) -> f64 {
        self.eta * self.gamma.powf(t as f64)
    }
}
