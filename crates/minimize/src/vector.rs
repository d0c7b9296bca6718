//! The few operations on vectors that every method needs.

/// `x'y`.
pub(super) fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

/// `y <- y + a x`.
pub(super) fn add_scaled(y: &mut [f64], a: f64, x: &[f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

/// `x <- a x`.
pub(super) fn scale(x: &mut [f64], a: f64) {
    for x in x {
        *x *= a;
    }
}

/// The 2-norm, `sqrt(x'x)`; the entries are scaled by the largest one, so that no square overflows or
/// vanishes.
pub(super) fn norm(x: &[f64]) -> f64 {
    let largest = max_norm(x);
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    largest * x.iter().map(|x| (x / largest) * (x / largest)).sum::<f64>().sqrt()
}

/// The infinity norm, `max |x_i|`: 0 for an empty vector, NaN if an entry is NaN.
pub(super) fn max_norm(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |most, x| if x.is_nan() || x.abs() > most { x.abs() } else { most })
}

/// `max |x_i - y_i|`.
pub(super) fn distance(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).fold(0.0, |most, (x, y)| f64::max(most, (x - y).abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norms_survive_entries_whose_squares_do_not() {
        for scale in [2_f64.powi(700), 2_f64.powi(-700)] {
            assert_eq!(norm(&[3.0 * scale, -4.0 * scale]), 5.0 * scale);
        }
        assert_eq!((norm(&[]), max_norm(&[])), (0.0, 0.0));
    }

    #[test]
    fn a_nan_entry_makes_both_norms_nan_wherever_it_stands() {
        for x in [[f64::NAN, 1.0], [1.0, f64::NAN]] {
            assert!(norm(&x).is_nan() && max_norm(&x).is_nan(), "{x:?}");
        }
        assert_eq!(max_norm(&[1.0, f64::NEG_INFINITY]), f64::INFINITY);
    }
}
