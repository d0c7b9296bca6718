//! Tolerances of the checks, and relative errors.

use super::difference::Difference;

/// The largest relative error against a central difference. For a smooth function about 1e-10
/// remains.
pub const TOLERANCE: f64 = 1e-6;

/// The largest relative error of forward mode against reverse mode, which differ only in the order
/// of their operations.
pub const ROUNDING: f64 = 1e-9;

/// `|a - b| / max(1, |a|, |b|)`; infinite if either is not finite.
pub(super) fn relative_error(a: f64, b: f64) -> f64 {
    let error = (a - b).abs() / a.abs().max(b.abs()).max(1.0);
    if error.is_finite() { error } else { f64::INFINITY }
}

/// The relative error of a derivative against a central difference, in units of the largest that is
/// allowed: [`TOLERANCE`] plus the uncertainty that rounding leaves in the difference.
pub(super) fn excess(exact: f64, difference: &Difference) -> f64 {
    let scale = exact.abs().max(difference.value.abs()).max(1.0);
    let uncertain = 8.0 * difference.rounding / scale;
    let allowed = TOLERANCE + if uncertain.is_finite() { uncertain } else { 0.0 };
    relative_error(exact, difference.value) / allowed
}

/// Whether the partial of one operation differs from a central difference of this operation. Values
/// that are not finite are not compared: they are a finding of their own.
pub(super) fn is_wrong(partial: f64, difference: &Difference) -> bool {
    let allowed = TOLERANCE + 8.0 * difference.rounding / partial.abs().max(1.0);
    let comparable = partial.is_finite() && difference.value.is_finite();
    comparable && relative_error(partial, difference.value) > allowed
}
