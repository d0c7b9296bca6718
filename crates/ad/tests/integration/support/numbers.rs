//! Tolerances, comparisons, difference quotients and reproducible random numbers.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use wengert_ad::Number;
use wengert_ad::rules::Interval;

/// Tolerance for the same derivative computed in another order: a hundred terms of size ten leave a few
/// thousand `eps`.
pub(crate) const ROUNDING: f64 = 1e-12;

/// Tolerance for a derivative against [`difference`]. With `h = eps^(1/3)` both the truncation error
/// `h^2 f''' / 6` and the rounding error `eps f / h` are about 1e-11 of `f'''` and `f`; on the domains of
/// the rules `f'''` is below `100 max(1, f')`.
pub(crate) const DIFFERENCE: f64 = 1e-8;

/// Tolerance for `f32` against `f64`: a rule rounds about ten times, its constants included, by half an
/// `eps` each.
pub(crate) const SINGLE: f64 = 16.0 * f32::EPSILON as f64;

/// Panics unless `|a - b| <= tolerance max(1, |a|, |b|)`, or both are the same infinity, or both are NaN.
#[track_caller]
pub(crate) fn assert_close(what: impl std::fmt::Debug, a: f64, b: f64, tolerance: f64) {
    if !is_close(a, b, tolerance) {
        panic!("{what:?}: {a:e} against {b:e}, off by {:e}", a - b);
    }
}

fn is_close(a: f64, b: f64, tolerance: f64) -> bool {
    let scale = a.abs().max(b.abs()).max(1.0);
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance * scale
}

/// The central difference of `f` with respect to input `i` at `x`, whose components are of order one.
pub(crate) fn difference(f: impl Fn(&[f64]) -> f64, x: &[f64], i: usize) -> f64 {
    let h = f64::EPSILON.cbrt();
    let at = |xi: f64| {
        let mut moved = x.to_vec();
        moved[i] = xi;
        f(&moved)
    };
    let (low, high) = (x[i] - h, x[i] + h);
    (at(high) - at(low)) / (high - low)
}

/// The unit vector of length `n` along axis `i`.
pub(crate) fn unit(n: usize, i: usize) -> Vec<f64> {
    (0..n).map(|j| if i == j { 1.0 } else { 0.0 }).collect()
}

/// A smooth function of three numbers, with curvature in each and between any two.
pub(crate) fn smooth<T: Number>(v: &[T]) -> T {
    use wengert_ad::{Arithmetic, Elementary};
    (v[0] * v[1]).sin() + (v[1] * v[2]).exp() / (v[0].square() + 1.5) + (v[2] + 2.0).pow(v[0] + 1.0)
}

/// A generator with a fixed seed, so that every run draws the same numbers.
pub(crate) fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// A random number from the interval that is exact in `f32` too.
pub(crate) fn draw(rng: &mut StdRng, (low, high): Interval) -> f64 {
    f64::from(rng.random_range(low..high) as f32)
}
