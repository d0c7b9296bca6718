//! The polygamma functions, the derivatives of `ln |Gamma x|`, of any order.
//!
//! The maintained crates of special functions stop at trigamma, but nested derivatives of `ln_gamma` need
//! all orders. Computed in `f64` for every precision, since rounding errors add up in the sums.

use crate::number::Float;
use smallvec::{SmallVec, smallvec};
use std::f64::consts::PI;

/// `B_2, B_4, ..., B_16`, the Bernoulli numbers (DLMF 24.2, table 24.2.1).
const BERNOULLI: [f64; 8] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
];

/// `psi_n(x)`, the `n`-th derivative of the digamma function.
///
/// At its poles `0, -1, -2, ...` it is `+inf` for odd `n`. For even `n` its sign changes there: NaN, but
/// at 0 the sign of the zero decides.
pub(super) fn polygamma<F: Float>(n: u32, x: F) -> F {
    let x = x.to_f64().expect("a machine float has a value in f64");
    let odd = n % 2 == 1;
    F::literal(match x {
        0.0 if odd => f64::INFINITY,
        0.0 => -x.recip(),
        f64::NEG_INFINITY => f64::NAN,
        _ if x > 0.0 || x.is_nan() => at_positive(n, x),
        _ if x == x.floor() && odd => f64::INFINITY,
        _ if x == x.floor() => f64::NAN,
        _ => reflected(n, x),
    })
}

/// `psi_n(x) = (-1)^n psi_n(1 - x) - pi (d/dx)^n cot(pi x)` (DLMF 5.15.6).
fn reflected(n: u32, x: f64) -> f64 {
    let sign = if n.is_multiple_of(2) { 1.0 } else { -1.0 };
    sign * at_positive(n, 1.0 - x) - PI * cotangent_derivative(n, x)
}

/// `(d/dx)^n cot(pi x) = pi^n q_n(cot(pi x))`, where `q_0(c) = c` and `q_(k+1) = -(1 + c^2) q_k'`.
///
/// All coefficients of `q_n` have one sign, and its powers of `c` one parity, so nothing cancels.
fn cotangent_derivative(n: u32, x: f64) -> f64 {
    let mut q: SmallVec<[f64; 16]> = smallvec![0.0, 1.0];
    for _ in 0..n {
        let slope: SmallVec<[f64; 16]> = (1..q.len()).map(|power| power as f64 * q[power]).collect();
        q.push(0.0);
        q.fill(0.0);
        for (power, coefficient) in slope.into_iter().enumerate() {
            q[power] -= coefficient;
            q[power + 2] -= coefficient;
        }
    }
    let c = cotangent(x);
    // From the leading coefficient on: 0 times an infinite cotangent would be NaN.
    let leading = q.pop().expect("a polynomial has coefficients");
    q.iter().rev().fold(leading, |sum, coefficient| sum * c + coefficient) * PI.powi(n as i32)
}

/// `cot(pi x)`; the distances from `x` to the nearest pole and to the nearest zero are exact, which
/// `pi x` is not.
fn cotangent(x: f64) -> f64 {
    let from_pole = x - x.round();
    if from_pole.abs() > 0.25 {
        (PI * (0.5_f64.copysign(from_pole) - from_pole)).tan()
    } else {
        (PI * from_pole).tan().recip()
    }
}

/// The recurrence `psi_n(x) = psi_n(x + 1) - (-1)^n n! / x^(n+1)` (DLMF 5.15.5) up to where the
/// asymptotic series takes over.
///
/// The series is cut after `B_16`; for positive `x` its error is below the first term left out (DLMF
/// 5.11(ii)), which from `x = 12 + 2 n` on is below 1e-18 of the sum for every `n` up to 150.
fn at_positive(n: u32, x: f64) -> f64 {
    let factorial: f64 = (1..=n).map(f64::from).product();
    let power = |x: f64, p: u32| x.recip().powi(p as i32);
    let steps = (12.0 + 2.0 * f64::from(n) - x).ceil().max(0.0);
    let poles: f64 = (0..steps as u32).map(|k| power(x + f64::from(k), n + 1)).sum();
    let x = x + steps;
    let leading = if n == 0 { -x.ln() } else { power(x, n) / f64::from(n) };
    let tail = power(x, n + 1) / 2.0 + power(x, n) * series(n, x);
    let sign = if n.is_multiple_of(2) { -1.0 } else { 1.0 };
    sign * factorial * (poles + leading + tail)
}

/// `sum over k of B_2k (2k + n - 1)! / ((2k)! n!) x^(-2k)` (DLMF 5.11.2 and 5.15.8).
fn series(n: u32, x: f64) -> f64 {
    let n = f64::from(n);
    let (mut ratio, mut power, mut sum) = ((n + 1.0) / 2.0, 1.0, 0.0);
    for (k, bernoulli) in BERNOULLI.iter().enumerate() {
        let two_k = 2.0 * (k + 1) as f64;
        power /= x * x;
        sum += bernoulli * ratio * power;
        ratio *= (two_k + n) * (two_k + n + 1.0) / ((two_k + 1.0) * (two_k + 2.0));
    }
    sum
}
