//! Gradients made shorter.

use crate::Float;
use crate::float::{rounded, widened};
use wengert_kernels::partition::{PART, is_shared, middle};
use wengert_kernels::validate::assert_positive;
use wengert_kernels::vectorised_wide;

/// Shortens the gradient to the Euclidean norm `most` if it is longer, keeping its direction; gives the norm it had.
///
/// Source: Pascanu, Mikolov and Bengio 2013, algorithm 1. A gradient whose norm is infinite or NaN stays as it is:
/// look at what is returned. PyTorch's `clip_grad_norm_` divides by `norm + 1e-6`, and so stays a little shorter
/// than `most`.
///
/// # Panics
/// If `most` is not positive and finite.
#[track_caller]
pub fn clip_norm<F: Float>(gradient: &mut [F], most: f64) -> f64 {
    assert_positive("clip_norm: largest norm", most);
    let norm = gradient_norm(gradient);
    if norm > most && norm.is_finite() {
        let factor = rounded::<F>(most / norm);
        for_each(gradient, &|g| factor * g);
    }
    norm
}

/// Moves each number of the gradient into `[-most, most]`; PyTorch's `clip_grad_value_`. NaN stays NaN.
///
/// # Panics
/// If `most` is not positive and finite.
#[track_caller]
pub fn clip_value<F: Float>(gradient: &mut [F], most: f64) {
    assert_positive("clip_value: largest value", most);
    let most = rounded::<F>(most);
    for_each(gradient, &|g| {
        let below = if g > most { most } else { g };
        if below < -most { -most } else { below }
    });
}

/// The Euclidean norm of a flat gradient.
///
/// Summed in double precision over a tree that depends on the length alone, so the bits are the same for every
/// number of threads. Numbers whose squares overflow are scaled first.
#[must_use]
pub fn gradient_norm<F: Float>(gradient: &[F]) -> f64 {
    let squares = sum(gradient, &|g| g * g);
    if squares.is_normal() {
        return squares.sqrt();
    }
    // A square may have over- or underflowed: 1e-200 in double precision.
    let largest = gradient.iter().fold(0.0, |most, &g| {
        let size = widened(g).abs();
        if size > most || size.is_nan() { size } else { most }
    });
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    largest * sum(gradient, &|g| (g / largest) * (g / largest)).sqrt()
}

/// Sums that run side by side, for the vector units.
const LANES: usize = 8;

fn sum<F: Float>(numbers: &[F], term: &(impl Fn(f64) -> f64 + Sync)) -> f64 {
    if numbers.len() > PART {
        let (front, behind) = numbers.split_at(middle(numbers.len()));
        let (front, behind) = if is_shared(numbers.len()) {
            rayon::join(|| sum(front, term), || sum(behind, term))
        } else {
            (sum(front, term), sum(behind, term))
        };
        return front + behind;
    }
    vectorised_wide(
        #[inline(always)]
        || {
            let (blocks, rest) = numbers.as_chunks::<LANES>();
            let mut sums = [0.0; LANES];
            for block in blocks {
                for (sum, &number) in sums.iter_mut().zip(block) {
                    *sum += term(widened(number));
                }
            }
            let rest: f64 = rest.iter().map(|&number| term(widened(number))).sum();
            sums.iter().sum::<f64>() + rest
        },
    )
}

fn for_each<F: Float>(numbers: &mut [F], map: &(impl Fn(F) -> F + Sync)) {
    if is_shared(numbers.len()) {
        let cut = middle(numbers.len());
        let (front, behind) = numbers.split_at_mut(cut);
        rayon::join(|| for_each(front, map), || for_each(behind, map));
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
    fn a_long_gradient_is_shortened_to_the_norm_exactly_and_keeps_its_direction() {
        let mut gradient = [3.0_f64, 4.0];
        assert_eq!(clip_norm(&mut gradient, 1.0), 5.0);
        // Two roundings, of the factor 0.2 and of the product.
        assert!((gradient[0] - 0.6).abs() <= 2e-16 && (gradient[1] - 0.8).abs() <= 2e-16, "{gradient:?}");
    }

    #[test]
    fn a_short_gradient_stays_as_it_is() {
        let mut gradient = [3.0_f32, 4.0];
        assert_eq!((clip_norm(&mut gradient, 5.0), gradient), (5.0, [3.0, 4.0]));
    }

    #[test]
    fn squares_that_overflow_or_vanish_do_not_spoil_the_norm() {
        let is_near = |norm: f64, exact: f64| (norm / exact - 1.0).abs() < 1e-15;
        assert!(is_near(gradient_norm(&[3e200_f64, 4e200]), 5e200));
        assert!(is_near(gradient_norm(&[3e-200_f64, 4e-200]), 5e-200));
        assert!(is_near(gradient_norm(&[-3e38_f32, 0.0]), f64::from(3e38_f32)));
        assert_eq!((gradient_norm::<f64>(&[]), gradient_norm(&[0.0_f32; 3])), (0.0, 0.0));
    }

    #[test]
    fn a_gradient_without_a_norm_stays_as_it_is() {
        let mut gradient = [1.0_f64, f64::INFINITY, 3.0];
        assert_eq!(clip_norm(&mut gradient, 1.0), f64::INFINITY);
        assert_eq!(gradient, [1.0, f64::INFINITY, 3.0]);
        let mut gradient = [f64::NAN, 3.0];
        assert!(clip_norm(&mut gradient, 1.0).is_nan() && gradient[1] == 3.0);
    }

    #[test]
    fn values_are_moved_into_the_interval_and_nan_stays() {
        let mut gradient = [-3.0_f32, -1.0, 0.5, 2.0, f32::INFINITY, f32::NAN];
        clip_value(&mut gradient, 1.0);
        assert_eq!(gradient[..5], [-1.0, -1.0, 0.5, 1.0, 1.0]);
        assert!(gradient[5].is_nan());
    }
}
