//! The logarithm of a sum of exponentials, shifted by the largest element: forward mode on its
//! terms, in lanes.
//!
//! Each term depends on one element and on the shift, so that two directions give all of its
//! derivatives, for several elements at once. The rest is a function of the sum and the shift,
//! differentiated in reverse mode.

use crate::protocol::{EvalError, Prepared, prepared, read};
use serde::Deserialize;
use serde_json::Value;
use wengert_ad::kernels::{largest, vectorised};
use wengert_ad::{Directions, Elementary, Lanes, Number, grad};

/// Elements per group of lanes.
const N: usize = 16;

#[derive(Deserialize)]
struct Input {
    x: Vec<f64>,
}

/// One term of the sum.
#[inline(always)]
fn term<T: Number>(x: T, shift: T) -> T {
    (x - shift).exp()
}

/// The value of the function, given the sum of the terms.
#[inline(always)]
fn shifted_back<T: Number>(sum: T, shift: T) -> T {
    sum.ln() + shift
}

/// `F = ln sum_i e^(x_i)`, computed as `m + ln sum_i e^(x_i - m)`, where `m` is the largest element.
#[inline(always)]
fn log_sum_exp(x: &[f64]) -> f64 {
    let (shift, (blocks, rest)) = (largest(x), x.as_chunks::<N>());
    let mut sums = Lanes([0.0; N]);
    for &block in blocks {
        sums += term(Lanes(block), Lanes([shift; N]));
    }
    let mut sum = sums.total();
    for &x in rest {
        sum += term(x, shift);
    }
    shifted_back(sum, shift)
}

/// `dF/dx`. The largest element, the first of several, is also the shift.
#[inline(always)]
fn gradient(x: &[f64]) -> Vec<f64> {
    let shift = largest(x);
    let (blocks, rest) = x.as_chunks::<N>();
    let mut gradient = Vec::with_capacity(x.len());
    let mut sums = Directions::new(Lanes([0.0; N]), [Lanes([0.0; N]); 2]);
    for &block in blocks {
        let x = Directions::new(Lanes(block), [Lanes([1.0; N]), Lanes([0.0; N])]);
        let y = term(x, Directions::new(Lanes([shift; N]), [Lanes([0.0; N]), Lanes([1.0; N])]));
        sums += y;
        gradient.extend_from_slice(&y.tangents[0].0);
    }
    let (mut sum, mut wrt_shift) = (sums.primal.total(), sums.tangents[1].total());
    for &x in rest {
        let y = term(Directions::new(x, [1.0, 0.0]), Directions::new(shift, [0.0, 1.0]));
        sum += y.primal;
        wrt_shift += y.tangents[1];
        gradient.push(y.tangents[0]);
    }
    let outer = grad(|v| shifted_back(v[0], v[1]), &[sum, shift]);
    for slot in &mut gradient {
        *slot *= outer[0];
    }
    if let Some(first) = x.iter().position(|&x| x == shift) {
        gradient[first] += outer[0] * wrt_shift + outer[1];
    }
    gradient
}

/// `primal`: the value. `gradient`: its gradient with respect to `x`.
pub(crate) fn evaluate(function: &str, input: &Value) -> Result<Prepared, EvalError> {
    let Input { x } = read(input)?;
    if x.is_empty() {
        return Err(EvalError::Domain { field: "x", needed: "at least one number" });
    }
    match function {
        "primal" => Ok(prepared(move || {
            vectorised(
                #[inline(always)]
                || log_sum_exp(&x),
            )
        })),
        "gradient" => Ok(prepared(move || {
            vectorised(
                #[inline(always)]
                || gradient(&x),
            )
        })),
        _ => Err(EvalError::unknown(function, &["primal", "gradient"])),
    }
}
