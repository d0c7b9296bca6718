//! Stopping criteria, and the reason why a minimisation ended.

use std::fmt;

use wengert_kernels::validate::assert_non_negative;

/// The criteria for stopping, the same for every method.
///
/// A tolerance of 0 switches its criterion off, except for the gradient's, which a gradient of exactly zero
/// still meets.
///
/// | here | scipy's `minimize` | default |
/// |---|---|---|
/// | [`gradient`](Stopping::gradient) | `gtol` (largest entry of the gradient) | 1e-8 |
/// | [`decrease`](Stopping::decrease) | `ftol` of L-BFGS-B | 0: off |
/// | [`step`](Stopping::step) | `xtol` | 0: off |
/// | [`iterations`](Stopping::iterations) | `maxiter` | 10 000 |
/// | [`evaluations`](Stopping::evaluations) | `maxfun` | 100 000 |
#[derive(Clone, Debug, PartialEq)]
pub struct Stopping {
    pub(crate) gradient: f64,
    pub(crate) decrease: f64,
    pub(crate) step: f64,
    pub(crate) iterations: usize,
    pub(crate) evaluations: usize,
}

impl Default for Stopping {
    fn default() -> Self {
        Self { gradient: 1e-8, decrease: 0.0, step: 0.0, iterations: 10_000, evaluations: 100_000 }
    }
}

impl Stopping {
    /// The defaults of the table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops where the largest entry of the gradient is at most this: `|g|_inf <= tolerance`.
    ///
    /// # Panics
    /// If the tolerance is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn gradient(mut self, tolerance: f64) -> Self {
        assert_non_negative("Stopping: gradient tolerance", tolerance);
        self.gradient = tolerance;
        self
    }

    /// Stops after an iteration with `f_k - f_{k+1} <= tolerance max(|f_k|, |f_{k+1}|, 1)`.
    ///
    /// # Panics
    /// If the tolerance is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn decrease(mut self, tolerance: f64) -> Self {
        assert_non_negative("Stopping: decrease tolerance", tolerance);
        self.decrease = tolerance;
        self
    }

    /// Stops after an iteration with `|x_{k+1} - x_k|_inf <= tolerance (1 + |x_{k+1}|_inf)`.
    ///
    /// # Panics
    /// If the tolerance is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn step(mut self, tolerance: f64) -> Self {
        assert_non_negative("Stopping: step tolerance", tolerance);
        self.step = tolerance;
        self
    }

    /// Stops after `most` iterations; 0 evaluates the start and returns.
    #[must_use]
    pub fn iterations(mut self, most: usize) -> Self {
        self.iterations = most;
        self
    }

    /// Stops before the function would be evaluated more than `most` times. The start is always evaluated.
    #[must_use]
    pub fn evaluations(mut self, most: usize) -> Self {
        self.evaluations = most;
        self
    }
}

/// Why a minimisation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Termination {
    /// The largest entry of the gradient met its tolerance.
    Gradient,
    /// The decrease of the value met its tolerance.
    Decrease,
    /// The length of the step met its tolerance.
    Step,
    /// The largest number of iterations was reached.
    Iterations,
    /// The largest number of evaluations was reached.
    Evaluations,
    /// No better point was found.
    ///
    /// Either the value cannot be told from those nearby, because the tolerance asks for more than rounding
    /// allows, or the gradient does not belong to the value.
    NoDescent {
        /// The number of iterations that were completed.
        iteration: usize,
    },
    /// The value or the gradient is infinite or NaN: at the start (iteration 0), or at every point that was
    /// tried from this iterate on. The report has the last finite point.
    NotFinite {
        /// The number of iterations that were completed.
        iteration: usize,
    },
    /// The observer interrupted the minimisation.
    Interrupted,
}

impl Termination {
    /// Whether a tolerance was met: the gradient's, the decrease's or the step's.
    #[must_use]
    pub fn converged(self) -> bool {
        matches!(self, Self::Gradient | Self::Decrease | Self::Step)
    }
}

impl fmt::Display for Termination {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gradient => out.write_str("the gradient met its tolerance"),
            Self::Decrease => out.write_str("the decrease of the value met its tolerance"),
            Self::Step => out.write_str("the length of the step met its tolerance"),
            Self::Iterations => out.write_str("the largest number of iterations was reached"),
            Self::Evaluations => out.write_str("the largest number of evaluations was reached"),
            Self::NoDescent { iteration } => write!(
                out,
                "no better point was found after iteration {iteration}: the tolerance is below rounding, \
                 or the gradient does not belong to the value"
            ),
            Self::NotFinite { iteration } => {
                write!(out, "the value or the gradient is infinite or NaN after iteration {iteration}")
            }
            Self::Interrupted => out.write_str("the observer interrupted the minimisation"),
        }
    }
}
