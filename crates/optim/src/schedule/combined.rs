//! Schedules that are combined from schedules.

use wengert_kernels::validate::{assert_at_least_one, assert_non_negative};

use super::schedule::{Schedule, Shape};

impl Schedule {
    /// The rates multiplied by `factor`.
    ///
    /// # Panics
    /// If the factor is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn scaled(self, factor: f64) -> Self {
        assert_non_negative("Schedule: factor", factor);
        Self::of(Scaled(self, factor))
    }

    /// The product of two schedules, like PyTorch's `ChainedScheduler` of factors.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        Self::of(Times(self, other))
    }

    /// Stays at the first rate for `steps` steps, then begins.
    #[must_use]
    pub fn after(self, steps: u64) -> Self {
        Self::of(After(self, steps))
    }

    /// Runs for `steps` steps; then `next` begins, at its own step 0 (PyTorch's `SequentialLR`).
    #[must_use]
    pub fn then(self, steps: u64, next: Self) -> Self {
        Self::of(Then { first: self, steps, next })
    }

    /// Begins after a warm-up of `steps` steps, on a straight line from the fraction `start` of its first
    /// rate up to that rate.
    ///
    /// PyTorch: `SequentialLR` of `LinearLR(start_factor=start, total_iters=steps)` and this one.
    ///
    /// # Panics
    /// If `steps` is 0, or `start` is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn warmed_up(self, steps: u64, start: f64) -> Self {
        assert_non_negative("Schedule: fraction of the first rate", start);
        assert_at_least_one("Schedule: number of steps", steps);
        let first = self.rate(0);
        Self::linear(start * first, first, steps).then(steps, self)
    }

    /// Counts in units of `steps` steps. If these are the steps of an epoch, the rate changes from epoch to
    /// epoch.
    ///
    /// # Panics
    /// If `steps` is 0.
    #[must_use]
    #[track_caller]
    pub fn in_units_of(self, steps: u64) -> Self {
        assert_at_least_one("Schedule: number of steps", steps);
        Self::of(InUnitsOf(self, steps))
    }
}

#[derive(Debug)]
struct Scaled(Schedule, f64);

impl Shape for Scaled {
    fn rate(&self, t: u64) -> f64 {
        self.1 * self.0.rate(t)
    }
}

#[derive(Debug)]
struct Times(Schedule, Schedule);

impl Shape for Times {
    fn rate(&self, t: u64) -> f64 {
        self.0.rate(t) * self.1.rate(t)
    }
}

#[derive(Debug)]
struct After(Schedule, u64);

impl Shape for After {
    fn rate(&self, t: u64) -> f64 {
        self.0.rate(t.saturating_sub(self.1))
    }
}

#[derive(Debug)]
struct Then {
    first: Schedule,
    steps: u64,
    next: Schedule,
}

impl Shape for Then {
    fn rate(&self, t: u64) -> f64 {
        if t < self.steps { self.first.rate(t) } else { self.next.rate(t - self.steps) }
    }
}

#[derive(Debug)]
struct InUnitsOf(Schedule, u64);

impl Shape for InUnitsOf {
    fn rate(&self, t: u64) -> f64 {
        self.0.rate(t / self.1)
    }
}
