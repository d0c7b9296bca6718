//! Matrix products in portable code, for any type of number, and products with vectors.

use super::matrix::Matrix;
use super::numeric::{Numeric, zero};
use super::pairwise::Pairwise;
use super::simd::vectorised;
use super::sums::{add_scaled, dot};

/// The number of rows of `C` that are summed in registers at a time.
const ROWS: usize = 4;
/// The number of columns of `C` that are summed in registers at a time.
const COLUMNS: usize = 8;

/// The number of rows of a panel of `B` that are copied at a time: 8 KiB of `f64`.
const DEPTH: usize = 128;

/// `C = A B` if `overwrite`, else `C += A B`. The caller has checked the shapes.
pub(super) fn product<T: Numeric>(a: Matrix<'_, T>, b: Matrix<'_, T>, c: &mut [T], overwrite: bool) {
    if is_with_vector(a.shape, b.shape[1]) {
        product_with_vector(a, b, c, overwrite);
    } else {
        product_by_panels(a, b, c, overwrite);
    }
}

/// `C = A B` if `overwrite`, else `C += A B`, where one operand is a vector.
pub(super) fn product_with_vector<T: Numeric>(
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    c: &mut [T],
    overwrite: bool,
) {
    if overwrite {
        c.fill(zero());
    }
    // A matrix with one row or one column is contiguous, whether transposed or not.
    match (a.shape[0], b.shape[1]) {
        (_, 1) => add_matrix_times_vector(a, b.data, c),
        (1, _) => add_matrix_times_vector(b.transposed(), a.data, c),
        _ => add_outer(a.data, b.data, c),
    }
}

/// Whether one operand is a vector. Every element of the matrix is then used once, so that packing does
/// not pay, and [`product_with_vector`] is 1 to 5 times as fast as libraries.
pub(super) fn is_with_vector([m, k]: [usize; 2], n: usize) -> bool {
    m == 1 || k == 1 || n == 1
}

/// `y += A x`: inner products with the rows of `A` if these are contiguous, else a sum of its columns.
pub(super) fn add_matrix_times_vector<T: Numeric>(a: Matrix<'_, T>, x: &[T], y: &mut [T]) {
    vectorised(
        #[inline(always)]
        || {
            let [m, k] = a.shape;
            if a.strides[1] == 1 {
                for (row, y) in a.data.chunks_exact(k.max(1)).zip(y) {
                    *y = *y + dot(row, x);
                }
                return;
            }
            if k > LONG {
                return add_many_columns(a.data, x, y);
            }
            // Four columns at a time, so that `y` is read and written once per four columns.
            let (x_fours, x_rest) = x.as_chunks::<4>();
            let (fours, rest) = a.data.split_at(x_fours.len() * 4 * m);
            for (columns, x) in fours.chunks_exact((4 * m).max(1)).zip(x_fours) {
                let ([a, b], [c, d]) = (halves(&columns[..2 * m]), halves(&columns[2 * m..]));
                for ((((y, &a), &b), &c), &d) in y.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                    *y = *y + ((a * x[0] + b * x[1]) + (c * x[2] + d * x[3]));
                }
            }
            for (column, &x) in rest.chunks_exact(m.max(1)).zip(x_rest) {
                add_scaled(y, x, column);
            }
        },
    );
}

/// The largest number of columns of a matrix that are added to `A x` one after the other.
const LONG: usize = 4096;
/// The number of rows of `A` whose sums are computed at a time, if there are more columns.
const STRIP: usize = 64;
/// The number of columns that are added one after the other then; the sums of such blocks are added pairwise,
/// so that long sums keep their digits.
const BLOCK: usize = 512;

/// `y += A x` for many columns, which are contiguous.
#[inline(always)]
fn add_many_columns<T: Numeric>(columns: &[T], x: &[T], y: &mut [T]) {
    let m = y.len();
    for (strip, y) in y.chunks_mut(STRIP).enumerate() {
        let mut sums = Pairwise::new();
        for (block, x) in x.chunks(BLOCK).enumerate() {
            let mut sum = [zero(); STRIP];
            for (j, &x) in x.iter().enumerate() {
                let column = &columns[(block * BLOCK + j) * m + strip * STRIP..][..y.len()];
                add_scaled(&mut sum[..y.len()], x, column);
            }
            sums.add(sum);
        }
        y.iter_mut().zip(sums.total()).for_each(|(y, sum)| *y = *y + sum);
    }
}

#[inline(always)]
fn halves<T>(x: &[T]) -> [&[T]; 2] {
    x.split_at(x.len() / 2).into()
}

/// `C += a b'`.
fn add_outer<T: Numeric>(a: &[T], b: &[T], c: &mut [T]) {
    vectorised(
        #[inline(always)]
        || {
            for (&a, row) in a.iter().zip(c.chunks_exact_mut(b.len().max(1))) {
                add_scaled(row, a, b);
            }
        },
    );
}

