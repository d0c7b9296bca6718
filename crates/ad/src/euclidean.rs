//! The Euclidean norm of numbers of any mode.

use crate::number::Scalar;
use crate::rules::{Elementary, one, zero};
use wengert_kernels::sum_in_blocks;

/// `sqrt(sum_i x_i^2)`, with the derivative at 0 that [`Scalar::norm_at_zero`] describes.
pub(crate) fn norm<T: Scalar>(x: impl Iterator<Item = T> + Clone) -> T {
    let squares = sum_in_blocks(x.clone().map(|x| x.square()));
    let norm = root(squares, x.clone());
    if norm.is_zero() { T::norm_at_zero(x) } else { norm }
}

/// The root of the sum of squares, computed from scaled elements if that sum is too large or too small.
pub(crate) fn root<T: Scalar>(squares: T, x: impl Iterator<Item = T> + Clone) -> T {
    // 1e200^2 and 1e-200^2 are outside of the range of f64, 1e20^2 and 1e-30^2 outside of that of f32.
    let safe = |s: f64, _| s > 1e-30 && s < 1e30;
    if squares.select(zero(), safe, zero(), one::<T>()).is_zero() {
        return squares.sqrt();
    }
    let larger = |a: T, b: T| a.select(b, |a, b| a >= b || a.is_nan(), a, b);
    let scale = x.clone().fold(zero(), |scale, x| larger(scale, x.abs()));
    let scaled = sum_in_blocks(x.map(|x| (x / scale).square()));
    // If the largest element is zero, infinite or NaN, it is the norm, and cannot scale the others.
    scale.select(zero(), |scale, zero| scale > zero && scale < f64::INFINITY, scale * scaled.sqrt(), scale)
}
