//! Numbers with what they should be.

use std::fmt;

/// A number of a report, and what it should be where that is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// The fact that the number shows, such as `"6.7"`; see [`FACTS`](crate::FACTS).
    pub shows: &'static str,
    /// What the number is, with its unit.
    pub name: String,
    /// The number.
    pub value: f64,
    /// What it should be; `None` where nothing is known with these settings.
    pub expected: Option<Expected>,
}

/// What a number should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expected {
    /// A value, with the largest error that rounding, or the digits of the value, explain.
    Exactly {
        /// The value.
        value: f64,
        /// The largest distance from it.
        tolerance: f64,
    },
    /// The mean of a random number, which may be five standard errors away: in one of 1.7 million runs it is
    /// further.
    Estimate {
        /// The mean.
        mean: f64,
        /// The standard deviation of the number.
        standard_error: f64,
    },
    /// A range that theory gives; ends may be infinite.
    Between {
        /// The least value.
        low: f64,
        /// The greatest value.
        high: f64,
    },
}

/// Five: the number of standard errors that a random number may be away from its mean.
pub const STANDARD_ERRORS: f64 = 5.0;

impl Number {
    /// A number without expectation.
    #[must_use]
    pub fn new(shows: &'static str, name: impl Into<String>, value: f64) -> Self {
        Self { shows, name: name.into(), value, expected: None }
    }

    /// The number should be `value`, up to `tolerance`.
    #[must_use]
    pub fn exactly(self, value: f64, tolerance: f64) -> Self {
        Self { expected: Some(Expected::Exactly { value, tolerance }), ..self }
    }

    /// The number is random, with this mean and standard deviation.
    #[must_use]
    pub fn estimates(self, mean: f64, standard_error: f64) -> Self {
        Self { expected: Some(Expected::Estimate { mean, standard_error }), ..self }
    }

    /// The number should be at least `low` and at most `high`.
    #[must_use]
    pub fn between(self, low: f64, high: f64) -> Self {
        Self { expected: Some(Expected::Between { low, high }), ..self }
    }

    /// The number should be at most `high`.
    #[must_use]
    pub fn at_most(self, high: f64) -> Self {
        self.between(f64::NEG_INFINITY, high)
    }

    /// The number should be at least `low`.
    #[must_use]
    pub fn at_least(self, low: f64) -> Self {
        self.between(low, f64::INFINITY)
    }

    /// Whether the number is what it should be; true where nothing is known. NaN never is.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.expected.is_none_or(|expected| expected.contains(self.value))
    }
}

impl Expected {
    /// Whether a value is as expected.
    #[must_use]
    pub fn contains(self, x: f64) -> bool {
        match self {
            Self::Exactly { value, tolerance } => x == value || (x - value).abs() <= tolerance,
            Self::Estimate { mean, standard_error } => (x - mean).abs() <= STANDARD_ERRORS * standard_error,
            Self::Between { low, high } => low <= x && x <= high,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Exactly { value, .. } => f.write_str(&digits(value)),
            Self::Estimate { mean, standard_error } => {
                write!(f, "{} ± {}", digits(mean), short(standard_error))
            }
            Self::Between { low, high } if low == f64::NEG_INFINITY => write!(f, "at most {}", short(high)),
            Self::Between { low, high } if high == f64::INFINITY => write!(f, "at least {}", short(low)),
            Self::Between { low, high } => write!(f, "{} to {}", short(low), short(high)),
        }
    }
}

/// A number with at most seven significant digits.
#[must_use]
pub fn digits(x: f64) -> String {
    rounded(x, 6)
}

/// A number with at most three significant digits.
#[must_use]
pub fn short(x: f64) -> String {
    rounded(x, 2)
}

/// A number with at most `decimals + 1` significant digits, with an exponent if it is very large or small.
fn rounded(x: f64, decimals: usize) -> String {
    let value: f64 = format!("{x:.decimals$e}").parse().unwrap_or(x);
    let size = value.abs();
    if value == 0.0 || !size.is_finite() || (1e-4..1e7).contains(&size) {
        value.to_string()
    } else {
        format!("{value:e}")
    }
}
