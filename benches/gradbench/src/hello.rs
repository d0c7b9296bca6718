//! The square and its derivative: a test of the protocol.

use crate::protocol::{EvalError, Prepared, prepared, read};
use serde_json::Value;
use wengert_ad::{Elementary, Number, grad};

fn square<T: Number>(x: T) -> T {
    x.square()
}

/// `square`: `x^2`. `double`: its derivative `2x`.
pub(crate) fn evaluate(function: &str, input: &Value) -> Result<Prepared, EvalError> {
    let x: f64 = read(input)?;
    match function {
        "square" => Ok(prepared(move || square(x))),
        "double" => Ok(prepared(move || grad(|v| square(v[0]), &[x])[0])),
        _ => Err(EvalError::unknown(function, &["square", "double"])),
    }
}
