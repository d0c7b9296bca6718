//! Verdicts on derivatives, and the tolerances behind them.

use super::estimate::Difference;
use std::fmt;

/// The result of a comparison, or of all comparisons of a check.
///
/// The order is from good to bad, so that the verdict on several comparisons is the largest one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The derivative is that of the function.
    Passed,
    /// The differences do not converge, or rounding hides the derivative: nothing is said about it.
    CannotTell,
    /// The derivative is wrong.
    Failed,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Passed => "passed",
            Self::CannotTell => "cannot tell",
            Self::Failed => "FAILED",
        })
    }
}

/// The largest error against a central difference, relative to the derivative and beyond the
/// uncertainty of the difference. For a smooth function about 1e-9 remains of both.
pub const TOLERANCE: f64 = 1e-6;

/// The largest error of forward mode against reverse mode, relative to the derivative. They differ only
/// in the order of their operations.
pub const ROUNDING: f64 = 1e-9;

/// The largest uncertainty of a difference that confirms a derivative, relative to the derivative.
const RESOLUTION: f64 = 0.01;

/// The verdict of a difference on a derivative.
///
/// A derivative that is exactly 0 is confirmed by a difference that is 0 within its uncertainty.
pub(super) fn judge(exact: f64, difference: &Difference) -> Verdict {
    let Difference { value, uncertainty, converged, .. } = *difference;
    let (error, scale) = ((exact - value).abs(), exact.abs().max(value.abs()));
    if exact.is_nan() {
        Verdict::Failed
    } else if !uncertainty.is_finite() {
        Verdict::CannotTell
    } else if exact.is_infinite() {
        let is_clear = converged || uncertainty <= RESOLUTION * value.abs();
        if is_clear { Verdict::Failed } else { Verdict::CannotTell }
    } else if error <= TOLERANCE * scale + uncertainty {
        let confirmed = exact == 0.0 || uncertainty <= RESOLUTION * scale;
        if confirmed { Verdict::Passed } else { Verdict::CannotTell }
    } else if converged && error > 4.0 * uncertainty {
        Verdict::Failed
    } else {
        Verdict::CannotTell
    }
}

/// The part of a difference's uncertainty by which two exact derivatives may differ: where large terms
/// cancel, both have a rounding error, but the difference a much larger one.
const SHARE: f64 = 1e-3;

/// The error of one exact derivative against another one, in units of the largest that is allowed.
pub(super) fn excess_between_modes(a: f64, b: f64, tolerance: f64, difference: &Difference) -> f64 {
    let unclear = if difference.uncertainty.is_finite() { SHARE * difference.uncertainty } else { 0.0 };
    let allowed = tolerance * a.abs().max(b.abs()) + unclear;
    let error = (a - b).abs();
    if a == b {
        0.0
    } else if error.is_finite() {
        error / allowed
    } else {
        f64::INFINITY
    }
}

/// The error of a derivative against a difference, in units of the largest that is allowed; 0 if the
/// difference did not converge.
pub(super) fn excess(exact: f64, difference: &Difference) -> f64 {
    let Difference { value, uncertainty, .. } = *difference;
    let error = (exact - value).abs() / (TOLERANCE * exact.abs().max(value.abs()) + uncertainty);
    if exact.is_nan() {
        f64::INFINITY
    } else if error.is_nan() {
        0.0
    } else {
        error
    }
}

/// `|a - b| / max(|a|, |b|)`; 0 if both are equal, infinite if either is not finite.
pub(super) fn relative_error(a: f64, b: f64) -> f64 {
    let error = (a - b).abs() / a.abs().max(b.abs());
    if a == b {
        0.0
    } else if error.is_finite() {
        error
    } else {
        f64::INFINITY
    }
}
