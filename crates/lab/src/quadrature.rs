//! Gauss-Legendre quadrature on an interval.

use std::f64::consts::PI;
use std::ops::Range;
use wengert_kernels::validate::assert_at_least_one;

/// The nodes and weights of Gauss-Legendre quadrature with `count` nodes on an interval, in ascending order:
/// `sum_i w_i f(x_i)` is the integral of `f`, exactly for polynomials of degree below `2 count`.
///
/// The nodes are the zeros of a Legendre polynomial, which are found by Newton's method from the recurrence
/// (Press et al. 2007, section 4.6).
///
/// ```
/// use wengert_lab::gauss_legendre;
///
/// let (nodes, weights) = gauss_legendre(0.0..2.0, 3);
/// let integral: f64 = nodes.iter().zip(&weights).map(|(x, w)| w * x.powi(5)).sum();
/// assert!((integral - 64.0 / 6.0).abs() < 1e-13);
/// ```
///
/// # Panics
/// If `count` is 0.
#[must_use]
#[track_caller]
pub fn gauss_legendre(interval: Range<f64>, count: usize) -> (Vec<f64>, Vec<f64>) {
    assert_at_least_one("gauss_legendre: the number of nodes", count as u64);
    let (middle, half) = (0.5 * (interval.start + interval.end), 0.5 * (interval.end - interval.start));
    let node = |i: usize| {
        let mut z = -(PI * (i as f64 + 0.75) / (count as f64 + 0.5)).cos();
        for _ in 0..10 {
            let (value, slope) = legendre(count, z);
            z -= value / slope;
        }
        let (_, slope) = legendre(count, z);
        (middle + half * z, 2.0 * half / ((1.0 - z * z) * slope * slope))
    };
    (0..count).map(node).unzip()
}

/// The Legendre polynomial of this degree, at least 1, and its slope.
fn legendre(degree: usize, z: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, z);
    for k in 2..=degree {
        let k = k as f64;
        (before, value) = (value, ((2.0 * k - 1.0) * z * value - (k - 1.0) * before) / k);
    }
    (value, degree as f64 * (z * value - before) / (z * z - 1.0))
}
