//! Sums over contiguous elements, in an order that fills the vector registers.
//!
//! A sum with one accumulator cannot be vectorised, because the compiler must not reorder it. Eight
//! partial sums can be vectorised, and since their order is fixed, the result has the same bits on every
//! machine and for any number of threads.

use crate::numeric::{Numeric, zero};

/// The number of partial sums: two AVX2 registers of `f64`, one of `f32`.
pub(super) const WIDTH: usize = 8;

/// `sum_i x_i`, in the order of [`sum_of`].
#[inline(always)]
pub fn sum<T: Numeric>(x: &[T]) -> T {
    sum_of(x, |x| x)
}

/// `sum_i f(x_i)`.
///
/// Element `i` is added to partial sum `i mod 8`. The eight partial sums are added pairwise, then the
/// elements after the last full group of eight one by one.
#[inline(always)]
pub fn sum_of<T: Numeric>(x: &[T], f: impl Fn(T) -> T) -> T {
    let (heads, tail) = x.as_chunks::<WIDTH>();
    let mut partial = [zero(); WIDTH];
    for head in heads {
        for (partial, &x) in partial.iter_mut().zip(head) {
            *partial = *partial + f(x);
        }
    }
    tail.iter().fold(pairwise(heads.is_empty(), partial), |sum, &x| sum + f(x))
}

/// `prod_i x_i`, in eight partial products: factor `i` belongs to partial product `i mod 8`.
#[inline(always)]
pub fn product<T: Numeric>(x: &[T]) -> T {
    let (heads, tail) = x.as_chunks::<WIDTH>();
    let mut partial = [T::constant(1.0); WIDTH];
    for head in heads {
        partial.iter_mut().zip(head).for_each(|(partial, &x)| *partial = *partial * x);
    }
    partial.iter().chain(tail).fold(T::constant(1.0), |product, &x| product * x)
}

/// `sum_i a_i b_i`, in the order of [`sum_of`]. If the lengths differ, the surplus elements of the longer
/// operand are ignored.
#[inline(always)]
pub fn dot<T: Numeric>(a: &[T], b: &[T]) -> T {
    let n = a.len().min(b.len());
    let ((a_heads, a_tail), (b_heads, b_tail)) = (a[..n].as_chunks::<WIDTH>(), b[..n].as_chunks::<WIDTH>());
    let mut partial = [zero(); WIDTH];
    for (a, b) in a_heads.iter().zip(b_heads) {
        for i in 0..WIDTH {
            partial[i] = partial[i] + a[i] * b[i];
        }
    }
    let heads = pairwise(a_heads.is_empty(), partial);
    a_tail.iter().zip(b_tail).fold(heads, |sum, (&a, &b)| sum + a * b)
}

/// The largest element, lane by lane. The result is NaN if an element is NaN, and minus infinity for an
/// empty slice.
#[inline(always)]
pub fn largest<T: Numeric>(x: &[T]) -> T {
    let (heads, tail) = x.as_chunks::<WIDTH>();
    let mut partial = [T::constant(f64::NEG_INFINITY); WIDTH];
    for head in heads {
        for (partial, &x) in partial.iter_mut().zip(head) {
            *partial = larger(*partial, x);
        }
    }
    partial.iter().chain(tail).fold(T::constant(f64::NEG_INFINITY), |largest, &x| larger(largest, x))
}

#[inline(always)]
pub(super) fn larger<T: Numeric>(a: T, b: T) -> T {
    a.select(b, |a, b| a >= b || a.is_nan(), a, b)
}

#[inline(always)]
fn pairwise<T: Numeric>(empty: bool, p: [T; WIDTH]) -> T {
    if empty { zero() } else { ((p[0] + p[4]) + (p[2] + p[6])) + ((p[1] + p[5]) + (p[3] + p[7])) }
}

/// `y += a x`.
#[inline(always)]
pub fn add_scaled<T: Numeric>(y: &mut [T], a: T, x: &[T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = *y + a * x;
    }
}

/// `y -= a x`.
#[inline(always)]
pub(super) fn subtract_scaled<T: Numeric>(y: &mut [T], a: T, x: &[T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = *y - a * x;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_inner_products_are_exact_where_every_order_is() {
        for n in 0..40_u32 {
            let x: Vec<f64> = (0..n).map(f64::from).collect();
            let (n, m) = (f64::from(n), f64::from(n) - 1.0);
            assert_eq!(sum(&x), n * m / 2.0);
            assert_eq!(dot(&x, &x), n * m * (2.0 * n - 1.0) / 6.0);
        }
    }

    #[test]
    fn a_product_has_each_factor_once() {
        for n in 0..40 {
            let x: Vec<f64> = (0..n).map(|i| if i % 3 == 0 { 2.0 } else { -1.0 }).collect();
            let (twos, ones) = ((n + 2) / 3, n - (n + 2) / 3);
            assert_eq!(product(&x), 2.0_f64.powi(twos) * (-1.0_f64).powi(ones));
        }
    }

    #[test]
    fn the_largest_is_found_wherever_it_stands_and_a_nan_wins() {
        for (n, at) in (1..20).flat_map(|n| (0..n).map(move |at| (n, at))) {
            let mut x: Vec<f64> = (0..n).map(|i| -f64::from(i)).collect();
            x[at as usize] = 1.0;
            assert_eq!(largest(&x), 1.0);
            x[at as usize] = f64::NAN;
            assert!(largest(&x).is_nan(), "{x:?}");
        }
        assert_eq!(largest::<f64>(&[]), f64::NEG_INFINITY);
    }
}
