//! Loops over the rows and the columns of a row-major matrix.

use super::pairwise::Pairwise;
use super::sums::{WIDTH, larger, largest, sum, sum_of};
use crate::compiled_here;
use crate::float::Float;
use crate::numeric::{Numeric, zero};
use crate::simd::vectorised;

/// Rows of fewer elements are processed column by column.
const SHORT: usize = 16;

/// Calls `pass` with the length of the rows; as a constant for the most frequent short lengths, so that
/// the compiler unrolls the loop over a row. `pass` must be marked `#[inline(always)]`. In WebAssembly, whose
/// programs should be small, there is one loop for all lengths.
#[inline(always)]
pub fn unrolled<Y>(length: usize, pass: impl FnOnce(usize) -> Y) -> Y {
    if cfg!(target_family = "wasm") {
        return pass(length);
    }
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
/// [`sum`](super::sum), or one by one for short rows.
pub fn row_sums<T: Numeric>(x: &[T], length: usize, y: &mut [T]) {
    row_sums_of(
        x,
        length,
        y,
        #[inline(always)]
        |x| x,
    );
}

/// Same as [`row_sums`], for the sums of `f(x_ij)`.
#[inline(always)]
pub fn row_sums_of<T: Numeric>(x: &[T], length: usize, y: &mut [T], f: impl Fn(T) -> T) {
    vectorised(
        #[inline(always)]
        || {
            if length < SHORT {
                return unrolled(
                    length,
                    #[inline(always)]
                    |length| fold_short_rows(x, length, y, zero(), |sum, x| sum + f(x)),
                );
            }
            for (row, y) in x.chunks_exact(length).zip(y) {
                *y = sum_of(row, &f);
            }
        },
    );
}

/// The sum of a row, in the order of [`row_sums`].
#[inline(always)]
#[must_use]
pub fn row_sum<T: Numeric>(row: &[T]) -> T {
    if row.len() < SHORT { row.iter().fold(zero(), |sum, &x| sum + x) } else { sum(row) }
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

/// `y_ij = x_ij - shift_i`, for rows of `length` elements; 0 where `x_ij` is plus infinity, for shifts by the
/// largest element.
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
                        y.iter_mut().zip(x).for_each(|(y, &x)| *y = shifted(x, shift));
                    }
                },
            );
        },
    );
}

/// `x - shift`; 0 where `x` is plus infinity.
#[inline(always)]
pub fn shifted<T: Numeric>(x: T, shift: T) -> T {
    x.select(shift, |x, _| x == f64::INFINITY, zero(), x - shift)
}

/// Copies the rows of `x` at these indices, of `length` elements each, to `y`; compiled in this crate.
///
/// # Panics
/// If `x` has no row of some index.
#[track_caller]
pub fn gather_rows<F: Float>(x: &[F], length: usize, indices: &[usize], y: &mut [F]) {
    compiled_here!(F: copy_rows(x: &[F], length: usize, indices: &[usize], y: &mut [F]))(
        x, length, indices, y,
    );
}

#[inline(always)]
fn copy_rows<F: Float>(x: &[F], length: usize, indices: &[usize], y: &mut [F]) {
    unrolled(
        length.max(1),
        #[inline(always)]
        |length| {
            for (row, &i) in y.chunks_exact_mut(length).zip(indices) {
                row.copy_from_slice(&x[i * length..(i + 1) * length]);
            }
        },
    );
}

/// Adds the rows of `x`, which have the length of `y`, to `y`. Eight columns at a time are summed in
/// registers, four rows at a time; more than 128 rows in blocks, whose sums are added pairwise.
pub fn add_column_sums<T: Numeric>(x: &[T], y: &mut [T]) {
    let columns = Columns::new(x, y.len());
    add_columns(x.len() / y.len().max(1), y, &columns);
}

/// Adds `sum_i f(x_ij, z_ij)` over `rows` rows to `y_j`, in the order of [`add_column_sums`].
#[inline(always)]
pub fn add_column_sums_of<T: Numeric>(
    rows: usize,
    x: Columns<'_, T>,
    z: Columns<'_, T>,
    y: &mut [T],
    f: impl Fn(T, T) -> T,
) {
    add_columns(rows, y, &Paired { x, z, f });
}

/// A matrix that is summed down its columns; its rows lie `stride` elements apart. With a stride of 0, all
/// rows are the same one.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'a, T> {
    data: &'a [T],
    stride: usize,
}

impl<'a, T> Columns<'a, T> {
    /// The rows that start at elements `0, stride, 2 stride, ...` of `data`.
    pub fn new(data: &'a [T], stride: usize) -> Self {
        Self { data, stride }
    }
}

