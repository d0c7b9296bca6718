//! Schedules that fall in steps.

use wengert_kernels::validate::{assert_at_least_one, assert_non_negative};

use super::schedule::{Schedule, Shape};

impl Schedule {
    /// `eta gamma^floor(t / n)`: multiplied by `gamma` every `n` steps.
    ///
    /// # Panics
    /// If `eta` or `gamma` is negative, infinite or NaN, or `n` is 0.
    #[must_use]
    #[track_caller]
    pub fn step(eta: f64, gamma: f64, every: u64) -> Self {
        assert_non_negative("Schedule: rate", eta);
        assert_non_negative("Schedule: gamma", gamma);
        assert_at_least_one("Schedule: number of steps", every);
        Self::of(Step { eta, gamma, every })
    }

    /// `eta`, multiplied by `gamma` at each of the milestones.
    ///
    /// # Panics
    /// If `eta` or `gamma` is negative, infinite or NaN, or if the milestones do not ascend.
    #[must_use]
    #[track_caller]
    pub fn milestones(eta: f64, gamma: f64, milestones: &[u64]) -> Self {
        assert_non_negative("Schedule: rate", eta);
        assert_non_negative("Schedule: gamma", gamma);
        assert!(milestones.is_sorted(), "Schedule: milestones are {milestones:?}, must ascend");
        Self::of(Milestones { eta, gamma, milestones: milestones.into() })
    }
}

#[derive(Debug)]
struct Step {
    eta: f64,
    gamma: f64,
    every: u64,
}

impl Shape for Step {
    fn rate(&self, t: u64) -> f64 {
        self.eta * self.gamma.powf((t / self.every) as f64)
    }
}

#[derive(Debug)]
struct Milestones {
    eta: f64,
    gamma: f64,
    milestones: Vec<u64>,
}

impl Shape for Milestones {
    fn rate(&self, t: u64) -> f64 {
        self.eta * self.gamma.powf(self.milestones.partition_point(|&milestone| milestone <= t) as f64)
    }
}
