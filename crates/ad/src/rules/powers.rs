//! Powers whose exponent is less by one, without the rounding error of that difference.

/// `x^(p-1)`. The rounding error of `p - 1` would be multiplied by `ln x`, up to 745: it is applied with
/// the derivative with respect to the exponent.
pub(super) fn power_one_less(x: f64, p: f64) -> f64 {
    let less = p - 1.0;
    let (y, error) = (x.powf(less), p - (less + 1.0));
    let inside = x > 0.0 && x.is_finite() && less.is_finite();
    if error != 0.0 && inside { y * (1.0 + error * x.ln()) } else { y }
}
