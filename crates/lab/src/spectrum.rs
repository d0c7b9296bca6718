//! The eigenvalues of symmetric matrices.

use ndarray::Array2;

/// The eigenvalues of a symmetric matrix in descending order, by Jacobi rotations (Golub and Van Loan 2013,
/// section 8.5). The elements below the diagonal are not read.
///
/// ```
/// use ndarray::array;
/// use wengert_lab::symmetric_eigenvalues;
///
/// let eigenvalues = symmetric_eigenvalues(&array![[2.0, 1.0], [1.0, 2.0]]);
/// assert!((eigenvalues[0] - 3.0).abs() < 1e-14 && (eigenvalues[1] - 1.0).abs() < 1e-14);
/// ```
///
/// # Panics
/// If the matrix is not square.
#[must_use]
#[track_caller]
pub fn symmetric_eigenvalues(matrix: &Array2<f64>) -> Vec<f64> {
    let (n, columns) = matrix.dim();
    assert!(n == columns, "eigenvalues: the matrix is {n} x {columns}, not square");
    let mut a = Array2::from_shape_fn((n, n), |(i, j)| matrix[[i.min(j), i.max(j)]]);
    let size: f64 = a.iter().map(|x| x * x).sum();
    // Quadratic convergence ends far below 60 sweeps.
    for _ in 0..60 {
        let off: f64 = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|at| a[at] * a[at]).sum();
        if off <= 1e-32 * size {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, p, q);
            }
        }
    }
    let mut eigenvalues: Vec<f64> = a.diag().to_vec();
    eigenvalues.sort_by(|x, y| y.total_cmp(x));
    eigenvalues
}

/// The rotation of rows and columns `p` and `q` that makes their common element 0.
fn rotate(a: &mut Array2<f64>, p: usize, q: usize) {
    if a[[p, q]] == 0.0 {
        return;
    }
    let tau = (a[[q, q]] - a[[p, p]]) / (2.0 * a[[p, q]]);
    let t = tau.signum() / (tau.abs() + tau.hypot(1.0));
    let c = 1.0 / t.hypot(1.0);
    let s = t * c;
    for k in 0..a.nrows() {
        let (x, y) = (a[[k, p]], a[[k, q]]);
        (a[[k, p]], a[[k, q]]) = (c * x - s * y, s * x + c * y);
    }
    for k in 0..a.nrows() {
        let (x, y) = (a[[p, k]], a[[q, k]]);
        (a[[p, k]], a[[q, k]]) = (c * x - s * y, s * x + c * y);
    }
}
