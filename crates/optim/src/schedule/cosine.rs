//! Cosine annealing, with and without restarts.

use wengert_kernels::validate::{assert_at_least_one, assert_non_negative};

use super::schedule::{Schedule, Shape, fraction, half_cosine};

impl Schedule {
    /// From `eta` to 0 along half a cosine in `over` steps, then 0 (Loshchilov and Hutter 2017, without
    /// restarts).
    ///
    /// # Panics
    /// If `eta` is negative, infinite or NaN, or `over` is 0.
    #[must_use]
    #[track_caller]
    pub fn cosine(eta: f64, over: u64) -> Self {
        Self::cosine_to(eta, 0.0, over)
    }

    /// From `eta` to `low` along half a cosine in `over` steps, then `low`; PyTorch's `eta_min` is `low`.
    ///
    /// # Panics
    /// If a rate is negative, infinite or NaN, or `over` is 0.
    #[must_use]
    #[track_caller]
    pub fn cosine_to(eta: f64, low: f64, over: u64) -> Self {
        assert_non_negative("Schedule: first rate", eta);
        assert_non_negative("Schedule: last rate", low);
        assert_at_least_one("Schedule: number of steps", over);
        Self::of(Cosine { eta, low, over })
    }

    /// From `eta` to `low` along half a cosine in `first` steps, and again from `eta`, each time in
    /// `growth` times as many steps as before (Loshchilov and Hutter 2017, equation 5; PyTorch's `T_0` and
    /// `T_mult`).
    ///
    /// # Panics
    /// If a rate is negative, infinite or NaN, or if `first` or `growth` is 0.
    #[must_use]
    #[track_caller]
    pub fn cosine_restarts(eta: f64, low: f64, first: u64, growth: u64) -> Self {
        assert_non_negative("Schedule: first rate", eta);
        assert_non_negative("Schedule: last rate", low);
        assert_at_least_one("Schedule: number of steps", first);
        assert_at_least_one("Schedule: growth of a cycle", growth);
        Self::of(Restarts { eta, low, first, growth })
    }
}

#[derive(Debug)]
struct Cosine {
    eta: f64,
    low: f64,
    over: u64,
}

impl Shape for Cosine {
    fn rate(&self, t: u64) -> f64 {
        half_cosine(self.eta, self.low, fraction(t, self.over))
    }
}

#[derive(Debug)]
struct Restarts {
    eta: f64,
    low: f64,
    first: u64,
    growth: u64,
}

impl Shape for Restarts {
    fn rate(&self, t: u64) -> f64 {
        let (mut within, mut cycle) = (t, self.first);
        if self.growth == 1 {
            within %= cycle;
        }
        while within >= cycle {
            within -= cycle;
            cycle = cycle.saturating_mul(self.growth);
        }
        half_cosine(self.eta, self.low, within as f64 / cycle as f64)
    }
}
