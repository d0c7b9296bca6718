//! When a minimisation ends, and why it did.

use std::fmt;

use wengert_kernels::validate::assert_non_negative;

/// When to stop. Every method has these settings; a tolerance of 0 switches its test off, but for the
/// gradient's, which an exactly zero gradient still meets.
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
    pub(super) gradient: f64,
    pub(super) decrease: f64,
    pub(super) step: f64,
    pub(super) iterations: usize,
    pub(super) evaluations: usize,
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

    /// Stops after so many iterations; 0 evaluates the start and returns.
    #[must_use]
    pub fn iterations(mut self, most: usize) -> Self {
        self.iterations = most;
        self
    }

    /// Stops rather than evaluate the function more often than this; the start is evaluated in any case.
    #[must_use]
    pub fn evaluations(mut self, most: usize) -> Self {
        self.evaluations = most;
        self
    }
}

/// Why a minimisation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// The largest entry of the gradient met its tolerance.
    Gradient,
    /// The value fell by no more than its tolerance.
    Decrease,
    /// The step was no longer than its tolerance.
    Step,
    /// As many iterations as allowed were made.
    Iterations,
    /// One more evaluation would have been more than allowed.
    Evaluations,
    /// No better point was found from this iterate on: its value cannot be told from those nearby (the
    /// tolerance asks for more than rounding allows), or the gradient does not belong to the value.
    NoDescent {
        /// How many iterations had been completed.
        iteration: usize,
    },
    /// The value or the gradient is infinite or NaN at the start (iteration 0), or wherever the method looked
    /// from this iterate on. The report has the last finite point.
    NotFinite {
        /// How many iterations had been completed.
        iteration: usize,
    },
    /// The observer asked for it.
    Interrupted,
}

impl StopReason {
    /// Whether a tolerance was met: the gradient's, the decrease's or the step's.
    #[must_use]
    pub fn converged(self) -> bool {
        matches!(self, Self::Gradient | Self::Decrease | Self::Step)
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gradient => out.write_str("the gradient met its tolerance"),
            Self::Decrease => out.write_str("the decrease of the value met its tolerance"),
            Self::Step => out.write_str("the length of the step met its tolerance"),
            Self::Iterations => out.write_str("as many iterations as allowed were made"),
            Self::Evaluations => out.write_str("as many evaluations as allowed were made"),
            Self::NoDescent { iteration } => write!(
                out,
                "no better point was found after iteration {iteration}: the tolerance is below rounding, \
                 or the gradient does not belong to the value"
            ),
            Self::NotFinite { iteration } => {
                write!(out, "the value or the gradient is infinite or NaN after iteration {iteration}")
            }
            Self::Interrupted => out.write_str("the observer interrupted"),
        }
    }
}
