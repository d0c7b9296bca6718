//! The singular value decomposition, by rotations of columns.

use ndarray::Array2;

/// More sweeps than a matrix of numbers needs: each one about squares the angles that are left.
const SWEEPS: usize = 60;

/// A matrix as `sum_i s_i u_i v_i'`, with orthonormal `u_i` and `v_i` and decreasing `s_i >= 0`.
#[derive(Clone, Debug, PartialEq)]
pub struct SingularValues {
    /// The left singular vectors `u_i`, one per column; zero where the singular value is.
    pub left: Array2<f64>,
    /// The singular values, as many as the smaller of the numbers of rows and columns.
    pub values: Vec<f64>,
    /// The right singular vectors `v_i`, one per column.
    pub right: Array2<f64>,
}

impl SingularValues {
    /// Decomposes a matrix by the one-sided method of Jacobi: columns are rotated in pairs until all are
    /// orthogonal (Golub and Van Loan 2013, section 8.6.3). Singular values below `1e-16` of the Frobenius
    /// norm are rounding.
    ///
    /// ```
    /// use wengert_lab::SingularValues;
    ///
    /// let found = SingularValues::of(&ndarray::array![[3.0, 0.0], [4.0, 0.0], [0.0, 2.0]]);
    /// assert!((found.values[0] - 5.0).abs() < 1e-14 && (found.values[1] - 2.0).abs() < 1e-14);
    /// assert!((found.left[[0, 0]].abs() - 0.6).abs() < 1e-14);
    /// ```
    #[must_use]
    pub fn of(matrix: &Array2<f64>) -> Self {
        if matrix.nrows() < matrix.ncols() {
            let Self { left, values, right } = Self::of(&matrix.t().to_owned());
            return Self { left: right, values, right: left };
        }
        let mut columns: Vec<Vec<f64>> = matrix.columns().into_iter().map(|column| column.to_vec()).collect();
        let mut right: Vec<Vec<f64>> =
            Array2::eye(matrix.ncols()).columns().into_iter().map(|e| e.to_vec()).collect();
        let negligible = (f64::EPSILON * matrix.iter().map(|x| x * x).sum::<f64>().sqrt()).powi(2);
        for _ in 0..SWEEPS {
            if !sweep(&mut columns, &mut right, negligible) {
                break;
            }
        }
        let norms: Vec<f64> = columns.iter().map(|column| dot(column, column).sqrt()).collect();
        let mut order: Vec<usize> = (0..norms.len()).collect();
        order.sort_by(|&a, &b| norms[b].total_cmp(&norms[a]));
        let scaled = |i: usize| if norms[order[i]] > 0.0 { 1.0 / norms[order[i]] } else { 0.0 };
        let shape = (matrix.nrows(), norms.len());
        Self {
            left: Array2::from_shape_fn(shape, |(row, i)| columns[order[i]][row] * scaled(i)),
            right: Array2::from_shape_fn((matrix.ncols(), norms.len()), |(row, i)| right[order[i]][row]),
            values: order.iter().map(|&i| norms[i]).collect(),
        }
    }

    /// The number of singular values above `tolerance` times the largest one.
    #[must_use]
    pub fn rank(&self, tolerance: f64) -> usize {
        let least = tolerance * self.values.first().copied().unwrap_or(0.0);
        self.values.iter().filter(|&&value| value > least).count()
    }
}

/// Makes each pair of columns orthogonal once; whether one was not.
fn sweep(columns: &mut [Vec<f64>], right: &mut [Vec<f64>], negligible: f64) -> bool {
    let mut rotated = false;
    for j in 1..columns.len() {
        for i in 0..j {
            let (a, b) = (dot(&columns[i], &columns[i]), dot(&columns[j], &columns[j]));
            let product = dot(&columns[i], &columns[j]);
            let orthogonal = product.abs() <= 1e-15 * (a * b).sqrt() || a <= negligible || b <= negligible;
            if orthogonal || !product.is_finite() {
                continue;
            }
            rotated = true;
            // The smaller of the two angles that make the columns orthogonal.
            let cotangent = (b - a) / (2.0 * product);
            let tangent = cotangent.signum() / (cotangent.abs() + cotangent.hypot(1.0));
            let cosine = 1.0 / tangent.hypot(1.0);
            for list in [&mut *columns, &mut *right] {
                let (first, second) = list.split_at_mut(j);
                rotate(&mut first[i], &mut second[0], cosine, cosine * tangent);
            }
        }
    }
    rotated
}

fn rotate(a: &mut [f64], b: &mut [f64], cosine: f64, sine: f64) {
    for (a, b) in a.iter_mut().zip(b) {
        (*a, *b) = (cosine * *a - sine * *b, sine * *a + cosine * *b);
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    wengert_kernels::dot(a, b)
}
