//! QR factorisation of a matrix by Householder reflections.

use crate::norms::norm;

/// `A = Q R` for a matrix with at least as many rows as columns: `Q` has orthonormal columns, `R` is upper
/// triangular.
///
/// Least squares through `Q R` do not form `A'A`, whose condition number is the square of `A`'s.
///
/// Source: Golub and Van Loan 2013, sections 5.2 and 5.3.
///
/// # Cost
/// `2 n^2 (m - n / 3)` flops for `m` rows and `n` columns.
#[derive(Clone, Debug)]
pub struct HouseholderQr {
    rows: usize,
    columns: usize,
    /// `R` on and above the diagonal; below it, the rounding errors of zeros.
    elements: Vec<f64>,
    /// One reflection per column; `None` where the column was zero on and below the diagonal.
    reflections: Vec<Option<Reflection>>,
}

impl HouseholderQr {
    /// Factorises the matrix with these `elements`, row by row.
    ///
    /// # Panics
    /// If the elements cannot be divided into `rows` rows, or if there are fewer rows than columns.
    #[must_use]
    #[track_caller]
    pub fn new(mut elements: Vec<f64>, rows: usize, columns: usize) -> Self {
        let count = elements.len();
        assert!(
            count == rows * columns,
            "HouseholderQr: a {rows} x {columns} matrix has not {count} elements"
        );
        assert!(rows >= columns, "HouseholderQr: {rows} rows are fewer than the {columns} columns");
        let mut reflections = Vec::with_capacity(columns);
        for k in 0..columns {
            let reflection = Reflection::of((k..rows).map(|i| elements[i * columns + k]).collect());
            if let Some(reflection) = &reflection {
                reflection.apply(&mut elements[k * columns..], columns, k);
            }
            reflections.push(reflection);
        }
        Self { rows, columns, elements, reflections }
    }

    /// The diagonal of `R`: an entry is 0, or as small as rounding, where a column depends on the columns
    /// before it.
    pub fn diagonal(&self) -> impl Iterator<Item = f64> {
        (0..self.columns).map(|k| self.elements[k * self.columns + k])
    }

    /// The `x` that minimises `|A x - b|`. Its entries are not finite if the columns of `A` depend on
    /// each other.
    ///
    /// # Panics
    /// If `b` does not have one element per row.
    #[must_use]
    #[track_caller]
    pub fn solve(&self, mut b: Vec<f64>) -> Vec<f64> {
        let (given, rows, n) = (b.len(), self.rows, self.columns);
        assert!(
            given == rows,
            "HouseholderQr: the right-hand side has length {given}, but there are {rows} rows"
        );
        for (k, reflection) in self.reflections.iter().enumerate() {
            if let Some(reflection) = reflection {
                reflection.apply(&mut b[k..], 1, 0);
            }
        }
        for i in (0..n).rev() {
            let row = &self.elements[i * n..][..n];
            let known: f64 = (i + 1..n).map(|j| row[j] * b[j]).sum();
            b[i] = (b[i] - known) / row[i];
        }
        b.truncate(n);
        b
    }

    /// The orthonormal columns of `Q`, as a `rows x columns` matrix row by row, with the signs for which
    /// no entry on the diagonal of `R` is negative.
    ///
    /// That choice makes `Q` unique for independent columns. For independent normal elements, `Q` is then
    /// uniformly distributed (Mezzadri 2007).
    #[must_use]
    pub fn orthonormal(&self) -> Vec<f64> {
        let n = self.columns;
        let mut q = vec![0.0; self.rows * n];
        for (k, diagonal) in self.diagonal().enumerate() {
            q[k * n + k] = if diagonal < 0.0 { -1.0 } else { 1.0 };
        }
        for (k, reflection) in self.reflections.iter().enumerate().rev() {
            if let Some(reflection) = reflection {
                reflection.apply(&mut q[k * n..], n, k);
            }
        }
        q
    }
}

