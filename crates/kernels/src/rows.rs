//! Loops over the rows and the columns of a row-major matrix.

use super::sums::{WIDTH, larger, largest, sum};
use crate::numeric::{Numeric, zero};
use crate::simd::vectorised;

/// Rows of fewer elements are processed column by column.
const SHORT: usize = 16;

/// Calls `pass` with the length of the rows; as a constant for the most frequent short lengths, so that
/// the compiler unrolls the loop over a row. `pass` must be marked `#[inline(always)]`.
#[inline(always)]
pub fn unrolled<Y>(length: usize, pass: impl FnOnce(usize) -> Y) -> Y {
    match length {
        1 => pass(1),
        2 => pass(2),
        3 => pass(3),
        4 => pass(4),
        10 => pass(10),
        _ => pass(length),
    }
}

/// Sets `y_i` to the sum of the `i`-th row of `x`, whose rows have `length` elements; in the order of
/// [`sum`], or one by one for short rows.
pub fn row_sums<T: Numeric>(x: &[T], length: usize, y: &mut [T]) {
    vectorised(
        #[inline(always)]
        || {
            if length < SHORT {
                return unrolled(
                    length,
                    #[inline(always)]
                    |length| fold_short_rows(x, length, y, zero(), |sum, x| sum + x),
                );
            }
            for (row, y) in x.chunks_exact(length).zip(y) {
                *y = sum(row);
            }
        },
    );
}

/// Sets `y_i` to the [`largest`] element of the `i`-th row of `x`, whose rows have `length` elements.
pub fn row_maxima<T: Numeric>(x: &[T], length: usize, y: &mut [T]) {
    vectorised(
        #[inline(always)]
        || {
            if length < SHORT {
                return unrolled(
                    length,
                    #[inline(always)]
                    |length| fold_short_rows(x, length, y, T::constant(f64::NEG_INFINITY), larger),
                );
            }
            for (row, y) in x.chunks_exact(length).zip(y) {
                *y = largest(row);
            }
        },
    );
}

/// Column by column, since a loop over a short row costs more than its operations.
#[inline(always)]
fn fold_short_rows<T: Numeric>(x: &[T], length: usize, y: &mut [T], start: T, f: impl Fn(T, T) -> T) {
    y.fill(start);
    for j in 0..length {
        for (row, y) in x.chunks_exact(length).zip(&mut *y) {
            *y = f(*y, row[j]);
        }
    }
}

/// `y_ij = x_ij - shift_i`, for rows of `length` elements.
pub fn subtract_from_rows<T: Numeric>(x: &[T], length: usize, shifts: &[T], y: &mut [T]) {
    vectorised(
        #[inline(always)]
        || {
            unrolled(
                length.max(1),
                #[inline(always)]
                |length| {
                    for ((x, y), &shift) in x.chunks_exact(length).zip(y.chunks_exact_mut(length)).zip(shifts)
                    {
                        y.iter_mut().zip(x).for_each(|(y, &x)| *y = x - shift);
                    }
                },
            );
        },
    );
}

/// Adds the rows of `x`, which have the length of `y`, to `y`. Eight columns at a time are summed in
/// registers, four rows at a time.
pub fn add_column_sums<T: Numeric>(x: &[T], y: &mut [T]) {
    vectorised(
        #[inline(always)]
        || {
            let n = y.len();
            let (heads, tail) = y.as_chunks_mut::<WIDTH>();
            let wide = heads.len() * WIDTH;
            for (j, head) in heads.iter_mut().enumerate() {
                add_columns(x, n, j * WIDTH, head);
            }
            for (j, y) in tail.iter_mut().enumerate() {
                add_columns(x, n, wide + j, std::array::from_mut(y));
            }
        },
    );
}

/// Adds `W` columns, from column `j` on, of rows of `n` elements.
#[inline(always)]
fn add_columns<T: Numeric, const W: usize>(x: &[T], n: usize, j: usize, y: &mut [T; W]) {
    let row = |x: &[T], i: usize| *x[i * n + j..].first_chunk::<W>().expect("the columns are in the row");
    let mut fours = x.chunks_exact(4 * n);
    for rows in &mut fours {
        let (a, b, c, d) = (row(rows, 0), row(rows, 1), row(rows, 2), row(rows, 3));
        for i in 0..W {
            y[i] = y[i] + ((a[i] + b[i]) + (c[i] + d[i]));
        }
    }
    for rows in fours.remainder().chunks_exact(n) {
        y.iter_mut().zip(row(rows, 0)).for_each(|(y, x)| *y = *y + x);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_columns_are_summed_whatever_their_number() {
        for (rows, columns) in (0..11).flat_map(|rows| (0..20).map(move |columns| (rows, columns))) {
            let x: Vec<f64> = (0..rows * columns).map(|i| (i * i) as f64).collect();
            let at = |i: usize, j: usize| x[i * columns + j];
            let (mut by_row, mut by_column) = (vec![f64::NAN; rows], vec![1.0; columns]);
            row_maxima(&x, columns, &mut by_row);
            let last = |i: usize| if columns == 0 { f64::NEG_INFINITY } else { at(i, columns - 1) };
            assert_eq!(by_row, (0..rows).map(last).collect::<Vec<_>>());
            row_sums(&x, columns, &mut by_row);
            let mut shifted = vec![f64::NAN; x.len()];
            subtract_from_rows(&x, columns, &by_row, &mut shifted);
            for (i, j) in (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))) {
                assert_eq!(shifted[i * columns + j], at(i, j) - by_row[i]);
            }
            add_column_sums(&x, &mut by_column);
            let row = |i: usize| (0..columns).map(|j| at(i, j)).sum::<f64>();
            let column = |j: usize| 1.0 + (0..rows).map(|i| at(i, j)).sum::<f64>();
            assert_eq!(by_row, (0..rows).map(row).collect::<Vec<_>>());
            assert_eq!(by_column, (0..columns).map(column).collect::<Vec<_>>());
        }
    }
}
