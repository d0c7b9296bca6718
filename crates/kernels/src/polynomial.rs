//! Polynomials in straight-line code.

/// `sum_k c_k x^k`, four coefficients at a time: within four, the operations do not wait for each other.
#[inline(always)]
pub(crate) fn polynomial<const N: usize>(x: f64, coefficients: &[[f64; 4]; N]) -> f64 {
    let square = x * x;
    let of_four = |c: &[f64; 4]| (c[0] + c[1] * x) + (c[2] + c[3] * x) * square;
    let mut sum = of_four(&coefficients[N - 1]);
    for c in coefficients[..N - 1].iter().rev() {
        sum = of_four(c) + sum * (square * square);
    }
    sum
}
