//! Norms of vectors that neither overflow nor underflow on the way.

/// The 2-norm, `sqrt(x'x)`: 0 for an empty vector, NaN if an entry is NaN.
///
/// The entries are divided by the largest one before they are squared, so that no square overflows or
/// vanishes.
#[must_use]
pub fn norm(x: &[f64]) -> f64 {
    let largest = max_norm(x);
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    largest * x.iter().map(|x| (x / largest) * (x / largest)).sum::<f64>().sqrt()
}

/// The infinity norm, `max |x_i|`: 0 for an empty vector, NaN if an entry is NaN.
#[must_use]
pub fn max_norm(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |most, x| if x.is_nan() || x.abs() > most { x.abs() } else { most })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norms_are_finite_for_entries_whose_squares_overflow_or_vanish() {
        for scale in [2_f64.powi(700), 2_f64.powi(-700)] {
            assert_eq!(norm(&[3.0 * scale, -4.0 * scale]), 5.0 * scale);
        }
        assert_eq!((norm(&[]), max_norm(&[])), (0.0, 0.0));
    }

    #[test]
    fn a_nan_at_any_position_makes_both_norms_nan() {
        for x in [[f64::NAN, 1.0], [1.0, f64::NAN]] {
            assert!(norm(&x).is_nan() && max_norm(&x).is_nan(), "{x:?}");
        }
        assert_eq!(max_norm(&[1.0, f64::NEG_INFINITY]), f64::INFINITY);
    }
}
