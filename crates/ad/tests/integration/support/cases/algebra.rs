//! Cases of matrix products, linear systems and functions of square matrices.

use super::{Cases, random};
use ndarray::ArrayD;
use wengert_ad::Element;
use wengert_ad::kernels::Triangle;
use wengert_ad::rules::Tanh;

impl<T: Element> Cases<T> {
    pub(super) fn products(&mut self) {
        let extents =
            [(2, 3, 4), (1, 1, 1), (3, 1, 2), (1, 4, 1), (3, 3, 3), (2, 0, 3), (0, 2, 3), (2, 3, 0)];
        for (m, k, n) in extents {
            self.add("MatMul", &[&[m, k], &[k, n]], |x| x[0].matmul(x[1]));
            self.add("Affine", &[&[m, k], &[k, n], &[n]], |x| x[0].affine(x[1], x[2]));
            self.add("AffineMap", &[&[m, k], &[k, n], &[n]], |x| x[0].affine_map(x[1], x[2], Tanh));
            self.add("MatMul", &[&[m, k], &[k]], |x| x[0].matmul(x[1]));
            self.add("MatMul", &[&[k], &[k, n]], |x| x[0].matmul(x[1]));
            self.add("MatMul", &[&[2, m, k], &[k, n]], |x| x[0].matmul(x[1]));
            self.add("MatMul", &[&[2, m, k], &[k]], |x| x[0].matmul(x[1]));
            self.add("MatMul", &[&[2, m, k], &[2, k, n]], |x| x[0].matmul(x[1]));
            self.add("Outer", &[&[m], &[n]], |x| x[0].outer(x[1]));
            self.add("Dot", &[&[m, k], &[m, k]], |x| x[0].dot(x[1]));
        }
        self.add("MatMul", &[&[2, 1, 3, 2], &[2, 1, 2, 3]], |x| x[0].matmul(x[1]));
        self.add("MatMul", &[&[9, 17], &[17]], |x| x[0].matmul(x[1]));
        self.add("MatMul", &[&[9], &[9, 17]], |x| x[0].matmul(x[1]));
        self.add("Dot", &[&[], &[]], |x| x[0].dot(x[1]));
        self.add("Dot", &[&[21], &[21]], |x| x[0].dot(x[1]));
    }

    /// Matrices of shape `(.., n, n)`, far from singular: three times the identity with its rows
    /// exchanged, and numbers below a half beside it. `(A + A') / 2` is positive definite where no rows
    /// are exchanged.
    pub(super) fn regular(&mut self, shape: &[usize], exchanged: bool) -> ArrayD<f64> {
        let n = shape[shape.len() - 1];
        let mut a = random(&mut self.rng, shape) * 0.25;
        for (e, a) in a.iter_mut().enumerate() {
            let (row, column) = (e / n % n, e % n);
            let large = if exchanged { (row + 1) % n == column } else { row == column };
            *a += if large { 3.0 } else { 0.0 };
        }
        a
    }

    pub(super) fn systems(&mut self) {
        let sizes = [(1, 1), (2, 2), (3, 3), (3, 1), (4, 2), (2, 5), (0, 2), (3, 0)];
        for ((n, m), exchanged) in sizes.into_iter().flat_map(|size| [(size, false), (size, true)]) {
            let a = self.regular(&[n, n], exchanged);
            let batch = self.regular(&[2, n, n], exchanged);
            // An operand that is used instead of all others must be regular, too.
            let b = if n == m { self.regular(&[n, n], false) } else { random(&mut self.rng, &[n, m]) };
            let (c, d) = (random(&mut self.rng, &[2, n, m]), random(&mut self.rng, &[n]));
            self.add_with("Solve", vec![a.clone(), b.clone()], |x| x[0].solve(x[1]));
            self.add_with("Solve", vec![batch.clone(), c.clone()], |x| x[0].solve(x[1]));
            self.add_with("Solve", vec![a.clone(), d.clone()], |x| x[0].solve(x[1]));
            if exchanged {
                continue;
            }
            for triangle in [Triangle::Lower, Triangle::Upper] {
                for inputs in [[&a, &b], [&batch, &c], [&a, &d]] {
                    let inputs = inputs.map(Clone::clone).to_vec();
                    self.add_with("SolveTriangular", inputs, move |x| x[0].solve_triangular(x[1], triangle));
                }
            }
        }
    }

    pub(super) fn square_matrices(&mut self) {
        for shape in [&[1, 1][..], &[2, 2], &[4, 4], &[2, 3, 3], &[0, 2, 2], &[0, 0], &[2, 0, 0]] {
            for exchanged in [false, true] {
                let a = self.regular(shape, exchanged);
                self.add_with("Inverse", vec![a.clone()], |x| x[0].inverse());
                self.add_with("LogDeterminant", vec![a.clone()], |x| x[0].log_determinant());
                // Determinants of order 1.
                self.add_with("Determinant", vec![a * 0.3], |x| x[0].determinant());
            }
            let a = self.regular(shape, false);
            self.add_with("Cholesky", vec![a], |x| x[0].cholesky());
            self.add("Diagonal", &[shape], |x| x[0].diagonal());
            self.add("DiagonalMatrix", &[&shape[1..]], |x| x[0].diagonal_matrix());
        }
        for (n, zeros) in [(1, 1), (2, 1), (3, 1), (4, 1), (3, 2)] {
            let mut a = random(&mut self.rng, &[n, n]);
            a.slice_each_axis_mut(|axis| ndarray::Slice::from(if axis.axis.0 == 1 { ..zeros } else { ..n }))
                .fill(0.0);
            self.add_with("Determinant", vec![a], |x| x[0].determinant());
        }
        for shape in [&[3, 3][..], &[2, 4], &[4, 2], &[2, 2, 3], &[0, 2]] {
            for triangle in [Triangle::Lower, Triangle::Upper] {
                self.add("TriangularPart", &[shape], move |x| x[0].triangular_part(triangle));
            }
        }
    }
}
