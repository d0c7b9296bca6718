//! The one-cycle schedule.

use wengert_kernels::validate::{assert_non_negative, assert_positive};

use super::schedule::{Schedule, Shape, half_cosine};

impl Schedule {
    /// One cycle of `total` steps (Smith and Topin 2018): from `peak / 25` up to `peak` in the first 30 %
    /// of the steps, then down to `peak / 250_000`, both along half a cosine.
    ///
    /// The numbers are the defaults of PyTorch's `OneCycleLR`, whose cycle of the momentum is omitted;
    /// [`one_cycle_with`](Schedule::one_cycle_with) takes other ones.
    ///
    /// # Panics
    /// If `peak` is negative, infinite or NaN, or if `total` is so small that one of the two phases has no
    /// step.
    #[must_use]
    #[track_caller]
    pub fn one_cycle(peak: f64, total: u64) -> Self {
        Self::one_cycle_with(peak, total, 0.3, (25.0, 25.0 * 1e4))
    }

    /// One cycle that rises during the fraction `rise` of `total` steps, from `peak` divided by the first
    /// divisor to `peak`, and falls to `peak` divided by the second: PyTorch's `pct_start`, `div_factor`,
    /// and `div_factor * final_div_factor`.
    ///
    /// # Panics
    /// If `peak` is negative, infinite or NaN, a divisor is not positive and finite, or a phase has no
    /// step: `rise total` must be above 1 and below `total`.
    #[must_use]
    #[track_caller]
    pub fn one_cycle_with(peak: f64, total: u64, rise: f64, divisors: (f64, f64)) -> Self {
        assert_non_negative("Schedule: peak rate", peak);
        assert_positive("Schedule: first divisor", divisors.0);
        assert_positive("Schedule: last divisor", divisors.1);
        let (top, end) = (rise * total as f64 - 1.0, total as f64 - 1.0);
        assert!(
            top > 0.0 && top < end,
            "Schedule: with the rising fraction {rise} of {total} steps a phase has no step, must be in \
             (1/{total}, 1)"
        );
        Self::of(OneCycle { peak, start: peak / divisors.0, last: peak / divisors.1, top, end })
    }
}

/// The ends of PyTorch's phases, which need not be whole numbers of steps.
#[derive(Debug)]
struct OneCycle {
    start: f64,
    peak: f64,
    last: f64,
    top: f64,
    end: f64,
}

impl Shape for OneCycle {
    fn rate(&self, t: u64) -> f64 {
        let t = t as f64;
        if t <= self.top {
            half_cosine(self.start, self.peak, t / self.top)
        } else {
            half_cosine(self.peak, self.last, (t - self.top) / (self.end - self.top))
        }
    }
}
