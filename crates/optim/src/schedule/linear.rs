//! The linear schedule.

use wengert_kernels::validate::{assert_at_least_one, assert_non_negative};

use super::schedule::{Schedule, Shape, fraction, straight_line};

impl Schedule {
    /// From `start` to `end` on a straight line in `over` steps, then `end`.
    ///
    /// # Panics
    /// If a rate is negative, infinite or NaN, or `over` is 0.
    #[must_use]
    #[track_caller]
    pub fn linear(start: f64, end: f64, over: u64) -> Self {
        assert_non_negative("Schedule: first rate", start);
        assert_non_negative("Schedule: last rate", end);
        assert_at_least_one("Schedule: number of steps", over);
        Self::of(Linear { start, end, over })
    }
}

#[derive(Debug)]
struct Linear {
    start: f64,
    end: f64,
    over: u64,
}

impl Shape for Linear {
    fn rate(&self, t: u64) -> f64 {
        straight_line(self.start, self.end, fraction(t, self.over))
    }
}
