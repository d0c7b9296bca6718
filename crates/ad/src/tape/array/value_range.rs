//! The range of an array's values, for messages.

use crate::element::Element;
use crate::primitive::{Shape, View};
use std::fmt;

/// The range of an array's finite values, and the number of the others.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueRange {
    /// The shape of the array; empty for a single number.
    pub shape: Shape,
    /// The smallest and the largest finite value; `None` if no value is finite.
    pub finite: Option<(f64, f64)>,
    /// The number of infinite values.
    pub infinite: usize,
    /// The number of NaN values.
    pub nan: usize,
}

impl ValueRange {
    /// The range of a single number.
    pub fn of_number(x: f64) -> Self {
        Self::of(View { shape: &[], data: &[x] })
    }

    /// The range of an array's primals. An element with a finite primal and a tangent that is not
    /// finite counts as NaN.
    pub(super) fn of<T: Element>(x: View<'_, T>) -> Self {
        let mut range = Self { shape: x.shape.into(), finite: None, infinite: 0, nan: 0 };
        for x in x.data {
            let value = x.value();
            match (x.is_finite(), value.is_infinite()) {
                (true, _) => {
                    let (low, high) = range.finite.unwrap_or((value, value));
                    range.finite = Some((low.min(value), high.max(value)));
                }
                (false, true) => range.infinite += 1,
                (false, false) => range.nan += 1,
            }
        }
        range
    }
}

impl fmt::Display for ValueRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        match self.finite {
            Some((low, high)) if low == high => parts.push(format!("{low:e}")),
            Some((low, high)) => parts.push(format!("from {low:e} to {high:e}")),
            None => {}
        }
        for (count, kind) in [(self.infinite, "infinite"), (self.nan, "NaN")] {
            match count {
                0 => {}
                1 if self.shape.is_empty() => parts.push(kind.to_owned()),
                _ => parts.push(format!("{count} {kind}")),
            }
        }
        let numbers = parts.join(" and ");
        if self.shape.is_empty() {
            f.write_str(&numbers)
        } else {
            write!(f, "{:?} {numbers}", self.shape.as_slice())
        }
    }
}
