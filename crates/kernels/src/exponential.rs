//! `e^x`, `e^x - 1`, `tanh x` and `1 / cosh^2 x` as straight-line code.
//!
//! A call of the system library processes one number, and keeps the compiler from vectorising the loop
//! around it. The functions here are a few dozen operations without branches, which the compiler
//! vectorises in every loop. In WebAssembly, whose programs should be small, loops call those in double
//! precision. The errors are in the table of the chapter on accuracy in the book. In single precision, `e^x`
//! and `tanh x` have operations of their own, since they take much of a training step of a small network; the
//! others are computed in double precision and rounded.

use std::f64::consts::LOG2_E;

/// `1.5 * 2^52`: a number of moderate size added to it is rounded to an integer, which is found in the
/// last bits of the sum.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// `ln 2` rounded to 33 bits, so that its product with an exponent is exact (Cody and Waite 1980).
pub(crate) const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
/// The remainder of `ln 2`.
pub(crate) const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// `e^x` is infinite for larger `x`.
const OVERFLOW: f64 = 709.782_712_893_384;
/// `e^x` rounds to 0 for smaller `x`.
const UNDERFLOW: f64 = -745.133_219_101_941_2;

/// `e^x`.
#[cfg_attr(not(target_family = "wasm"), inline(always))]
#[cfg_attr(target_family = "wasm", inline(never))]
pub(crate) fn exp(x: f64) -> f64 {
    let (exponent, fraction) = reduced(x);
    // The power of two of a subnormal result is not a normal number: it is applied in two factors, which
    // round once.
    let half = integer(exponent * 0.5);
    let y = (1.0 + fraction) * power_of_two(half) * power_of_two(exponent - half);
    let y = if x > OVERFLOW { f64::INFINITY } else { y };
    if x < UNDERFLOW { 0.0 } else { y }
}

/// `e^x - 1`, accurate near 0.
#[cfg_attr(not(target_family = "wasm"), inline(always))]
#[cfg_attr(target_family = "wasm", inline(never))]
pub(crate) fn exp_m1(x: f64) -> f64 {
    // The exponential is below the last digit of 1 before; an infinite number has no remainder.
    let (exponent, fraction) = reduced(if x < -50.0 { -50.0 } else { x });
    // `2^1024` is applied in two factors.
    let (exponent, factor) = if exponent > 1023.0 { (1023.0, 2.0) } else { (exponent, 1.0) };
    let scale = power_of_two(exponent);
    let y = factor * (scale * fraction + (scale - 1.0));
    let y = if x > OVERFLOW { f64::INFINITY } else { y };
    // With the sign of 0.
    if x == 0.0 { x } else { y }
}

/// `tanh x = (1 - t) / (1 + t)` with `t = e^(-2 |x|)`.
#[cfg_attr(not(target_family = "wasm"), inline(always))]
#[cfg_attr(target_family = "wasm", inline(never))]
pub(crate) fn tanh(x: f64) -> f64 {
    let (exponent, fraction) = decay(x);
    let t_minus_1 = one_less(exponent, fraction);
    (-t_minus_1 / (2.0 + t_minus_1)).copysign(x)
}

/// `1 / cosh^2 x = 4 t / (1 + t)^2` with `t = e^(-2 |x|)`: the derivative of `tanh x`, which it shares most
/// operations with. `1 - tanh^2 x` is 0 from `x = 19.1` on.
#[cfg_attr(not(target_family = "wasm"), inline(always))]
#[cfg_attr(target_family = "wasm", inline(never))]
pub(crate) fn sech_squared(x: f64) -> f64 {
    let (exponent, fraction) = decay(x);
    let t_plus_1 = 2.0 + one_less(exponent, fraction);
    // As in `exp`: the result may be subnormal.
    let half = integer(exponent * 0.5);
    let four_t = 4.0 * (1.0 + fraction) * power_of_two(half);
    four_t / (t_plus_1 * t_plus_1) * power_of_two(exponent - half)
}

/// `n` and `f`, where `e^(-2 |x|) = 2^n (1 + f)`.
#[inline(always)]
fn decay(x: f64) -> (f64, f64) {
    let exponent = -2.0 * x.abs();
    // The exponential rounds to 0 beyond.
    reduced(if exponent < -750.0 { -750.0 } else { exponent })
}

/// `2^n (1 + f) - 1`.
#[inline(always)]
fn one_less(exponent: f64, fraction: f64) -> f64 {
    // Below `2^-1022` the result is -1 as well.
    let scale = power_of_two(if exponent < -1022.0 { -1022.0 } else { exponent });
    scale * fraction + (scale - 1.0)
}

