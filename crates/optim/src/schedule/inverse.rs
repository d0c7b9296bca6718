//! Schedules that fall like `1 / t`, `1 / sqrt t` and `1 / ln t`.

use std::f64::consts::E;

use wengert_kernels::validate::{assert_non_negative, assert_positive};

use super::schedule::{Schedule, Shape};

impl Schedule {
    /// `eta / (1 + t / tau)`.
    ///
    /// With `eta = tau = 1` the rates are 1, 1/2, 1/3, ..., for which gradient descent on `(w - x_t)^2 / 2`
    /// is the running mean of the `x_t` (Robbins and Monro 1951).
    ///
    /// # Panics
    /// If `eta` is negative, infinite or NaN, or `tau` is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn over_t(eta: f64, tau: f64) -> Self {
        Self::of(Inverse::new(eta, tau, Growth::Time))
    }

    /// `eta / sqrt(1 + t / tau)`.
    ///
    /// # Panics
    /// If `eta` is negative, infinite or NaN, or `tau` is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn over_root_t(eta: f64, tau: f64) -> Self {
        Self::of(Inverse::new(eta, tau, Growth::Root))
    }

    /// `eta / ln(e + t / tau)`, the slowest of the three, as in simulated annealing.
    ///
    /// # Panics
    /// If `eta` is negative, infinite or NaN, or `tau` is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn over_log_t(eta: f64, tau: f64) -> Self {
        Self::of(Inverse::new(eta, tau, Growth::Logarithm))
    }
}

#[derive(Debug)]
struct Inverse {
    eta: f64,
    tau: f64,
    growth: Growth,
}

/// The growth of the denominator.
#[derive(Debug)]
enum Growth {
    Time,
    Root,
    Logarithm,
}

impl Inverse {
    #[track_caller]
    fn new(eta: f64, tau: f64, growth: Growth) -> Self {
        assert_non_negative("Schedule: rate", eta);
        assert_positive("Schedule: tau", tau);
        Self { eta, tau, growth }
    }
}

impl Shape for Inverse {
    fn rate(&self, t: u64) -> f64 {
        let time = t as f64 / self.tau;
        match self.growth {
            Growth::Time => self.eta / (1.0 + time),
            Growth::Root => self.eta / (1.0 + time).sqrt(),
            Growth::Logarithm => self.eta / (E + time).ln(),
        }
    }
}
