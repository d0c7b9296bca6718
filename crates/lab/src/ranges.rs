//! Parsers for the values of settings, with their ranges.
//!
//! They are for the attribute `#[arg(value_parser = positive)]`.

/// Parses a number that `is_valid`; otherwise says that it must be what `wanted` says.
fn number(text: &str, wanted: &str, is_valid: impl Fn(f64) -> bool) -> Result<f64, String> {
    text.trim().parse().ok().filter(|&x| is_valid(x)).ok_or_else(|| format!("must be {wanted}"))
}

/// A finite number.
pub(crate) fn finite(text: &str) -> Result<f64, String> {
    number(text, "a finite number", f64::is_finite)
}

/// A finite number above 0.
pub(crate) fn positive(text: &str) -> Result<f64, String> {
    number(text, "a positive number", |x| x.is_finite() && x > 0.0)
}

/// A number of at least 0 and less than 1, such as the decay of an average.
pub(crate) fn share(text: &str) -> Result<f64, String> {
    number(text, "a number of at least 0 and less than 1", |x| (0.0..1.0).contains(&x))
}

/// A number above 0 and below 1, such as a probability that is not certain.
pub(crate) fn probability(text: &str) -> Result<f64, String> {
    number(text, "a number above 0 and below 1", |x| 0.0 < x && x < 1.0)
}

/// A number of at least 1 and at most 1e8, such as a condition number.
pub(crate) fn condition(text: &str) -> Result<f64, String> {
    number(text, "a number from 1 to 1e8", |x| (1.0..=1e8).contains(&x))
}

/// A number from `low` to `high`, both included.
pub(crate) fn within(low: f64, high: f64) -> impl Fn(&str) -> Result<f64, String> + Clone + Send + Sync {
    move |text| number(text, &format!("a number from {low} to {high}"), |x| (low..=high).contains(&x))
}
