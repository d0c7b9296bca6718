//! The valid values of a setting.

use std::fmt;

/// The valid values of a setting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Valid {
    /// The setting is given by its name alone.
    Flag,
    /// A whole number in the range.
    Whole(Range),
    /// A number in the range.
    Number(Range),
    /// One or more numbers in the range, separated by `/`.
    Numbers(Range),
}

/// A range of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The lower end.
    pub low: f64,
    /// Whether the lower end belongs to the range.
    pub low_included: bool,
    /// The upper end.
    pub high: f64,
    /// Whether the upper end belongs to the range.
    pub high_included: bool,
}

impl Range {
    /// `[low, high]`.
    #[must_use]
    pub const fn closed(low: f64, high: f64) -> Self {
        Self { low, low_included: true, high, high_included: true }
    }

    /// Whether a number is in the range. NaN is in none.
    #[must_use]
    pub fn contains(self, x: f64) -> bool {
        let above = if self.low_included { x >= self.low } else { x > self.low };
        let below = if self.high_included { x <= self.high } else { x < self.high };
        above && below
    }
}

impl Valid {
    /// A number in `(0, inf)`.
    pub const POSITIVE: Self = Self::Number(Range { low_included: false, ..NON_NEGATIVE });
    /// A number in `[0, inf)`.
    pub const NON_NEGATIVE: Self = Self::Number(NON_NEGATIVE);
    /// A number in `[0, 1)`.
    pub const BELOW_ONE: Self = Self::Number(Range { high: 1.0, ..NON_NEGATIVE });
    /// A number in `[0, 1]`.
    pub const SHARE: Self = Self::Number(Range::closed(0.0, 1.0));
    /// A number in `(-inf, inf)`.
    pub const FINITE: Self =
        Self::Number(Range { low: f64::NEG_INFINITY, low_included: false, ..NON_NEGATIVE });

    /// A number in `[low, high]`.
    #[must_use]
    pub const fn within(low: f64, high: f64) -> Self {
        Self::Number(Range::closed(low, high))
    }

    /// A whole number from `least` to a million.
    #[must_use]
    pub const fn count_from(least: u32) -> Self {
        Self::Whole(Range::closed(least as f64, 1e6))
    }

    /// The value of a text; `None` if it is not valid.
    pub(crate) fn parse(self, text: &str) -> Option<Vec<f64>> {
        let number = |text: &str, range: Range| {
            text.trim().parse::<f64>().ok().filter(|&x| range.contains(x) && x.is_finite())
        };
        match self {
            Self::Flag => None,
            Self::Whole(range) => number(text, range).filter(|x| x.fract() == 0.0).map(|x| vec![x]),
            Self::Number(range) => number(text, range).map(|x| vec![x]),
            Self::Numbers(range) => text.split('/').map(|part| number(part, range)).collect(),
        }
    }
}

const NON_NEGATIVE: Range = Range { low: 0.0, low_included: true, high: f64::INFINITY, high_included: false };

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (open, close) =
            (if self.low_included { '[' } else { '(' }, if self.high_included { ']' } else { ')' });
        write!(f, "{open}{}, {}{close}", short(self.low), short(self.high))
    }
}

/// A number, with an exponent if it is large or small.
fn short(x: f64) -> String {
    let is_plain = x == 0.0 || !x.is_finite() || (1e-4..1e6).contains(&x.abs());
    if is_plain { x.to_string() } else { format!("{x:e}") }
}

impl fmt::Display for Valid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("given without a value"),
            Self::Whole(range) => write!(f, "a whole number in {range}"),
            Self::Number(range) => write!(f, "a number in {range}"),
            Self::Numbers(range) => write!(f, "numbers in {range}, separated by /"),
        }
    }
}
