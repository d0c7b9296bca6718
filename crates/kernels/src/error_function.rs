//! The error function and the distribution function of the standard normal distribution as straight-line
//! code, in double precision.
//!
//! Like the functions of [`exponential`](crate::exponential), they have no branches, so that the compiler
//! vectorises the loops around them. The errors are in the table of the chapter on accuracy in the book.

use crate::exponential::gaussian;
use crate::polynomial::polynomial;
use std::f64::consts::{FRAC_2_SQRT_PI, SQRT_2};

/// `P(x)`, the distribution function of the standard normal distribution, accurate in the left tail.
#[cfg_attr(not(target_family = "wasm"), inline(always))]
#[cfg_attr(target_family = "wasm", inline(never))]
pub(crate) fn normal_distribution(x: f64) -> f64 {
    let tail = gaussian(x, 0.5) * tail_ratio(x.abs());
    if x > 0.0 { 1.0 - tail } else { tail }
}

/// `1 - erf x`, accurate where that cancels.
#[cfg_attr(not(target_family = "wasm"), inline(always))]
#[cfg_attr(target_family = "wasm", inline(never))]
pub(crate) fn erfc(x: f64) -> f64 {
    let tail = 2.0 * gaussian(x, 1.0) * tail_ratio(SQRT_2 * x.abs());
    if x < 0.0 { 2.0 - tail } else { tail }
}

/// The error function.
#[cfg_attr(not(target_family = "wasm"), inline(always))]
#[cfg_attr(target_family = "wasm", inline(never))]
pub(crate) fn erf(x: f64) -> f64 {
    let distance = x.abs();
    let beyond = 1.0 - 2.0 * gaussian(x, 1.0) * tail_ratio(SQRT_2 * distance);
    let near = x * polynomial(x * x, &TAYLOR);
    if distance < 0.65 { near } else { beyond.copysign(x) }
}

/// `e^(x^2 / 2) P(-x)` for `x >= 0`: what a tail of the normal distribution is of its density, without the
/// factor `sqrt(2 pi)`.
///
/// The product with `x + 1` is nearly constant, 1/2 at 0: it is `1/2 + w q(2 w - 1)` with a polynomial `q` in
/// `w = x / (x + 5)`, which maps the half-line to an interval (Shepherd and Laframboise 1981).
#[cfg_attr(not(target_family = "wasm"), inline(always))]
#[cfg_attr(target_family = "wasm", inline(never))]
fn tail_ratio(x: f64) -> f64 {
    // The tail rounds to 0 beyond; the argument may be infinite.
    let x = if x > 40.0 { 40.0 } else { x };
    let w = x / (x + 5.0);
    (0.5 + w * polynomial(2.0 * w - 1.0, &TAIL)) / (x + 1.0)
}

/// The Chebyshev interpolation of `q` for `x` from 0 to 40, in powers of its variable; its error is below
/// 4e-19. Written by `error_function.py`.
const TAIL: [[f64; 4]; 6] = [
    [-0.07696834029992444, -0.1061362233680934, 0.16819696022001915, -0.1481922554495833],
    [0.0953901695170465, -0.046316243028970236, 0.01597541222247241, -0.002931410897408226],
    [-0.0004207337779482528, 0.00043631705911658763, -7.164884274578524e-05, -3.5566760354226465e-05],
    [1.577480156700115e-05, 2.346322568651845e-06, -2.487447212766217e-06, -1.30759743974572e-07],
    [3.868233289386603e-07, 1.0701687369887076e-08, -6.288465270887669e-08, -3.831367660515786e-09],
    [9.98590909487256e-09, 1.5453666249951496e-09, -1.1226854810649956e-09, -3.3088117749913707e-10],
];

/// `2 / sqrt(pi) (-1)^k / (k! (2 k + 1))`, `k` from 0 to 15: the Taylor series of `erf(x) / x` in `x^2`.
const TAYLOR: [[f64; 4]; 4] = {
    let (mut coefficients, mut k, mut factor) = ([[0.0; 4]; 4], 0, FRAC_2_SQRT_PI);
    while k < 16 {
        coefficients[k / 4][k % 4] = factor / (2 * k + 1) as f64;
        k += 1;
        factor /= -(k as f64);
    }
    coefficients
};
