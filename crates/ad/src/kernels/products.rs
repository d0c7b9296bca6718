//! Matrix products of any element without a buffer on the heap, and those with vectors.

use super::gemm::{Element, Matrix};
use super::sums::{add_scaled, dot};
use super::vectorised;
use crate::rules::zero;

/// The rows and columns of `C` that are summed in registers at a time.
const TILE: [usize; 2] = [4, 8];

/// How many rows of a panel of `B` are copied together at a time: 8 KiB of `f64`.
const DEPTH: usize = 128;

/// `C = A B` if `overwrite`, else `C += A B`, where the shapes fit.
pub(super) fn product<T: Element>(a: Matrix<'_, T>, b: Matrix<'_, T>, c: &mut [T], overwrite: bool) {
    if overwrite {
        c.fill(zero());
    }
    let ([m, k], n) = (a.shape, b.shape[1]);
    match (m, k, n) {
        // A matrix in a slice that has one row or one column is contiguous, transposed or not.
        (_, _, 1) => add_matrix_times_vector(a, b.data, c),
        (1, _, _) => add_matrix_times_vector(b.transposed(), a.data, c),
        (_, 1, _) => add_outer(a.data, b.data, c),
        _ => add_by_panels(a, b, c),
    }
}

/// Whether an operand is a vector, so that every element of the matrix is used once: then there is nothing to pack, and
/// [`product`] is 1 to 5 times as fast as the libraries.
pub(super) fn is_with_vector([m, k]: [usize; 2], n: usize) -> bool {
    m == 1 || k == 1 || n == 1
}

/// `y += A x`: inner products of the rows where those are contiguous, else a sum of columns.
pub(super) fn add_matrix_times_vector<T: Element>(a: Matrix<'_, T>, x: &[T], y: &mut [T]) {
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
            // Four columns at a time, so that `y` is read and written a quarter as often.
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

#[inline(always)]
fn halves<T>(x: &[T]) -> [&[T]; 2] {
    x.split_at(x.len() / 2).into()
}

/// `C += a b'`.
fn add_outer<T: Element>(a: &[T], b: &[T], c: &mut [T]) {
    vectorised(
        #[inline(always)]
        || {
            for (&a, row) in a.iter().zip(c.chunks_exact_mut(b.len().max(1))) {
                add_scaled(row, a, b);
            }
        },
    );
}

/// `C += A B`, in tiles that stay in registers while the inner dimension runs.
fn add_by_panels<T: Element>(a: Matrix<'_, T>, b: Matrix<'_, T>, c: &mut [T]) {
    vectorised(
        #[inline(always)]
        || {
            let ([m, k], n) = (a.shape, b.shape[1]);
            let mut panel = [[zero(); TILE[1]]; DEPTH];
            for p in (0..k).step_by(DEPTH) {
                let depth = DEPTH.min(k - p);
                for j in (0..n).step_by(TILE[1]) {
                    let columns = TILE[1].min(n - j);
                    copy_panel(&mut panel[..depth], b, [p, j], columns);
                    for i in (0..m).step_by(TILE[0]) {
                        let tile = tile(a, [i, p], &panel[..depth]);
                        for (r, sums) in tile.iter().enumerate().take(m - i) {
                            let row = &mut c[(i + r) * n + j..][..columns];
                            row.iter_mut().zip(sums).for_each(|(c, &sum)| *c = *c + sum);
                        }
                    }
                }
            }
        },
    );
}

/// Copies the `columns` of `B` from `corner` on; what was in the panel beside them does not matter.
#[inline(always)]
fn copy_panel<T: Element>(panel: &mut [[T; TILE[1]]], b: Matrix<'_, T>, [p, j]: [usize; 2], columns: usize) {
    let [down, right] = b.strides;
    for (i, row) in panel.iter_mut().enumerate() {
        let start = (p + i) * down + j * right;
        if right == 1 {
            row[..columns].copy_from_slice(&b.data[start..][..columns]);
        } else {
            row[..columns].iter_mut().enumerate().for_each(|(q, x)| *x = b.data[start + q * right]);
        }
    }
}

/// The rows of `A` from `corner` on times the panel. Beyond the last row, it is taken again.
#[inline(always)]
fn tile<T: Element>(a: Matrix<'_, T>, [i, p]: [usize; 2], panel: &[[T; TILE[1]]]) -> [[T; TILE[1]]; TILE[0]] {
    let [down, right] = a.strides;
    let starts: [usize; TILE[0]] = std::array::from_fn(|r| (i + r).min(a.shape[0] - 1) * down + p * right);
    let mut sums = [[zero(); TILE[1]]; TILE[0]];
    for (q, b) in panel.iter().enumerate() {
        for r in 0..TILE[0] {
            let a = a.data[starts[r] + q * right];
            for s in 0..TILE[1] {
                sums[r][s] = sums[r][s] + a * b[s];
            }
        }
    }
    sums
}