/// The terms of the sums down the columns.
trait Terms<T> {
    /// Those of rows `i` to `i + N - 1` in `W` columns from column `j` on.
    fn rows<const N: usize, const W: usize>(&self, i: usize, j: usize) -> [[T; W]; N];
}

impl<T: Numeric> Terms<T> for Columns<'_, T> {
    #[inline(always)]
    fn rows<const N: usize, const W: usize>(&self, i: usize, j: usize) -> [[T; W]; N] {
        // Of the same length for every `i`, so that the checks below are made once, before a loop over `i`.
        let rows = &self.data[i * self.stride..][..(N - 1) * self.stride + j + W];
        std::array::from_fn(
            #[inline(always)]
            |k| *rows[k * self.stride + j..].first_chunk().expect("the columns are in the row"),
        )
    }
}

/// `f(x_ij, z_ij)`.
struct Paired<'a, T, F> {
    x: Columns<'a, T>,
    z: Columns<'a, T>,
    f: F,
}

impl<T: Numeric, F: Fn(T, T) -> T> Terms<T> for Paired<'_, T, F> {
    #[inline(always)]
    fn rows<const N: usize, const W: usize>(&self, i: usize, j: usize) -> [[T; W]; N] {
        let (mut x, z) = (self.x.rows::<N, W>(i, j), self.z.rows::<N, W>(i, j));
        for (x, z) in x.iter_mut().flatten().zip(z.iter().flatten()) {
            *x = (self.f)(*x, *z);
        }
        x
    }
}

/// The number of rows of a block.
const ROWS: usize = 128;

#[inline(always)]
fn add_columns<T: Numeric>(rows: usize, y: &mut [T], terms: &impl Terms<T>) {
    vectorised(
        #[inline(always)]
        || {
            let (heads, tail) = y.as_chunks_mut::<WIDTH>();
            let wide = heads.len() * WIDTH;
            for (j, head) in heads.iter_mut().enumerate() {
                add_in_blocks(rows, terms, j * WIDTH, head);
            }
            for (j, y) in tail.iter_mut().enumerate() {
                add_in_blocks(rows, terms, wide + j, std::array::from_mut(y));
            }
        },
    );
}

/// Adds `W` columns, from column `j` on.
#[inline(always)]
fn add_in_blocks<T: Numeric, const W: usize>(rows: usize, terms: &impl Terms<T>, j: usize, y: &mut [T; W]) {
    if rows <= ROWS {
        return add_block(0, rows, terms, j, y);
    }
    let mut sums = Pairwise::new();
    for first in (0..rows).step_by(ROWS) {
        let mut block = [zero(); W];
        add_block(first, ROWS.min(rows - first), terms, j, &mut block);
        sums.add(block);
    }
    y.iter_mut().zip(sums.total()).for_each(|(y, sum)| *y = *y + sum);
}

/// Adds `rows` rows, from row `first` on.
#[inline(always)]
fn add_block<T: Numeric, const W: usize>(
    first: usize,
    rows: usize,
    terms: &impl Terms<T>,
    j: usize,
    y: &mut [T; W],
) {
    for four in 0..rows / 4 {
        let [a, b, c, d] = terms.rows::<4, W>(first + 4 * four, j);
        for i in 0..W {
            y[i] = y[i] + ((a[i] + b[i]) + (c[i] + d[i]));
        }
    }
    for i in rows / 4 * 4..rows {
        let [row] = terms.rows::<1, W>(first + i, j);
        y.iter_mut().zip(row).for_each(|(y, x)| *y = *y + x);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_columns_of_single_precision_keep_their_digits() {
        for columns in [1, 2, 9] {
            let (rows, mut y) = (1_000_001, vec![1.0_f32; columns]);
            add_column_sums(&vec![0.1; rows * columns], &mut y);
            let want = 1.0 + 0.1_f32 as f64 * rows as f64;
            // One accumulator would be 1 % off.
            y.iter().for_each(|&y| assert!((f64::from(y) / want - 1.0).abs() < 1e-5, "{y}, expected {want}"));
        }
    }

    #[test]
    fn terms_of_two_matrices_are_summed_with_any_distance_between_rows() {
        let x: Vec<f64> = (0..300 * 11).map(|i| (i % 17) as f64).collect();
        let z: Vec<f64> = (0..11).map(f64::from).collect();
        let mut y = vec![1.0; 9];
        add_column_sums_of(300, Columns::new(&x, 11), Columns::new(&z, 0), &mut y, |x, z| x * z);
        let column = |j: usize| 1.0 + (0..300).map(|i| x[i * 11 + j] * z[j]).sum::<f64>();
        assert_eq!(y, (0..9).map(column).collect::<Vec<_>>());
    }

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
