//! Derivatives of products, by Leibniz.

use crate::number::Scalar;
use crate::rules::Elementary;

/// The derivative of order `k` of the product `p x`: `sum_j C(k, j) p^(j) x^(k-j)`, where `terms` yields the
/// pairs `p^(j), x^(k-j)`, `k + 1` of them. A factor that is exactly 0 makes its term 0.
#[inline(always)]
pub(super) fn leibniz_sum<T: Scalar>(terms: impl Iterator<Item = [T; 2]>, k: usize) -> T {
    let (mut sum, mut binomial) = (T::constant(0.0), 1.0);
    for (j, [p, x]) in terms.enumerate() {
        // Only a number that records its operations is worth the test.
        if !T::RECORDS || !x.is_zero() && !p.is_zero() {
            let term = p.chain(x);
            let term = if binomial == 1.0 { term } else { term.scale(binomial) };
            sum = if j == 0 { term } else { sum.accumulate(term) };
        }
        binomial = binomial * (k - j) as f64 / (j + 1) as f64;
    }
    sum
}

/// The derivative of order `k` of `p x'`, given the derivatives of `p` and of `x`:
/// `sum_j C(k, j) p^(j) x^(k+1-j)`.
#[inline(always)]
pub(super) fn leibniz<T: Scalar>(p: &[T], x: &[T], k: usize) -> T {
    leibniz_sum((0..=k).map(|j| [p[j], x[k + 1 - j]]), k)
}
