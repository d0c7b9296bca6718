//! Linear least squares by Householder reflections: no `A'A`, whose condition number is the square of `A`'s.

use super::vector::norm;

/// The `x` that minimises `|A x - b|`, for `A` with `n` columns and at least as many rows, given in rows.
/// Both arguments are overwritten, `a` on and above its diagonal by the triangular factor. Entries of `x` are
/// not finite if the columns of `A` depend on each other.
///
/// Source: Golub and Van Loan 2013, algorithm 5.3.2.
pub(super) fn least_squares(a: &mut [f64], n: usize, b: &mut [f64]) -> Vec<f64> {
    let m = b.len();
    for k in 0..n {
        let column: Vec<f64> = (k..m).map(|i| a[i * n + k]).collect();
        let length = norm(&column);
        if length > 0.0 {
            reflect(a, n, b, k, column, length);
        }
    }
    let mut x = vec![0.0; n];
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| a[i * n + j] * x[j]).sum();
        x[i] = (b[i] - known) / a[i * n + i];
    }
    x
}

/// Reflects the rows from `k` on so that `column`, the part of column `k` on and below the diagonal, becomes
/// a multiple of the first unit vector.
fn reflect(a: &mut [f64], n: usize, b: &mut [f64], k: usize, mut column: Vec<f64>, length: f64) {
    // In units of its length, or its square would overflow or vanish.
    column.iter_mut().for_each(|v| *v /= length);
    // The sign that adds, or a column that is nearly a unit vector already would cancel.
    let sign = -1.0_f64.copysign(column[0]);
    column[0] -= sign;
    // Half the squared length of the mirror's normal vector.
    let half_square = -sign * column[0];
    for j in k..n {
        let along: f64 = column.iter().enumerate().map(|(i, v)| v * a[(k + i) * n + j]).sum();
        for (i, v) in column.iter().enumerate() {
            a[(k + i) * n + j] -= along / half_square * v;
        }
    }
    let along: f64 = column.iter().zip(&b[k..]).map(|(v, b)| v * b).sum();
    for (b, v) in b[k..].iter_mut().zip(&column) {
        *b -= along / half_square * v;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_through_points_has_the_textbook_coefficients() {
        // y = 1, 3, 4, 4 at t = 0, 1, 2, 3: intercept 1.5, slope 1.
        let mut a = [1.0, 0.0, 1.0, 1.0, 1.0, 2.0, 1.0, 3.0];
        let x = least_squares(&mut a, 2, &mut [1.0, 3.0, 4.0, 4.0]);
        assert!((x[0] - 1.5).abs() < 1e-14 && (x[1] - 1.0).abs() < 1e-14, "{x:?}");
    }

    #[test]
    fn nearly_parallel_columns_keep_the_digits_that_normal_equations_lose() {
        // Lauchli's matrix: A'A rounds to a singular matrix.
        let e = 1e-9;
        let mut a = [1.0, 1.0, e, 0.0, 0.0, e];
        let x = least_squares(&mut a, 2, &mut [2.0, e, e]);
        assert!(x.iter().all(|x| (x - 1.0).abs() < 1e-6), "{x:?}");
    }

    #[test]
    fn dependent_columns_show_in_the_answer() {
        let x = least_squares(&mut [1.0, 0.0, 1.0, 0.0, 1.0, 0.0], 2, &mut [1.0, 2.0, 3.0]);
        assert!(!x[1].is_finite(), "{x:?}");
    }
}