/// `e^(-c x^2)` for a `c` that is a power of two, 1 or 1/2.
///
/// The rounding error of `x^2` would be multiplied by `c x^2`, up to 745. The square of the upper half of
/// the digits is exact; the rest of the exponent is small.
#[cfg_attr(not(target_family = "wasm"), inline(always))]
#[cfg_attr(target_family = "wasm", inline(never))]
pub(crate) fn gaussian(x: f64, c: f64) -> f64 {
    // `e^(-c x^2)` rounds to 0 beyond.
    let x = if x.abs() > 40.0 { 40.0 } else { x };
    let upper = f64::from_bits(x.to_bits() & (u64::MAX << 27));
    let rest = c * (x - upper) * (x + upper);
    // `e^-rest`: the next term is below 1e-18, since `rest < 1e-4`.
    let factor = rest * (rest * (rest * (rest / 24.0 - 1.0 / 6.0) + 0.5) - 1.0);
    let leading = exp(-c * upper * upper);
    leading + leading * factor
}

/// `n` and `e^r - 1`, where `x = n ln 2 + r` and `|r| <= ln 2 / 2`.
#[inline(always)]
fn reduced(x: f64) -> (f64, f64) {
    let n = integer(x * LOG2_E);
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    // The Taylor series; the term of degree 14 is below 2^-57. Evaluation in pairs keeps the chain of
    // dependent operations short.
    let (r2, c) = (r * r, COEFFICIENTS);
    let (r4, r8) = (r2 * r2, r2 * r2 * r2 * r2);
    let low = (c[0] + c[1] * r) + (c[2] + c[3] * r) * r2;
    let middle = (c[4] + c[5] * r) + (c[6] + c[7] * r) * r2;
    let high = (c[8] + c[9] * r) + (c[10] + c[11] * r) * r2;
    (n, r + r2 * (low + middle * r4 + high * r8))
}

/// `1 / k!`, `k` from 2 to 13.
const COEFFICIENTS: [f64; 12] = {
    let (mut coefficients, mut k, mut factorial) = ([0.0; 12], 0, 1.0);
    while k < 12 {
        factorial *= (k + 2) as f64;
        coefficients[k] = 1.0 / factorial;
        k += 1;
    }
    coefficients
};

/// The integer next to `x`, for `|x| < 2^51`.
#[inline(always)]
fn integer(x: f64) -> f64 {
    (x + ROUNDER) - ROUNDER
}

/// `2^n` for an integer `n` from -1022 to 1023.
#[inline(always)]
fn power_of_two(n: f64) -> f64 {
    f64::from_bits(((n + ROUNDER).to_bits() << 52).wrapping_add(1.0_f64.to_bits()))
}

/// In single precision.
pub(crate) mod single {
    use std::f32::consts::LOG2_E;

    /// The sum with a number of moderate size is rounded to an integer, as by
    /// [`ROUNDER`](super::ROUNDER).
    const ROUNDER: f32 = 12_582_912.0;
    /// `ln 2` rounded to 9 bits, so that its product with an exponent is exact.
    const LN_2_HIGH: f32 = 355.0 / 512.0;
    /// The remainder of `ln 2`.
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    /// `e^x` is infinite for larger `x`.
    const OVERFLOW: f32 = 88.722_84;
    /// `e^x` rounds to 0 for smaller `x`.
    const UNDERFLOW: f32 = -103.972_08;

    /// `e^x = 2^n e^r` with `x = n ln 2 + r` and `|r| <= ln 2 / 2`.
    #[inline(always)]
    pub(crate) fn exp(x: f32) -> f32 {
        let shifted = x * LOG2_E + ROUNDER;
        let n = shifted - ROUNDER;
        let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
        // The Taylor series; the term of degree 8 is below 2^-27.
        let (r2, r4) = (r * r, r * r * r * r);
        let low = 1.0 / 2.0 + r * (1.0 / 6.0);
        let middle = 1.0 / 24.0 + r * (1.0 / 120.0);
        let high = 1.0 / 720.0 + r * (1.0 / 5040.0);
        let y = 1.0 + (r + r2 * (low + r2 * middle + r4 * high));
        // In two factors, as in double precision.
        let n = shifted.to_bits().wrapping_sub(ROUNDER.to_bits()).cast_signed();
        let half = n >> 1;
        let y = y * power_of_two(half) * power_of_two(n.wrapping_sub(half));
        let y = if x > OVERFLOW { f32::INFINITY } else { y };
        if x < UNDERFLOW { 0.0 } else { y }
    }

    /// `2^n`, `n` from -126 to 127.
    #[inline(always)]
    fn power_of_two(n: i32) -> f32 {
        f32::from_bits((n << 23).cast_unsigned().wrapping_add(1.0_f32.to_bits()))
    }

    /// `ln 2 / 2` rounded to 9 bits, so that its product with an exponent is exact.
    const HALF_LN_2_HIGH: f32 = 355.0 / 1024.0;
    /// The remainder of `ln 2 / 2`.
    const HALF_LN_2_LOW: f32 = -1.060_972_2e-4;