/// The reflection `I - v v' / h` that maps a vector to a multiple of the first unit vector.
#[derive(Clone, Debug)]
struct Reflection {
    /// The normal `v` of the mirror.
    normal: Vec<f64>,
    /// `h = |v|^2 / 2`.
    half_square: f64,
}

impl Reflection {
    /// The reflection of `column`; `None` for a zero vector.
    fn of(mut column: Vec<f64>) -> Option<Self> {
        let length = norm(&column);
        // A NaN takes no reflection either: it stays in the column.
        if length.is_nan() || length <= 0.0 {
            return None;
        }
        // In units of its length, or its square would overflow or vanish.
        column.iter_mut().for_each(|v| *v /= length);
        // The sign that adds: with the other one, a column close to a unit vector would cancel.
        let sign = -1.0_f64.copysign(column[0]);
        column[0] -= sign;
        let half_square = -sign * column[0];
        Some(Self { normal: column, half_square })
    }

    /// Reflects the columns from `first` on of a matrix with `columns` columns and one row per entry of
    /// the normal.
    fn apply(&self, matrix: &mut [f64], columns: usize, first: usize) {
        for j in first..columns {
            let along: f64 = self.normal.iter().enumerate().map(|(i, v)| v * matrix[i * columns + j]).sum();
            for (i, v) in self.normal.iter().enumerate() {
                matrix[i * columns + j] -= along / self.half_square * v;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn least_squares(a: &[f64], columns: usize, b: &[f64]) -> Vec<f64> {
        HouseholderQr::new(a.to_vec(), b.len(), columns).solve(b.to_vec())
    }

    #[test]
    fn a_line_through_points_has_the_textbook_coefficients() {
        // y = 1, 3, 4, 4 at t = 0, 1, 2, 3: intercept 1.5, slope 1.
        let x = least_squares(&[1.0, 0.0, 1.0, 1.0, 1.0, 2.0, 1.0, 3.0], 2, &[1.0, 3.0, 4.0, 4.0]);
        assert!((x[0] - 1.5).abs() < 1e-14 && (x[1] - 1.0).abs() < 1e-14, "{x:?}");
    }

    #[test]
    fn nearly_parallel_columns_keep_the_digits_that_normal_equations_lose() {
        // Lauchli's matrix: A'A rounds to a singular matrix.
        let e = 1e-9;
        let x = least_squares(&[1.0, 1.0, e, 0.0, 0.0, e], 2, &[2.0, e, e]);
        assert!(x.iter().all(|x| (x - 1.0).abs() < 1e-6), "{x:?}");
    }

    #[test]
    fn dependent_columns_leave_a_solution_that_is_not_finite() {
        let x = least_squares(&[1.0, 0.0, 1.0, 0.0, 1.0, 0.0], 2, &[1.0, 2.0, 3.0]);
        assert!(!x[1].is_finite(), "{x:?}");
    }

    #[test]
    fn q_has_orthonormal_columns_and_its_transpose_times_a_is_triangular_with_a_positive_diagonal() {
        for (m, n) in [(1, 1), (4, 1), (5, 3), (6, 6), (3, 0)] {
            let a: Vec<f64> = (0..m * n).map(|i| (i as f64 * 1.7 + 0.3).sin()).collect();
            let q = HouseholderQr::new(a.clone(), m, n).orthonormal();
            let inner = |x: &[f64], j: usize, y: &[f64], k: usize| {
                (0..m).map(|i| x[i * n + j] * y[i * n + k]).sum::<f64>()
            };
            for (j, k) in (0..n).flat_map(|j| (0..n).map(move |k| (j, k))) {
                let unit = f64::from(u8::from(j == k));
                assert!((inner(&q, j, &q, k) - unit).abs() < 1e-14, "{m} x {n}: ({j}, {k})");
                let r = inner(&q, j, &a, k);
                assert!(if j > k { r.abs() < 1e-14 } else { j < k || r > 0.0 }, "{m} x {n}: ({j}, {k}): {r}");
            }
        }
    }
}
