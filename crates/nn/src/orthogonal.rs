//! Random orthogonal matrices.

use wengert_kernels::HouseholderQr;

/// A `rows x columns` matrix, row-major, whose columns, or rows if there are fewer rows, are orthogonal
/// vectors of length `gain`: the orthonormal factor of a matrix of independent normal numbers, which is
/// uniformly distributed (Mezzadri 2007).
pub(crate) fn orthogonal(rows: usize, columns: usize, gain: f64, normal: impl FnMut() -> f64) -> Vec<f64> {
    let (count, length) = (rows.min(columns), rows.max(columns));
    let draws: Vec<f64> = std::iter::repeat_with(normal).take(count * length).collect();
    // One vector after the other is drawn; they are the columns of the matrix.
    let element = |i: usize, vector: usize| draws[vector * length + i];
    let tall = (0..length * count).map(|at| element(at / count, at % count)).collect();
    let q = HouseholderQr::new(tall, length, count).orthonormal();
    let element =
        |i: usize, j: usize| gain * if rows <= columns { q[j * count + i] } else { q[i * count + j] };
    (0..rows * columns).map(|at| element(at / columns, at % columns)).collect()
}
