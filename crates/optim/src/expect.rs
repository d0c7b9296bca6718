//! What an optimizer refuses: settings out of range and slices of the wrong length. All are bugs in the
//! caller.

use crate::Float;
use crate::float::rounded;

/// Refuses a setting that is negative, infinite or NaN.
#[track_caller]
pub(crate) fn expect_non_negative(setting: &str, value: f64) {
    assert!(value >= 0.0 && value.is_finite(), "{setting} is {value}, must be in [0, inf)");
}

/// Refuses a setting that is zero, negative, infinite or NaN.
#[track_caller]
pub(crate) fn expect_positive(setting: &str, value: f64) {
    assert!(value > 0.0 && value.is_finite(), "{setting} is {value}, must be in (0, inf)");
}

/// Refuses a decay rate outside `[0, 1)`: at 1 an average never forgets.
#[track_caller]
pub(crate) fn expect_below_one(setting: &str, value: f64) {
    assert!((0.0..1.0).contains(&value), "{setting} is {value}, must be in [0, 1)");
}

/// Refuses a number of steps that is zero.
#[track_caller]
pub(crate) fn expect_some_steps(setting: &str, steps: u64) {
    assert!(steps > 0, "{setting} is 0, must be at least 1");
}

/// Refuses a term of a denominator that is not positive and finite in the precision of the parameters: at 0,
/// a zero gradient would give 0/0.
#[track_caller]
pub(crate) fn expect_epsilon<F: Float>(setting: &str, epsilon: f64) {
    let held = rounded::<F>(epsilon);
    assert!(
        held > F::zero() && held.is_finite(),
        "{setting} is {epsilon}, must be in (0, inf) and not round to either end"
    );
}

/// Refuses a gradient that is not as long as the parameters, and a step that is not as long as the first.
#[track_caller]
pub(crate) fn expect_lengths(optimizer: &str, first: Option<usize>, parameters: usize, gradient: usize) {
    assert!(
        parameters == gradient,
        "{optimizer}: {parameters} parameters, but the gradient has length {gradient}"
    );
    let first = first.unwrap_or(parameters);
    assert!(
        parameters == first,
        "{optimizer}: {parameters} parameters, but the first step had {first}; use one optimizer a model"
    );
}
