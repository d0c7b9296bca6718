//! Checks of settings in the precision of the parameters, and of the lengths of slices.

use crate::float::{Float, rounded};

/// Panics unless a term of a denominator is positive and finite in the precision of the parameters. At 0, a
/// gradient of zero would give 0/0.
#[track_caller]
pub(crate) fn assert_epsilon<F: Float>(setting: &str, epsilon: f64) {
    let held = rounded::<F>(epsilon);
    assert!(
        held > F::zero() && held.is_finite(),
        "{setting} is {epsilon}, must be in (0, inf) and not round to either end"
    );
}

/// Panics unless the gradient is as long as the parameters, and their number is that of the first step.
#[track_caller]
pub(crate) fn assert_lengths(optimizer: &str, first: Option<usize>, parameters: usize, gradient: usize) {
    assert!(
        parameters == gradient,
        "{optimizer}: {parameters} parameters, but the gradient has length {gradient}"
    );
    let first = first.unwrap_or(parameters);
    assert!(
        parameters == first,
        "{optimizer}: {parameters} parameters, but the first step had {first}; use one optimizer per model"
    );
}
