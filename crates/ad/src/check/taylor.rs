//! The remainder of the linear approximation.

use crate::tape::{ArrayTape, Tape, Tensor, Var};
use crate::transform::{arrays, value_and_grad};
use ndarray::ArrayD;
use std::fmt;

/// How the remainder `|f(x + t v) - f(x) - t <g, v>|` falls with `t`.
#[derive(Clone, Debug, PartialEq)]
pub struct TaylorReport {
    /// The steps `t` with their remainders, from the longest.
    pub remainders: Vec<(f64, f64)>,
    /// What the rounding of the values alone may leave of a remainder.
    pub rounding: f64,
    /// The exponent `p` of `t^p` by which the remainder falls; `None` if it is nothing but rounding from the first step on.
    pub order: Option<f64>,
}

/// Of a right gradient the order is 2, of a wrong one 1.
const SMALLEST_ORDER: f64 = 1.8;

impl TaylorReport {
    fn of(value: f64, slope: f64, moved: impl Fn(f64) -> f64) -> Self {
        let steps = (0..24).map(|k| 0.1 * 0.5_f64.powi(k));
        let mut size = value.abs();
        let remainder = |t: f64| {
            let y = moved(t);
            size = size.max(y.abs());
            (t, (y - value - t * slope).abs())
        };
        let remainders: Vec<(f64, f64)> = steps.map(remainder).collect();
        let rounding = 8.0 * f64::EPSILON * size;
        // Where a remainder is well above the rounding, its slope in the doubly logarithmic picture is the order.
        let clear: Vec<(f64, f64)> =
            remainders.iter().copied().take_while(|&(_, r)| r.is_nan() || r > 16.0 * rounding).collect();
        let order = |pair: &[(f64, f64)]| (pair[0].1 / pair[1].1).log2();
        let mut orders: Vec<f64> = clear.windows(2).map(order).collect();
        // The longest steps may still see higher orders, and a chance zero of the remainder; the median sees neither.
        orders.sort_by(f64::total_cmp);
        let order = match (clear.len(), orders.is_empty()) {
            (0, _) => None,
            (_, true) => Some(f64::INFINITY),
            _ => Some(orders[orders.len() / 2]),
        };
        Self { remainders, rounding, order }
    }

    /// Whether the remainder falls as `t^2`, or is zero to rounding.
    pub fn passed(&self) -> bool {
        self.order.is_none_or(|order| order >= SMALLEST_ORDER)
    }
}

impl fmt::Display for TaylorReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.passed() { "passed" } else { "FAILED" };
        match self.order {
            Some(order) => write!(f, "Taylor test {verdict}: the remainder falls as t^{order:.2}"),
            None => write!(f, "Taylor test {verdict}: there is no remainder, the function is linear here"),
        }
    }
}

/// Tests the gradient of `f` at `x` along `direction`: `|f(x + t v) - f(x) - t <g, v>|` must fall as `t^2`.
///
/// Unlike a difference it has no step to choose, and a wrong gradient shows as the order 1.
///
/// ```
/// use wengert_ad::{Elementary, check::taylor_test};
///
/// let report = taylor_test(|v| v[0].exp() * v[1], &[0.3, 2.0], &[1.0, -1.0]);
/// assert!(report.passed(), "{report}");
/// ```
///
/// # Panics
/// If `direction` is not as long as `x`.
#[track_caller]
pub fn taylor_test(
    f: impl for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
    x: &[f64],
    direction: &[f64],
) -> TaylorReport {
    let (have, want) = (direction.len(), x.len());
    assert!(have == want, "taylor_test: the point has {want} components, the direction has {have}");
    let (value, gradient) = value_and_grad(&f, x);
    let slope = gradient.iter().zip(direction).map(|(g, v)| g * v).sum();
    TaylorReport::of(value, slope, |t| {
        let tape = Tape::new();
        let variables: Vec<_> = x.iter().zip(direction).map(|(x, v)| tape.var(x + t * v)).collect();
        f(&variables).primal()
    })
}

/// Tests the gradient of `f`, which returns one number, as [`taylor_test`] does.
///
/// # Panics
/// If the directions have not the shapes of the `xs`, or `f` returns more than one number.
#[track_caller]
pub fn taylor_test_arrays(
    f: impl for<'t> Fn(&[Tensor<'t, f64>]) -> Tensor<'t, f64>,
    xs: &[ArrayD<f64>],
    directions: &[ArrayD<f64>],
) -> TaylorReport {
    let shapes = |arrays: &[ArrayD<f64>]| arrays.iter().map(|x| x.shape().to_vec()).collect::<Vec<_>>();
    let (have, want) = (shapes(directions), shapes(xs));
    assert!(have == want, "taylor_test: the arrays have the shapes {want:?}, the directions {have:?}");
    let (value, gradients) = arrays::value_and_grad(&f, xs);
    let slope = gradients.iter().zip(directions).map(|(g, v)| (g * v).sum()).sum();
    TaylorReport::of(value, slope, |t| {
        let tape = ArrayTape::new();
        let variables: Vec<_> = xs.iter().zip(directions).map(|(x, v)| tape.var(&(x + v * t))).collect();
        f(&variables).item()
    })
}
