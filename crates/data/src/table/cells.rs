//! Cells: missing values and numbers.

/// The texts that say that a value is missing, besides the empty one.
pub(super) const MISSING_TEXTS: [&str; 15] = [
    "NA", "N/A", "#N/A", "<NA>", "NaN", "nan", "NAN", "-nan", "NULL", "Null", "null", "None", "n/a", "na",
    "?",
];

/// The byte before the decimals of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decimal {
    Point,
    Comma,
}

/// How cells are read.
#[derive(Clone, Debug)]
pub(super) struct CellRules {
    pub(super) decimal: Decimal,
    /// Whether this was asked for, and is not to be detected.
    pub(super) is_told: bool,
    /// Further texts for a missing value.
    pub(super) missing: Vec<Vec<u8>>,
}

impl CellRules {
    /// Whether a cell, without spaces around it, says that its value is missing.
    pub(super) fn is_missing(&self, cell: &[u8]) -> bool {
        cell.is_empty()
            || (cell.len() <= 4 && MISSING_TEXTS.iter().any(|text| text.as_bytes() == cell))
            || self.missing.iter().any(|text| text == cell)
    }

    /// The number in a cell without spaces around it. A number too large for double precision is infinite.
    pub(super) fn number(&self, cell: &[u8]) -> Option<f64> {
        match self.decimal {
            Decimal::Point => parse(cell),
            Decimal::Comma => comma_number(cell),
        }
    }
}

/// A number with a point before its decimals, if it has any; not NaN.
fn parse(cell: &[u8]) -> Option<f64> {
    short_number(cell).or_else(|| any_number(cell))
}

/// The powers of ten that double precision has without rounding.
const POWERS_OF_TEN: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// A number of few digits without an exponent, in half of the time of the general parser: digits below 2^53
/// and the power of ten are exact in double precision, so that their quotient is rounded once (Clinger 1990,
/// *How to read floating point numbers accurately*). `None` for all others, numbers or not.
fn short_number(cell: &[u8]) -> Option<f64> {
    let (is_negative, digits) = match cell {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    // Of at most 18 digits, none overflows.
    if digits.len() > 18 {
        return None;
    }
    let (mut whole, mut count, mut point) = (0_u64, 0, None);
    for (i, &byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                whole = 10 * whole + u64::from(byte - b'0');
                count += 1;
            }
            b'.' if point.is_none() => point = Some(i),
            _ => return None,
        }
    }
    if count == 0 || whole >= 1 << 53 {
        return None;
    }
    let decimals = point.map_or(0, |point| digits.len() - point - 1);
    let magnitude = whole as f64 / POWERS_OF_TEN[decimals];
    Some(if is_negative { -magnitude } else { magnitude })
}

fn any_number(cell: &[u8]) -> Option<f64> {
    std::str::from_utf8(cell).ok()?.parse().ok().filter(|x: &f64| !x.is_nan())
}

/// A number with a comma before its decimals, if it has any.
fn comma_number(cell: &[u8]) -> Option<f64> {
    if cell.contains(&b'.') {
        return None;
    }
    match cell.iter().position(|&byte| byte == b',') {
        Some(comma) => {
            let mut point = cell.to_vec();
            point[comma] = b'.';
            parse(&point)
        }
        None => parse(cell),
    }
}

/// The notation of the decimals of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notation {
    /// No decimals: read in the same way whatever the notation.
    Whole,
    /// A point before the decimals.
    Point,
    /// A comma before the decimals.
    Comma,
    /// A comma before three digits, as before thousands: 1,234 may be 1234 or 1.234.
    Thousands,
}

/// The notation of a number, if a cell is one.
pub(super) fn notation(cell: &[u8]) -> Option<Notation> {
    if parse(cell).is_some() {
        return Some(if cell.contains(&b'.') { Notation::Point } else { Notation::Whole });
    }
    comma_number(cell).filter(|x| x.is_finite())?;
    let unsigned = cell.strip_prefix(b"-").unwrap_or(cell);
    let (before, after) = unsigned.split_at(unsigned.iter().position(|&byte| byte == b',')?);
    let is_group = after.len() == 4 && (1..=3).contains(&before.len()) && before[0] != b'0';
    Some(if is_group { Notation::Thousands } else { Notation::Comma })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(decimal: Decimal) -> CellRules {
        CellRules { decimal, is_told: false, missing: vec![b"-999".to_vec()] }
    }

    #[test]
    fn the_usual_texts_mean_missing() {
        let rules = rules(Decimal::Point);
        for text in MISSING_TEXTS.iter().chain(&["", "-999"]) {
            assert!(rules.is_missing(text.as_bytes()), "{text}");
        }
        for text in ["0", "Nana", "x", "-99", "NAs"] {
            assert!(!rules.is_missing(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn numbers_have_the_decimals_of_their_notation() {
        let (point, comma) = (rules(Decimal::Point), rules(Decimal::Comma));
        assert_eq!((point.number(b"2.5"), comma.number(b"2,5")), (Some(2.5), Some(2.5)));
        assert_eq!((point.number(b"2,5"), comma.number(b"2.5")), (None, None));
        for both in ["-3", "1e5", "+4", "1e999"] {
            assert_eq!(point.number(both.as_bytes()), comma.number(both.as_bytes()), "{both}");
        }
        for neither in ["", "1,2,3", "0x10", "1_000", "setosa", "--1", "1 2"] {
            assert_eq!((point.number(neither.as_bytes()), comma.number(neither.as_bytes())), (None, None));
        }
    }

    #[test]
    fn short_numbers_are_rounded_as_by_the_general_parser() {
        let mut state = 1_u64;
        let mut next = |bound: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % bound
        };
        let mut short = 0;
        for _ in 0..200_000 {
            let (digits, decimals) = (next(20), next(10));
            let mut text = if next(2) == 0 { "-".to_owned() } else { String::new() };
            text.extend((0..digits).map(|_| char::from(b'0' + next(10) as u8)));
            if next(3) > 0 {
                text.push('.');
                text.extend((0..decimals).map(|_| char::from(b'0' + next(10) as u8)));
            }
            if let Some(x) = short_number(text.as_bytes()) {
                assert_eq!(Some(x.to_bits()), any_number(text.as_bytes()).map(f64::to_bits), "{text}");
                short += 1;
            }
        }
        assert!(short > 100_000, "{short}");
        for text in ["", "-", ".", "-.", "1.2.3", "--1", "+1", "1e5", "12x"] {
            assert_eq!(short_number(text.as_bytes()), None, "{text}");
        }
        for (text, x) in [
            ("0", 0.0),
            ("-0", -0.0),
            ("9007199254740991", 9_007_199_254_740_991.0),
            (".5", 0.5),
            ("5.", 5.0),
        ] {
            assert_eq!(short_number(text.as_bytes()).map(f64::to_bits), Some(f64::to_bits(x)), "{text}");
        }
    }

    #[test]
    fn the_notation_of_a_number_is_recognised() {
        for (cell, wanted) in [
            ("12", Some(Notation::Whole)),
            ("1e5", Some(Notation::Whole)),
            ("1.5", Some(Notation::Point)),
            ("1,5", Some(Notation::Comma)),
            ("0,123", Some(Notation::Comma)),
            ("-1,234", Some(Notation::Thousands)),
            ("1234,567", Some(Notation::Comma)),
            ("1.234,5", None),
            ("x", None),
        ] {
            assert_eq!(notation(cell.as_bytes()), wanted, "{cell}");
        }
    }
}
