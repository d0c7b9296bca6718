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

/// `max |x_i - y_i|`.
pub(crate) fn distance(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).fold(0.0, |most, (x, y)| f64::max(most, (x - y).abs()))
}