    /// `tanh x`, by the theorem of addition: `|x| = n ln 2 / 2 + s`, and
    ///
    /// ```text
    /// tanh |x| = (1 - 2^-n + (1 + 2^-n) T) / (1 + 2^-n + (1 - 2^-n) T)       T = tanh s
    /// ```
    #[inline(always)]
    pub(crate) fn tanh(x: f32) -> f32 {
        // From 9.02 on, the result rounds to 1.
        let distance = if x.abs() > 15.0 { 15.0 } else { x.abs() };
        let shifted = distance * (2.0 * LOG2_E) + ROUNDER;
        let n = shifted - ROUNDER;
        let s = (distance - n * HALF_LN_2_HIGH) - n * HALF_LN_2_LOW;
        // The Taylor series, `|s| <= ln 2 / 4`; the next term is below 2^-25 of the first.
        let s2 = s * s;
        let t = s + s * s2 * (-1.0 / 3.0 + s2 * (2.0 / 15.0 - s2 * (17.0 / 315.0)));
        let power = f32::from_bits(1.0_f32.to_bits().wrapping_sub(shifted.to_bits() << 23));
        let (difference, sum) = (1.0 - power, 1.0 + power);
        ((difference + sum * t) / (sum + difference * t)).copysign(x)
    }

    /// `1 / cosh^2 x`.
    #[inline(always)]
    pub(crate) fn sech_squared(x: f32) -> f32 {
        super::sech_squared(x.into()) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::{exp, exp_m1, single, tanh};

    /// The largest error of a function in single precision, in units in the last place, over every 256th
    /// number.
    fn worst_error(have: fn(f32) -> f32, want: fn(f64) -> f64) -> f64 {
        let mut worst = 0.0_f64;
        for bits in (0..=f32::INFINITY.to_bits()).step_by(256) {
            for x in [f32::from_bits(bits), -f32::from_bits(bits)] {
                let (have, want) = (have(x), want(x.into()));
                let rounded = want as f32;
                assert_eq!(have.is_sign_negative(), rounded.is_sign_negative(), "{x}");
                let unit = f32::from_bits(rounded.abs().to_bits() + 1) - rounded.abs();
                let error = if have == rounded { 0.0 } else { (f64::from(have) - want).abs() };
                worst = worst.max(error / f64::from(unit));
            }
        }
        worst
    }

    #[test]
    fn the_exponential_in_single_precision_is_within_one_unit_in_the_last_place() {
        let worst = worst_error(single::exp, f64::exp);
        assert!(worst < 1.0, "{worst} units");
        assert_eq!(single::exp(f32::NEG_INFINITY), 0.0);
        assert_eq!(single::exp(f32::INFINITY), f32::INFINITY);
        assert_eq!(single::exp(-0.0), 1.0);
        assert!(single::exp(f32::NAN).is_nan());
    }

    #[test]
    fn the_hyperbolic_tangent_in_single_precision_is_within_three_units_in_the_last_place() {
        let worst = worst_error(single::tanh, f64::tanh);
        assert!(worst < 3.0, "{worst} units");
        assert_eq!(single::tanh(-0.0).to_bits(), (-0.0_f32).to_bits());
        assert!(single::tanh(f32::NAN).is_nan());
    }

    /// The distance in units in the last place of `want`.
    fn ulps(have: f64, want: f64) -> f64 {
        (have - want).abs() / (f64::from_bits(want.abs().to_bits() + 1) - want.abs())
    }

    #[test]
    fn they_agree_with_the_system_library() {
        for i in -200_000..=200_000 {
            let x = f64::from(i) * 0.0037;
            // The error of the library itself may be 1 unit.
            for x in [x, x * 1e-3, x * 1e-9] {
                if x.abs() < 708.0 {
                    assert!(ulps(exp(x), x.exp()) <= 1.0, "exp {x}: {}, expected {}", exp(x), x.exp());
                }
                let (have, want) = (exp_m1(x), x.exp_m1());
                assert!(have == want || ulps(have, want) <= 2.0, "exp_m1 {x}: {have}, expected {want}");
                assert!(ulps(tanh(x), x.tanh()) <= 4.0, "tanh {x}: {}, expected {}", tanh(x), x.tanh());
            }
        }
    }

    #[test]
    fn the_edges_are_those_of_the_system_library() {
        let edges = [0.0, f64::INFINITY, 1e300, 709.782_712_893_383, 709.79, 745.0, 745.14, 720.5, 1e-310];
        for x in edges.into_iter().flat_map(|x| [x, -x]) {
            assert!(exp(x) == x.exp() || ulps(exp(x), x.exp()) <= 1.0, "{x}: {}", exp(x));
            assert_eq!((tanh(x), tanh(x).is_sign_negative()), (x.tanh(), x.is_sign_negative()), "{x}");
        }
        for x in [0.0, -0.0, 1e-310, -1e-310, f64::INFINITY, -f64::INFINITY, -49.0, -51.0, 709.79] {
            assert_eq!(exp_m1(x).to_bits(), x.exp_m1().to_bits(), "{x}");
        }
        // Subnormal results round once.
        assert_eq!(exp(-740.25), (-740.25_f64).exp());
        assert!(exp(f64::NAN).is_nan() && exp_m1(f64::NAN).is_nan() && tanh(f64::NAN).is_nan());
    }
}
