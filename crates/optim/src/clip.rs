//! Gradient clipping, by norm and by value.

use wengert_kernels::partition::{PART, is_shared, middle};
use wengert_kernels::validate::assert_positive;
use wengert_kernels::vectorised_wide;

use crate::float::{Float, compiled_here, rounded};

/// Scales the gradient down to the Euclidean norm `most` if its norm is larger. Returns the norm that it
/// had. The direction is kept even if the factor is too small for a floating-point number.
///
/// A gradient whose norm is infinite or NaN is not changed: look at the returned norm.
///
/// Source: Pascanu, Mikolov and Bengio 2013, algorithm 1. PyTorch's `clip_grad_norm_` divides by
/// `norm + 1e-6`, and therefore stays a little below `most`.
///
/// # Panics
/// If `most` is not positive and finite.
#[track_caller]
pub fn clip_norm<F: Float>(gradient: &mut [F], most: f64) -> f64 {
    assert_positive("clip_norm: largest norm", most);
    let norm = gradient_norm(gradient);
    if norm > most && norm.is_finite() {
        let factor = most / norm;
        if rounded::<F>(factor).is_normal() {
            compiled_here!(F: scale(gradient: &mut [F], factor: f64))(gradient, factor);
        } else {
            // The factor of (3e38, 0) to 1e-8 is 0 in single precision.
            compiled_here!(F: scale_far(gradient: &mut [F], norm: f64, most: f64))(gradient, norm, most);
        }
    }
    norm
}

/// Clamps each number of the gradient to `[-most, most]`, like PyTorch's `clip_grad_value_`. NaN stays NaN.
///
/// # Panics
/// If `most` is not positive and finite.
#[track_caller]
pub fn clip_value<F: Float>(gradient: &mut [F], most: f64) {
    assert_positive("clip_value: largest value", most);
    compiled_here!(F: clamp(gradient: &mut [F], most: f64))(gradient, most);
}

/// The Euclidean norm of a flat gradient.
///
/// It is summed in double precision over a tree that depends on the length alone, so the bits are the same
/// for every number of threads. If squares overflow or underflow, the numbers are scaled first.
#[must_use]
pub fn gradient_norm<F: Float>(gradient: &[F]) -> f64 {
    compiled_here!(F: norm(gradient: &[F]) -> f64)(gradient)
}

fn scale<F: Float>(gradient: &mut [F], factor: f64) {
    let factor = rounded::<F>(factor);
    for_each(gradient, &|g| factor * g);
}

/// Scales by `most / norm`, which underflows: to norm 1, then to norm `most`, in double precision.
fn scale_far<F: Float>(gradient: &mut [F], norm: f64, most: f64) {
    for_each(gradient, &|g| rounded::<F>(g.widened() / norm * most));
}

fn clamp<F: Float>(gradient: &mut [F], most: f64) {
    let most = rounded::<F>(most);
    for_each(gradient, &|g| {
        let below = if g > most { most } else { g };
        if below < -most { -most } else { below }
    });
}

fn norm<F: Float>(gradient: &[F]) -> f64 {
    let squares = sum(gradient, &|g| g * g);
    if squares.is_normal() {
        return squares.sqrt();
    }
    // A square may have overflowed or underflowed, such as that of 1e-200.
    let largest = gradient.iter().fold(0.0, |most, &g| {
        let size = g.widened().abs();
        if size > most || size.is_nan() { size } else { most }
    });
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    largest * sum(gradient, &|g| (g / largest) * (g / largest)).sqrt()
}

/// The number of sums that are computed side by side in vector registers.
const LANES: usize = 8;

fn sum<F: Float>(numbers: &[F], term: &(impl Fn(f64) -> f64 + Sync)) -> f64 {
    if numbers.len() > PART {
        let (front, rest) = numbers.split_at(middle(numbers.len()));
        let (front, rest) = if is_shared(numbers.len()) {
            rayon::join(|| sum(front, term), || sum(rest, term))
        } else {
            (sum(front, term), sum(rest, term))
        };
        return front + rest;
    }
    vectorised_wide(
        #[inline(always)]
        || {
            let (blocks, rest) = numbers.as_chunks::<LANES>();
            let mut sums = [0.0; LANES];
            for block in blocks {
                for (sum, &number) in sums.iter_mut().zip(block) {
                    *sum += term(number.widened());
                }
            }
            let rest: f64 = rest.iter().map(|&number| term(number.widened())).sum();
            sums.iter().sum::<f64>() + rest
        },
    )
}

