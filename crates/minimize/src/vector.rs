//! Operations on vectors, summed in order.

/// `x'y`.
pub(crate) fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

/// `y <- y + a x`.
pub(crate) fn add_scaled(y: &mut [f64], a: f64, x: &[f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

/// `x <- a x`.
pub(crate) fn scale(x: &mut [f64], a: f64) {
    for x in x {
        *x *= a;
    }
}

/// `y <- -x`.
pub(crate) fn negate(y: &mut [f64], x: &[f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = -x;
    }
}

/// `max |x_i - y_i|`; NaN if a difference is.
pub(crate) fn distance(x: &[f64], y: &[f64]) -> f64 {
    let sizes = x.iter().zip(y).map(|(x, y)| (x - y).abs());
    sizes.fold(0.0, |most, size| if size.is_nan() || size > most { size } else { most })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nan_at_any_position_makes_the_distance_nan() {
        assert_eq!(distance(&[1.0, 5.0, 2.0], &[1.0, 2.0, 4.0]), 3.0);
        for x in [[f64::NAN, 1.0, 2.0], [1.0, f64::NAN, 2.0], [1.0, 2.0, f64::NAN]] {
            assert!(distance(&x, &[0.0; 3]).is_nan(), "{x:?}");
        }
    }
}
