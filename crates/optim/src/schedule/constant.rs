//! The constant schedule.

use wengert_kernels::validate::assert_non_negative;

use super::schedule::{Schedule, Shape};

impl Schedule {
    /// Always `eta`.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn constant(eta: f64) -> Self {
        assert_non_negative("Schedule: rate", eta);
        Self::of(Constant { eta })
    }
}

#[derive(Debug)]
struct Constant {
    eta: f64,
}

impl Shape for Constant {
    fn rate(&self, _: u64) -> f64 {
        self.eta
    }
}
