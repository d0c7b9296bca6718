//! Checks of numeric settings, shared by all crates: a setting out of its range is a bug in the caller.

/// Panics unless `value` is in `[0, inf)`.
///
/// # Panics
/// If `value` is negative, infinite or NaN.
#[track_caller]
pub fn assert_non_negative(setting: &str, value: f64) {
    assert!(value >= 0.0 && value.is_finite(), "{setting} is {value}, must be in [0, inf)");
}

/// Panics unless `value` is in `(0, inf)`.
///
/// # Panics
/// If `value` is zero, negative, infinite or NaN.
#[track_caller]
pub fn assert_positive(setting: &str, value: f64) {
    assert!(value > 0.0 && value.is_finite(), "{setting} is {value}, must be in (0, inf)");
}

/// Panics unless `value` is in `[0, 1)`: the decay rate of a running mean, which never forgets at 1.
///
/// # Panics
/// If `value` is outside of `[0, 1)` or NaN.
#[track_caller]
pub fn assert_below_one(setting: &str, value: f64) {
    assert!((0.0..1.0).contains(&value), "{setting} is {value}, must be in [0, 1)");
}

/// Panics unless `count` is at least 1.
///
/// # Panics
/// If `count` is 0.
#[track_caller]
pub fn assert_at_least_one(setting: &str, count: u64) {
    assert!(count > 0, "{setting} is 0, must be at least 1");
}
