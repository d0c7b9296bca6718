//! What an optimizer refuses: settings out of range and slices of the wrong length. All are bugs in the
//! caller.

use crate::Float;
use crate::float::rounded;

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
