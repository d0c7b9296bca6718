//! Order of the remainder of the linear approximation.

use super::input::CheckInput;
use std::fmt;

/// The decay of the remainder `|f(x + t v) - f(x) - t <g, v>|` as `t` shrinks.
#[derive(Clone, Debug, PartialEq)]
pub struct TaylorReport {
    /// The steps `t` with their remainders, from the longest step to the shortest.
    pub remainders: Vec<(f64, f64)>,
    /// The size of the remainder that the rounding of the values alone may leave.
    pub rounding: f64,
    /// The exponent `p` with which the remainder falls as `t^p`; `None` if it is within rounding
    /// from the first step on.
    pub order: Option<f64>,
}

/// The order is 2 for a right gradient, 1 for a wrong one.
const SMALLEST_ORDER: f64 = 1.8;

impl TaylorReport {
    fn of(value: f64, slope: f64, moved: &dyn Fn(f64) -> f64) -> Self {
        let steps = (0..24).map(|k| 0.1 * 0.5_f64.powi(k));
        let mut size = value.abs();
        let remainder = |t: f64| {
            let y = moved(t);
            size = size.max(y.abs());
            (t, (y - value - t * slope).abs())
        };
        let remainders: Vec<(f64, f64)> = steps.map(remainder).collect();
        let rounding = 8.0 * f64::EPSILON * size;
        // The order is the slope in a doubly logarithmic plot, where the remainder is well above
        // the rounding.
        let clear: Vec<(f64, f64)> =
            remainders.iter().copied().take_while(|&(_, r)| r.is_nan() || r > 16.0 * rounding).collect();
        let order = |pair: &[(f64, f64)]| (pair[0].1 / pair[1].1).log2();
        let mut orders: Vec<f64> = clear.windows(2).map(order).collect();
        // The median ignores higher orders at the longest steps, and a step at which the remainder
        // happens to vanish.
        orders.sort_by(f64::total_cmp);
        let order = match (clear.len(), orders.is_empty()) {
            (0, _) => None,
            (_, true) => Some(f64::INFINITY),
            _ => Some(orders[orders.len() / 2]),
        };
        Self { remainders, rounding, order }
    }

    /// Whether the remainder falls as `t^2`, or is zero up to rounding.
    pub fn passed(&self) -> bool {
        self.order.is_none_or(|order| order >= SMALLEST_ORDER)
    }
}

impl fmt::Display for TaylorReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.passed() { "passed" } else { "FAILED" };
        match self.order {
            Some(order) => write!(f, "Taylor test {verdict}: the remainder falls as t^{order:.2}"),
            None => write!(f, "Taylor test {verdict}: the function is linear here, there is no remainder"),
        }
    }
}

/// Tests the gradient of `f` at the inputs `at` along `direction`: `|f(x + t v) - f(x) - t <g, v>|`
/// must fall as `t^2`.
///
/// Unlike a central difference, the test has no step to choose; with a wrong gradient the remainder
/// falls as `t`. The inputs are numbers, named numbers or arrays (see [`CheckInput`]), and
/// `direction` has the same form.
///
/// ```
/// use wengert_ad::{Elementary, check::taylor_test};
///
/// let report = taylor_test(|v| v[0].exp() * v[1], &[0.3, 2.0], &[1.0, -1.0]);
/// assert!(report.passed(), "{report}");
/// ```
///
/// # Panics
/// If the shapes of `direction` differ from those of `at`, or `f` returns an array with more than
/// one element.
#[track_caller]
pub fn taylor_test<I: CheckInput>(
    f: impl for<'t> Fn(&'t [I::Variable<'t>]) -> I::Variable<'t>,
    at: &[I],
    direction: &[I],
) -> TaylorReport {
    let (have, want) = (direction.len(), at.len());
    assert!(have == want, "taylor_test: there are {want} inputs, the direction has {have} components");
    for (i, (x, v)) in at.iter().zip(direction).enumerate() {
        let (have, want) = (v.shape(), x.shape());
        assert!(have == want, "taylor_test: input {i} has shape {want:?}, its direction {have:?}");
    }
    let (x, v) = (I::elements(at), I::elements(direction));
    let value = I::value(&f, at, &x);
    let slope = I::gradient(&f, at, &x).iter().zip(&v).map(|(g, v)| g * v).sum();
    TaylorReport::of(value, slope, &|t| {
        let moved: Vec<f64> = x.iter().zip(&v).map(|(x, v)| x + t * v).collect();
        I::value(&f, at, &moved)
    })
}
