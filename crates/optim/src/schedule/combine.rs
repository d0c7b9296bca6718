//! Schedules made of schedules.

use super::{Form, Schedule, assert_at_least_one, assert_non_negative};

impl Schedule {
    /// `factor` times the rate.
    ///
    /// # Panics
    /// If the factor is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn scaled(self, factor: f64) -> Self {
        assert_non_negative("Schedule: factor", factor);
        Self(Form::Scaled(Box::new(self), factor))
    }

    /// The product of two schedules, as PyTorch's `ChainedScheduler` of factors.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        Self(Form::Times(Box::new(self), Box::new(other)))
    }

    /// Stays at the first rate for `steps` steps, then begins.
    #[must_use]
    pub fn after(self, steps: u64) -> Self {
        Self(Form::After(Box::new(self), steps))
    }

    /// Goes on for `steps` steps; then `next` begins, at its own step 0 (PyTorch's `SequentialLR`).
    #[must_use]
    pub fn then(self, steps: u64, next: Self) -> Self {
        Self(Form::Then { first: Box::new(self), steps, next: Box::new(next) })
    }

    /// Begins after a warm-up of `steps` steps, on a straight line from `share` of its first rate up to it.
    ///
    /// PyTorch: `SequentialLR` of `LinearLR(start_factor=share, total_iters=steps)` and this one.
    ///
    /// # Panics
    /// If `steps` is 0, or `share` is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn warmed_up(self, steps: u64, share: f64) -> Self {
        assert_non_negative("Schedule: share of the first rate", share);
        assert_at_least_one("Schedule: number of steps", steps);
        let first = self.rate(0);
        Self::linear(share * first, first, steps).then(steps, self)
    }

    /// Counts in units of `steps` steps: with the steps of an epoch, the schedule goes by epochs.
    ///
    /// # Panics
    /// If `steps` is 0.
    #[must_use]
    #[track_caller]
    pub fn in_units_of(self, steps: u64) -> Self {
        assert_at_least_one("Schedule: number of steps", steps);
        Self(Form::InUnitsOf(Box::new(self), steps))
    }
}
