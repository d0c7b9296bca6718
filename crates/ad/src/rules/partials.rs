//! Functions that the partials of rules consist of: rules themselves, so that their derivatives nest, but not
//! methods.

use super::powers::power_one_less;
use super::{Elementary, damped, zero};
use crate::unary_rule;
use std::f64::consts::TAU;
use wengert_kernels::exact_product;

unary_rule! {
    /// `1 / cosh^2 x`, the derivative of `tanh x`; `dy/dx = -2 y tanh x`.
    pub(super) SechSquared sech_squared,
    primal |x| x.sech_squared(),
    partial |x, y| (x.tanh() * y).scale(-2.0),
    long true
}

unary_rule! {
    /// `e^(-c x^2)` for `c` 1 or 1/2; `dy/dx = -2 c x y`.
    pub(super) Gaussian(c: f64) gaussian,
    primal |x| x.gaussian(c),
    partial |x, y| damped(x, y).scale(-2.0 * c),
    long true
}

unary_rule! {
    /// The distribution function `P` of the standard normal distribution;
    /// `dy/dx = e^(-x^2 / 2) / sqrt(2 pi)`.
    pub(super) NormalDistribution normal_distribution,
    primal |x| x.normal_distribution(),
    partial |x, _| x.unary(Gaussian(0.5)).scale(1.0 / TAU.sqrt()),
    long true
}

unary_rule! {
    /// The gate of `gelu_tanh`: `sigmoid(2 u)`, `2 u = 2 sqrt(2/pi) (x + 0.044715 x^3)`. `u` is odd, so
    /// `dy/dx = y(x) y(-x) (2 u)'`.
    pub(super) CubicSigmoid cubic_sigmoid,
    primal |x| F::literal(cubic_sigmoid(x.widened())),
    partial |x, y| {
        let slope = x.square().scale(3.0 * CUBIC[0]).shift(LINEAR[0]);
        damped(slope, y * (-x).unary(CubicSigmoid))
    },
    long true
}

/// `2 sqrt(2 / pi)`, the sum of the two numbers, the first of them rounded.
const LINEAR: [f64; 2] = [1.595_769_121_605_730_8, -9.969_308_809_110_92e-17];
/// `0.044715 * 2 sqrt(2 / pi)`, likewise.
const CUBIC: [f64; 2] = [0.071_354_816_272_600_25, -6.175_149_918_155_315e-19];

/// `sigmoid(2 u)`. The rounding error of `2 u` would be multiplied by `2 u`, up to 745: it is computed, and
/// applied with the derivative.
#[cfg_attr(not(target_family = "wasm"), inline(always))]
#[cfg_attr(target_family = "wasm", inline(never))]
fn cubic_sigmoid(x: f64) -> f64 {
    // The sigmoid rounds to 0 and 1 beyond; the rounding errors of larger numbers overflow.
    let x = x.clamp(-30.0, 30.0);
    let square = exact_product(x, x);
    let cubic = exact_product(square.0, CUBIC[0]);
    let factor = LINEAR[0] + cubic.0;
    // `factor` is at least as large as either term, so that the larger of them comes first.
    let (large, small) = if cubic.0 > LINEAR[0] { (cubic.0, LINEAR[0]) } else { (LINEAR[0], cubic.0) };
    let factor_error =
        (small - (factor - large)) + cubic.1 + square.1 * CUBIC[0] + square.0 * CUBIC[1] + LINEAR[1];
    let (two_u, error) = exact_product(x, factor);
    let error = error + x * factor_error;
    let y = two_u.sigmoid();
    y + y * ((-two_u).sigmoid() * error)
}

unary_rule! {
    /// `x^(p-1)`, in `powf`; `dy/dx = (p - 1) x^(p-2)`.
    pub(super) PowerOneLess(p: f64) power_one_less,
    primal |x| F::literal(power_one_less(x.widened(), p)),
    partial |x, _| if p == 1.0 { zero() } else { x.unary(PowerOneLess(p - 1.0)).scale(p - 1.0) }
}
