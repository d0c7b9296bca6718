//! The saddle point of `(x1^2 + y1^2) - (x2^2 + y2^2)`: a minimum over `p1 = (x1, y1)` of the
//! maximum over `p2 = (x2, y2)`.
//!
//! The outer gradient differentiates through the whole inner ascent.

use crate::descent::{Forward, Function, Mode, Negative, Reverse, argmin};
use crate::protocol::{EvalError, Prepared, prepared, read};
use serde::Deserialize;
use serde_json::Value;
use wengert_ad::{Elementary, Number};

#[derive(Deserialize)]
struct Input {
    start: [f64; 2],
}

/// The surface as a function of `p2`, with `p1` fixed.
struct Surface;

impl Function<2, 2> for Surface {
    fn at<T: Number>(&self, p1: [T; 2], p2: [T; 2]) -> T {
        (p1[0].square() + p1[1].square()) - (p2[0].square() + p2[1].square())
    }
}

/// The maximum of the surface over `p2`, as a function of `p1`.
struct Ridge<M> {
    inner: M,
    start: [f64; 2],
}

impl<M: Mode> Function<0, 2> for Ridge<M> {
    fn at<T: Number>(&self, _: [T; 0], p1: [T; 2]) -> T {
        Surface.at(p1, argmin(self.inner, &Negative(Surface), p1, self.start.map(T::constant)))
    }
}

fn saddle(outer: impl Mode, inner: impl Mode, start: [f64; 2]) -> [f64; 4] {
    let p1 = argmin(outer, &Ridge { inner, start }, [], start);
    let p2 = argmin(inner, &Negative(Surface), p1, start);
    [p1[0], p1[1], p2[0], p2[1]]
}

/// The saddle point. The first letter is the mode of the outer gradient, forward (`f`) or reverse
/// (`r`), the second that of the inner gradient.
pub(crate) fn evaluate(function: &str, input: &Value) -> Result<Prepared, EvalError> {
    let Input { start } = read(input)?;
    match function {
        "ff" => Ok(prepared(move || saddle(Forward, Forward, start))),
        "fr" => Ok(prepared(move || saddle(Forward, Reverse, start))),
        "rf" => Ok(prepared(move || saddle(Reverse, Forward, start))),
        "rr" => Ok(prepared(move || saddle(Reverse, Reverse, start))),
        _ => Err(EvalError::unknown(function, &["ff", "fr", "rf", "rr"])),
    }
}
