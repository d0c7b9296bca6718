//! `ln x` and `ln(1 + x)` as straight-line code, in double precision.
//!
//! Like the functions of [`exponential`](crate::exponential), they have no branches, so that the compiler
//! vectorises the loops around them. The errors are in the table of the chapter on accuracy in the book.

use crate::exponential::{LN_2_HIGH, LN_2_LOW};
use crate::polynomial::polynomial;
use std::f64::consts::FRAC_1_SQRT_2;

/// `2^54`, which makes each subnormal number a normal one.
const LARGE: f64 = 18_014_398_509_481_984.0;
/// `2^52`, whose last bits hold a non-negative integer that is added to it.
const HOLDER: f64 = 4_503_599_627_370_496.0;
const MANTISSA: u64 = (1 << 52) - 1;

/// `ln x`.
#[inline(always)]
pub(crate) fn ln(x: f64) -> f64 {
    let is_tiny = x < f64::MIN_POSITIVE;
    let normal = if is_tiny { x * LARGE } else { x };
    let y = of_normal(normal, if is_tiny { -54.0 } else { 0.0 }, 0.0);
    at_edges(x, y)
}

/// `ln(1 + x)`.
#[inline(always)]
pub(crate) fn ln_1p(x: f64) -> f64 {
    let sum = 1.0 + x;
    // The rounding error of the sum, exactly, whichever term is the larger one (Knuth 1969).
    let rounded = sum - 1.0;
    let error = (1.0 - (sum - rounded)) + (x - rounded);
    let y = at_edges(sum, of_normal(sum, 0.0, error));
    // Where the sum is 1, the result is `x`, with the sign of 0.
    if sum == 1.0 { x } else { y }
}

/// `ln(x + error) + exponent ln 2` for a positive, finite and normal `x` and an error of its rounding.
#[cfg_attr(not(target_family = "wasm"), inline(always))]
#[cfg_attr(target_family = "wasm", inline(never))]
fn of_normal(x: f64, exponent: f64, error: f64) -> f64 {
    // `x = 2^n m` with `m` from `sqrt(1/2)` to `sqrt 2`; `n` is the exponent of `sqrt 2 x`, and that of this
    // sum.
    let from_root = x.to_bits().wrapping_add(1.0_f64.to_bits() - FRAC_1_SQRT_2.to_bits());
    let n = f64::from_bits((from_root >> 52) | HOLDER.to_bits()) - (HOLDER + 1023.0);
    let m = f64::from_bits((from_root & MANTISSA) + FRAC_1_SQRT_2.to_bits());
    let f = m - 1.0;
    // `ln m = 2 artanh s = f - s (f - r)` with the Taylor series `r = 2 (s^2 / 3 + s^4 / 5 + ...)`. The
    // leading term is exact; the term of degree 24 is below 2^-61.
    let s = f / (2.0 + f);
    let z = s * s;
    let r = z * polynomial(z, &COEFFICIENTS);
    let n = n + exponent;
    n * LN_2_HIGH + (f - (s * (f - r) - (n * LN_2_LOW + error / x)))
}

/// `2 / (2 k + 3)`, `k` from 0 to 11.
const COEFFICIENTS: [[f64; 4]; 3] = {
    let (mut coefficients, mut k) = ([[0.0; 4]; 3], 0);
    while k < 12 {
        coefficients[k / 4][k % 4] = 2.0 / (2 * k + 3) as f64;
        k += 1;
    }
    coefficients
};

/// The logarithm `y` of `x`, or what it is at the edges.
#[inline(always)]
fn at_edges(x: f64, y: f64) -> f64 {
    let y = if x == f64::INFINITY { x } else { y };
    let y = if x == 0.0 { f64::NEG_INFINITY } else { y };
    if x >= 0.0 { y } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use super::{ln, ln_1p};

    /// The distance from the system library, whose error may be 1 unit, in units in the last place.
    fn distance(have: f64, want: f64) -> f64 {
        (have - want).abs() / (f64::from_bits(want.abs().to_bits() + 1) - want.abs())
    }

    #[test]
    fn they_agree_with_the_system_library() {
        let mut x = f64::from_bits(1);
        while x < 1e308 {
            assert!(distance(ln(x), x.ln()) <= 2.0, "ln {x}: {}, expected {}", ln(x), x.ln());
            for x in [x, -x.min(1.0 / x) * 0.999] {
                let (have, want) = (ln_1p(x), x.ln_1p());
                assert!(have == want || distance(have, want) <= 2.0, "ln_1p {x}: {have}, expected {want}");
            }
            x = (x * 1.0371).max(x + f64::from_bits(1));
        }
        for i in 1..100_000 {
            let x = f64::from(i) * 3e-5;
            assert!(
                ln(x) == x.ln() || distance(ln(x), x.ln()) <= 2.0,
                "ln {x}: {}, expected {}",
                ln(x),
                x.ln()
            );
            let (have, want) = (ln_1p(x - 1.0), (x - 1.0).ln_1p());
            assert!(
                have == want || distance(have, want) <= 2.0,
                "ln_1p {}: {have}, expected {want}",
                x - 1.0
            );
        }
    }

    #[test]
    fn the_edges_are_those_of_the_system_library() {
        for x in [0.0, -0.0, 1.0, f64::INFINITY, f64::MAX, 1e-310] {
            assert_eq!(ln(x), x.ln(), "{x}");
        }
        for x in [0.0, -0.0, -1.0, f64::INFINITY, 1e-310, -1e-310, 1e-20] {
            assert_eq!(ln_1p(x).to_bits(), x.ln_1p().to_bits(), "{x}");
        }
        assert!(ln(-1e-320).is_nan() && ln(f64::NAN).is_nan() && ln(f64::NEG_INFINITY).is_nan());
        assert!(ln_1p(-1.5).is_nan() && ln_1p(f64::NAN).is_nan() && ln_1p(f64::NEG_INFINITY).is_nan());
    }
}