/// `C = A B` or `C += A B`, in tiles of [`ROWS`] by [`COLUMNS`], whose sums stay in registers during the
/// loop over the inner dimension.
pub(super) fn product_by_panels<T: Numeric>(
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    c: &mut [T],
    overwrite: bool,
) {
    vectorised(
        #[inline(always)]
        || {
            let ([m, k], n) = (a.shape, b.shape[1]);
            if overwrite && k == 0 {
                c.fill(zero());
            }
            let mut panel = [[zero(); COLUMNS]; DEPTH];
            for p in (0..k).step_by(DEPTH) {
                let depth = DEPTH.min(k - p);
                for j in (0..n).step_by(COLUMNS) {
                    let columns = COLUMNS.min(n - j);
                    copy_panel(&mut panel[..depth], b, [p, j], columns);
                    for i in (0..m).step_by(ROWS) {
                        let tile = tile(a, [i, p], &panel[..depth]);
                        let rows = c[i * n..].chunks_mut(n).zip(&tile);
                        for (row, sums) in rows {
                            write(&mut row[j..j + columns], sums, overwrite && p == 0);
                        }
                    }
                }
            }
        },
    );
}

/// Writes a row of a tile to `row`, or adds it.
#[inline(always)]
fn write<T: Numeric>(row: &mut [T], sums: &[T; COLUMNS], overwrite: bool) {
    let full = <&mut [T; COLUMNS]>::try_from(&mut *row);
    match full {
        Ok(row) if overwrite => *row = *sums,
        Ok(row) => row.iter_mut().zip(sums).for_each(|(c, &sum)| *c = *c + sum),
        Err(_) if overwrite => row.iter_mut().zip(sums).for_each(|(c, &sum)| *c = sum),
        Err(_) => row.iter_mut().zip(sums).for_each(|(c, &sum)| *c = *c + sum),
    }
}

/// Copies `columns` columns of `B`, from row `p` and column `j` on, to the panel. The rest of the panel
/// keeps its contents.
#[inline(always)]
fn copy_panel<T: Numeric>(panel: &mut [[T; COLUMNS]], b: Matrix<'_, T>, [p, j]: [usize; 2], columns: usize) {
    let [down, right] = b.strides;
    for (i, row) in panel.iter_mut().enumerate() {
        let start = (p + i) * down + j * right;
        match b.data[start..].first_chunk() {
            Some(full) if right == 1 && columns == COLUMNS => *row = *full,
            _ => row[..columns].iter_mut().enumerate().for_each(|(q, x)| *x = b.data[start + q * right]),
        }
    }
}

/// The rows of `A`, from row `i` and column `p` on, times the panel. After the last row of `A`, the last
/// row is repeated.
#[inline(always)]
fn tile<T: Numeric>(a: Matrix<'_, T>, [i, p]: [usize; 2], panel: &[[T; COLUMNS]]) -> [[T; COLUMNS]; ROWS] {
    let ([down, right], last) = (a.strides, a.shape[0] - 1);
    let mut sums = [[zero(); COLUMNS]; ROWS];
    if right == 1 {
        let mut rows = [a.data; ROWS];
        for (r, row) in rows.iter_mut().enumerate() {
            *row = &a.data[(i + r).min(last) * down + p..][..panel.len()];
        }
        let rows = rows[0].iter().zip(rows[1]).zip(rows[2]).zip(rows[3]);
        for ((((&a0, &a1), &a2), &a3), b) in rows.zip(panel) {
            add_outer_to(&mut sums, [a0, a1, a2, a3], b);
        }
    } else if i + ROWS <= a.shape[0] {
        // A transpose: neighbours in a column are neighbours in memory.
        for (q, b) in panel.iter().enumerate() {
            let factors = a.data[i + (p + q) * right..].first_chunk().expect("four rows are left");
            add_outer_to(&mut sums, *factors, b);
        }
    } else {
        for (q, b) in panel.iter().enumerate() {
            let mut factors = [zero(); ROWS];
            for (r, factor) in factors.iter_mut().enumerate() {
                *factor = a.data[(i + r).min(last) + (p + q) * right];
            }
            add_outer_to(&mut sums, factors, b);
        }
    }
    sums
}

/// `S += a b'`.
#[inline(always)]
fn add_outer_to<T: Numeric>(sums: &mut [[T; COLUMNS]; ROWS], a: [T; ROWS], b: &[T; COLUMNS]) {
    for (sums, a) in sums.iter_mut().zip(a) {
        for (sum, &b) in sums.iter_mut().zip(b) {
            *sum = *sum + a * b;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_products_with_a_vector_keep_the_digits_of_single_precision() {
        for (m, k) in [(1, 4097), (2, 1_000_000), (70, 5000)] {
            let (a, x, mut y) = (vec![0.1_f32; m * k], vec![1.0; k], vec![1.0; m]);
            add_matrix_times_vector(Matrix::new(&a, k, m).transposed(), &x, &mut y);
            let want = 1.0 + f64::from(0.1_f32) * k as f64;
            y.iter().for_each(|&y| assert!((f64::from(y) / want - 1.0).abs() < 1e-5, "{m} x {k}: {y}"));
        }
    }

    #[test]
    fn each_column_counts_once_however_many_there_are() {
        let (m, k) = (67, 4099);
        let a: Vec<f64> = (0..m * k).map(|i| (i % 13) as f64).collect();
        let x: Vec<f64> = (0..k).map(|j| (j % 5) as f64).collect();
        let mut y = vec![0.0; m];
        add_matrix_times_vector(Matrix::new(&a, k, m).transposed(), &x, &mut y);
        let row = |i: usize| (0..k).map(|j| a[j * m + i] * x[j]).sum::<f64>();
        assert_eq!(y, (0..m).map(row).collect::<Vec<_>>());
    }
}
