//! Linear least squares as an objective, for every method here.

use std::fmt;

use super::householder::least_squares;
use super::vector::{add_scaled, dot, norm};
use super::{Hessian, HessianProduct, Jacobian, JacobianProducts, Objective, Residuals};

/// Linear least squares, `|A x - b|^2 / 2`, with gradient `A'(A x - b)` and Hessian `A'A`: **half** the sum.
///
/// It is an objective for every method of this module but random search; with
/// [`L1`](super::L1) added, it is the lasso.
#[derive(Clone, Debug, PartialEq)]
pub struct LeastSquares<'a> {
    matrix: &'a [f64],
    targets: &'a [f64],
    columns: usize,
}

impl<'a> LeastSquares<'a> {
    /// The problem with this `matrix` in rows, one for each of the `targets`; scikit-learn's `Lasso` and
    /// `Ridge` call them `X` and `y`, and its `Lasso` divides by the number of rows.
    ///
    /// # Panics
    /// If there are no targets, or if the matrix cannot be cut into as many rows.
    #[must_use]
    #[track_caller]
    pub fn new(matrix: &'a [f64], targets: &'a [f64]) -> Self {
        let rows = targets.len();
        assert!(
            rows > 0 && matrix.len().is_multiple_of(rows),
            "LeastSquares: the matrix has {} numbers, must be a multiple of the {rows} targets",
            matrix.len()
        );
        Self { matrix, targets, columns: matrix.len() / rows }
    }

    /// How many rows the matrix has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.targets.len()
    }

    /// How many columns the matrix has: the length of `x`.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The minimum, by Householder reflections: exact but for rounding, and without `A'A`, whose condition
    /// number is the square of `A`'s (Golub and Van Loan 2013, algorithm 5.3.2).
    ///
    /// # Errors
    /// If a column depends on those before it, which leaves its coefficient undetermined: if no more of it
    /// than `max(m, n)` units of rounding stands at right angles to them. With more columns than rows, one does.
    ///
    /// # Cost
    /// `2 n^2 (m - n / 3)` flops for `m` rows and `n` columns.
    pub fn solve(&self) -> Result<Vec<f64>, DependentColumn> {
        let (m, n) = (self.rows(), self.columns);
        if n > m {
            return Err(DependentColumn { column: m });
        }
        let (mut a, mut b) = (self.matrix.to_vec(), self.targets.to_vec());
        let x = least_squares(&mut a, n, &mut b);
        let rounding = m as f64 * f64::EPSILON;
        let depends = |&k: &usize| a[k * n + k].abs() <= rounding * norm(&self.column(k));
        (0..n).find(depends).map_or(Ok(x), |column| Err(DependentColumn { column }))
    }

    /// Refuses a point of the wrong length.
    #[track_caller]
    pub(super) fn expect_columns(&self, x: &[f64]) {
        let (given, columns) = (x.len(), self.columns);
        assert!(given == columns, "LeastSquares: x has length {given}, but the matrix has {columns} columns");
    }

    /// Column `j` of the matrix.
    pub(super) fn column(&self, j: usize) -> Vec<f64> {
        self.matrix.iter().skip(j).step_by(self.columns).copied().collect()
    }

    /// The rows, none if they are empty.
    fn each_row(&self) -> impl Iterator<Item = &'a [f64]> {
        self.matrix.chunks(self.columns.max(1))
    }
}

/// A column of the matrix is, to rounding, a combination of the columns before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DependentColumn {
    /// Its number, from 0.
    pub column: usize,
}

impl fmt::Display for DependentColumn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "column {} of the matrix depends on those before it: leave it out", self.column)
    }
}

impl std::error::Error for DependentColumn {}

impl Residuals for LeastSquares<'_> {
    fn count(&self) -> usize {
        self.rows()
    }

    /// # Panics
    /// If `x` is not as long as the matrix has columns.
    fn residuals(&mut self, x: &[f64], residuals: &mut [f64]) {
        self.expect_columns(x);
        for (r, b) in residuals.iter_mut().zip(self.targets) {
            *r = -b;
        }
        for (r, row) in residuals.iter_mut().zip(self.each_row()) {
            *r += dot(row, x);
        }
    }
}

impl Jacobian for LeastSquares<'_> {
    fn jacobian(&mut self, _: &[f64], jacobian: &mut [f64]) {
        jacobian.copy_from_slice(self.matrix);
    }
}

impl JacobianProducts for LeastSquares<'_> {
    fn product(&mut self, _: &[f64], v: &[f64], product: &mut [f64]) {
        for (p, row) in product.iter_mut().zip(self.each_row()) {
            *p = dot(row, v);
        }
    }

    fn transposed_product(&mut self, _: &[f64], u: &[f64], product: &mut [f64]) {
        for (u, row) in u.iter().zip(self.each_row()) {
            add_scaled(product, *u, row);
        }
    }
}

impl Objective for LeastSquares<'_> {
    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let mut r = vec![0.0; self.rows()];
        self.residuals(x, &mut r);
        self.transposed_product(x, &r, gradient);
        0.5 * dot(&r, &r)
    }
}

impl HessianProduct for LeastSquares<'_> {
    fn hessian_product(&mut self, x: &[f64], v: &[f64], product: &mut [f64]) {
        let mut along = vec![0.0; self.rows()];
        self.product(x, v, &mut along);
        self.transposed_product(x, &along, product);
    }
}

impl Hessian for LeastSquares<'_> {
    fn hessian(&mut self, _: &[f64], hessian: &mut [f64]) {
        for row in self.each_row() {
            for (out, a) in hessian.chunks_mut(self.columns).zip(row) {
                add_scaled(out, *a, row);
            }
        }
    }
}
