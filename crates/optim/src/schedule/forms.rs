//! The schedules to begin with.

use std::sync::Arc;

use super::{Custom, Form, Schedule, assert_at_least_one, assert_non_negative, assert_positive, half_cosine};

impl Schedule {
    /// Always `eta`.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn constant(eta: f64) -> Self {
        assert_non_negative("Schedule: rate", eta);
        Self(Form::Constant(eta))
    }

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
        Self(Form::Step { eta, gamma, every })
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
        Self(Form::Milestones { eta, gamma, at: milestones.into() })
    }

    /// `eta gamma^t`.
    ///
    /// # Panics
    /// If `eta` or `gamma` is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn exponential(eta: f64, gamma: f64) -> Self {
        assert_non_negative("Schedule: rate", eta);
        assert_non_negative("Schedule: gamma", gamma);
        Self(Form::Exponential { eta, gamma })
    }

    /// `eta / (1 + t / tau)`: at `eta = tau = 1` it is 1, 1/2, 1/3, ..., the rates that make gradient descent on
    /// `(w - x_t)^2 / 2` the running mean of the `x_t` (Robbins and Monro 1951).
    ///
    /// # Panics
    /// If `eta` is negative, infinite or NaN, or `tau` is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn over_t(eta: f64, tau: f64) -> Self {
        assert_non_negative("Schedule: rate", eta);
        assert_positive("Schedule: tau", tau);
        Self(Form::OverT { eta, tau })
    }

    /// `eta / sqrt(1 + t / tau)`.
    ///
    /// # Panics
    /// If `eta` is negative, infinite or NaN, or `tau` is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn over_root_t(eta: f64, tau: f64) -> Self {
        assert_non_negative("Schedule: rate", eta);
        assert_positive("Schedule: tau", tau);
        Self(Form::OverRootT { eta, tau })
    }

    /// `eta / ln(e + t / tau)`, the slowest of the three: simulated annealing's.
    ///
    /// # Panics
    /// If `eta` is negative, infinite or NaN, or `tau` is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn over_log_t(eta: f64, tau: f64) -> Self {
        assert_non_negative("Schedule: rate", eta);
        assert_positive("Schedule: tau", tau);
        Self(Form::OverLogT { eta, tau })
    }

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
        Self(Form::Linear { start, end, over })
    }

    /// From `eta` to 0 along half a cosine in `over` steps, then 0 (Loshchilov and Hutter 2017, without restarts).
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
        Self(Form::Cosine { eta, low, over })
    }

    /// From `eta` to `low` along half a cosine in `first` steps, and again from `eta`, each time in `growth` times
    /// as many steps as before (Loshchilov and Hutter 2017, equation 5; PyTorch's `T_0` and `T_mult`).
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
        Self(Form::Restarts(Restarts { eta, low, first, growth }))
    }

    /// One cycle of `total` steps (Smith and Topin 2018): from `peak / 25` up to `peak` in the first 0.3 of the
    /// steps, then down to `peak / 250_000`, both along half a cosine.
    ///
    /// The numbers are the defaults of PyTorch's `OneCycleLR`, whose cycle of the momentum is left out;
    /// [`one_cycle_with`](Schedule::one_cycle_with) takes others.
    ///
    /// # Panics
    /// If `peak` is negative, infinite or NaN, or if `total` leaves no step to one of the two phases.
    #[must_use]
    #[track_caller]
    pub fn one_cycle(peak: f64, total: u64) -> Self {
        Self::one_cycle_with(peak, total, 0.3, (25.0, 25.0 * 1e4))
    }

    /// One cycle that rises for the share `rise` of `total` steps, from `peak` over the first divisor to `peak`, and
    /// falls to `peak` over the second: PyTorch's `pct_start`, `div_factor`, and `div_factor * final_div_factor`.
    ///
    /// # Panics
    /// If `peak` is negative, infinite or NaN, a divisor is not positive and finite, or a phase has no step:
    /// `rise total` must be above 1 and below `total`.
    #[must_use]
    #[track_caller]
    pub fn one_cycle_with(peak: f64, total: u64, rise: f64, divisors: (f64, f64)) -> Self {
        assert_non_negative("Schedule: peak rate", peak);
        assert_positive("Schedule: first divisor", divisors.0);
        assert_positive("Schedule: last divisor", divisors.1);
        let (top, end) = (rise * total as f64 - 1.0, total as f64 - 1.0);
        assert!(
            top > 0.0 && top < end,
            "Schedule: the rising share {rise} of {total} steps leaves no step to a phase, must be in (1/{total}, 1)"
        );
        Self(Form::OneCycle(OneCycle { peak, start: peak / divisors.0, last: peak / divisors.1, top, end }))
    }

    /// Your function of the step number.
    ///
    /// It should give rates in `[0, inf)`; optimizers refuse others.
    #[must_use]
    pub fn custom(rate: impl Fn(u64) -> f64 + Send + Sync + 'static) -> Self {
        Self(Form::Custom(Custom(Arc::new(rate))))
    }
}

#[derive(Clone, Debug)]
pub(super) struct Restarts {
    eta: f64,
    low: f64,
    first: u64,
    growth: u64,
}

impl Restarts {
    pub(super) fn rate(&self, t: u64) -> f64 {
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

/// PyTorch's phases, whose ends need not fall on a step.
#[derive(Clone, Debug)]
pub(super) struct OneCycle {
    start: f64,
    peak: f64,
    last: f64,
    top: f64,
    end: f64,
}

impl OneCycle {
    pub(super) fn rate(&self, t: f64) -> f64 {
        if t <= self.top {
            half_cosine(self.start, self.peak, t / self.top)
        } else {
            half_cosine(self.peak, self.last, (t - self.top) / (self.end - self.top))
        }
    }
}
