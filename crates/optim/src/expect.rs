//! What an optimizer refuses: settings out of range and slices of the wrong length. All are bugs in the
//! caller.

/// Refuses a setting that is negative, infinite or NaN.
#[track_caller]
pub(crate) fn expect_non_negative(setting: &str, value: f64) {
    assert!(value >= 0.0 && value.is_finite(), "{setting} is {value}, must be in [0, inf)");
}

/// Refuses a decay rate outside `[0, 1)`: at 1 an average never forgets.
#[track_caller]
pub(crate) fn expect_below_one(setting: &str, value: f64) {
    assert!((0.0..1.0).contains(&value), "{setting} is {value}, must be in [0, 1)");
}

/// Refuses a gradient that is not as long as the parameters, and a step that is not as long as the first.
#[track_caller]
pub(crate) fn expect_lengths(optimizer: &str, first: &mut Option<usize>, parameters: usize, gradient: usize) {
    assert!(
        parameters == gradient,
        "{optimizer}: {parameters} parameters, but the gradient has length {gradient}"
    );
    let first = *first.get_or_insert(parameters);
    assert!(
        parameters == first,
        "{optimizer}: {parameters} parameters, but the first step had {first}; use one optimizer a model"
    );
}