fn for_each<F: Float>(numbers: &mut [F], map: &(impl Fn(F) -> F + Sync)) {
    if is_shared(numbers.len()) {
        let cut = middle(numbers.len());
        let (front, rest) = numbers.split_at_mut(cut);
        rayon::join(|| for_each(front, map), || for_each(rest, map));
    } else {
        vectorised_wide(
            #[inline(always)]
            || numbers.iter_mut().for_each(|number| *number = map(*number)),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_gradient_is_scaled_to_the_norm_and_keeps_its_direction() {
        let mut gradient = [3.0_f64, 4.0];
        assert_eq!(clip_norm(&mut gradient, 1.0), 5.0);
        // Two roundings, of the factor 0.2 and of the product.
        assert!((gradient[0] - 0.6).abs() <= 2e-16 && (gradient[1] - 0.8).abs() <= 2e-16, "{gradient:?}");
    }

    #[test]
    fn a_short_gradient_is_not_changed() {
        let mut gradient = [3.0_f32, 4.0];
        assert_eq!((clip_norm(&mut gradient, 5.0), gradient), (5.0, [3.0, 4.0]));
    }

    #[test]
    fn a_gradient_is_scaled_to_a_norm_that_is_smaller_by_more_than_the_range_of_a_float() {
        let mut gradient = [3e38_f32, 0.0, -1e38];
        clip_norm(&mut gradient, 1e-8);
        let near = |g: f64, exact: f64, rounding: f64| (g / exact - 1.0).abs() < rounding;
        let share = 1e-8 / 10.0_f64.sqrt();
        assert!(near(gradient[0].into(), 3.0 * share, 1e-6), "{gradient:?}");
        assert!(near(gradient[2].into(), -share, 1e-6) && gradient[1] == 0.0, "{gradient:?}");
        let mut gradient = [3e300_f64, 4e300];
        clip_norm(&mut gradient, 1e-100);
        assert!(near(gradient[0], 6e-101, 1e-15) && near(gradient[1], 8e-101, 1e-15), "{gradient:?}");
        // The factor is a subnormal number, with fewer digits.
        let mut gradient = [1e38_f32];
        clip_norm(&mut gradient, 1e-3);
        assert!(near(gradient[0].into(), 1e-3, 1e-7), "{gradient:?}");
    }

    #[test]
    fn the_norm_is_accurate_where_squares_overflow_or_underflow() {
        let is_near = |norm: f64, exact: f64| (norm / exact - 1.0).abs() < 1e-15;
        assert!(is_near(gradient_norm(&[3e200_f64, 4e200]), 5e200));
        assert!(is_near(gradient_norm(&[3e-200_f64, 4e-200]), 5e-200));
        assert!(is_near(gradient_norm(&[-3e38_f32, 0.0]), f64::from(3e38_f32)));
        assert_eq!((gradient_norm::<f64>(&[]), gradient_norm(&[0.0_f32; 3])), (0.0, 0.0));
    }

    #[test]
    fn a_gradient_whose_norm_is_not_finite_is_not_changed() {
        let mut gradient = [1.0_f64, f64::INFINITY, 3.0];
        assert_eq!(clip_norm(&mut gradient, 1.0), f64::INFINITY);
        assert_eq!(gradient, [1.0, f64::INFINITY, 3.0]);
        let mut gradient = [f64::NAN, 3.0];
        assert!(clip_norm(&mut gradient, 1.0).is_nan() && gradient[1] == 3.0);
    }

    #[test]
    fn values_are_clamped_and_nan_stays() {
        let mut gradient = [-3.0_f32, -1.0, 0.5, 2.0, f32::INFINITY, f32::NAN];
        clip_value(&mut gradient, 1.0);
        assert_eq!(gradient[..5], [-1.0, -1.0, 0.5, 1.0, 1.0]);
        assert!(gradient[5].is_nan());
    }
}
