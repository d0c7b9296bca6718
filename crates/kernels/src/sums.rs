//! Sums over contiguous elements, in an order that fills the vector registers and keeps the digits.
//!
//! A sum with one accumulator cannot be vectorised, because the compiler must not reorder it. Eight
//! partial sums can be vectorised, and since their order is fixed, the result has the same bits on every
//! machine and for any number of threads. Long sums are divided into blocks of fixed length, whose sums
//! are added pairwise: the error grows with the logarithm of the length, not with the length.

use crate::numeric::{Numeric, zero};
use crate::pairwise::Pairwise;

/// The number of partial sums: two AVX2 registers of `f64`, one of `f32`.
pub(super) const WIDTH: usize = 8;

/// The number of elements per partial sum in a block.
const BLOCK: usize = 64;

/// `sum_i x_i`, in the order of [`sum_of`].
#[inline(always)]
pub fn sum<T: Numeric>(x: &[T]) -> T {
    sum_of(
        x,
        #[inline(always)]
        |x| x,
    )
}

/// `sum_i f(x_i)`.
///
/// In blocks of 512 elements, element `i` is added to partial sum `i mod 8`; the blocks are added
/// pairwise, then the eight partial sums, then the elements after the last full group of eight one by
/// one. With `n` elements, the relative error for terms of one sign is at most `(74 + log2(n / 512)) eps`
/// (Higham 2002, section 4.2).
#[inline(always)]
pub fn sum_of<T: Numeric>(x: &[T], f: impl Fn(T) -> T) -> T {
    let (heads, tail) = x.as_chunks::<WIDTH>();
    let lanes = in_blocks(
        heads.len(),
        #[inline(always)]
        |range| {
            let mut partial = [zero(); WIDTH];
            for head in &heads[range] {
                for (partial, &x) in partial.iter_mut().zip(head) {
                    *partial = *partial + f(x);
                }
            }
            partial
        },
    );
    tail.iter().fold(pairwise(heads.is_empty(), lanes), |sum, &x| sum + f(x))
}

/// `sum_i f(a_i, b_i)`, in the order of [`sum_of`]. If the lengths differ, the surplus elements of the longer
/// operand are ignored.
#[inline(always)]
pub fn sum_of_pairs<T: Numeric>(a: &[T], b: &[T], f: impl Fn(T, T) -> T) -> T {
    let n = a.len().min(b.len());
    let ((a_heads, a_tail), (b_heads, b_tail)) = (a[..n].as_chunks::<WIDTH>(), b[..n].as_chunks::<WIDTH>());
    let lanes = in_blocks(
        a_heads.len(),
        #[inline(always)]
        |range| {
            let mut partial = [zero(); WIDTH];
            for (a, b) in a_heads[range.clone()].iter().zip(&b_heads[range]) {
                for i in 0..WIDTH {
                    partial[i] = partial[i] + f(a[i], b[i]);
                }
            }
            partial
        },
    );
    let heads = pairwise(a_heads.is_empty(), lanes);
    a_tail.iter().zip(b_tail).fold(heads, |sum, (&a, &b)| sum + f(a, b))
}

/// The partial sums of `count` groups of eight, where `block` computes those of a range of groups.
#[inline(always)]
fn in_blocks<T: Numeric>(count: usize, block: impl Fn(std::ops::Range<usize>) -> [T; WIDTH]) -> [T; WIDTH] {
    if count <= BLOCK {
        return block(0..count);
    }
    let mut sums = Pairwise::new();
    for start in (0..count).step_by(BLOCK) {
        sums.add(block(start..(start + BLOCK).min(count)));
    }
    sums.total()
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
    sum_of_pairs(
        a,
        b,
        #[inline(always)]
        |a, b| a * b,
    )
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
    fn long_single_precision_sums_keep_their_digits() {
        for n in [513, 1_000_000, 1_000_003] {
            let (x, want) = (vec![0.1_f32; n], 0.1_f32 as f64 * n as f64);
            let relative = |sum: f32| (f64::from(sum) / want - 1.0).abs();
            // One accumulator would be 1 % off, eight would be 0.03 % off.
            let bound = 100.0 * f64::from(f32::EPSILON);
            assert!(relative(sum(&x)) < bound, "{n}: {}", sum(&x));
            assert!(relative(dot(&x, &vec![1.0; n])) < bound, "{n}");
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
