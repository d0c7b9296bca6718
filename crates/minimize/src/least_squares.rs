//! Linear least squares as an objective for every method.

use std::fmt;

use wengert_kernels::{HouseholderQr, norm};

use crate::objective::{Evaluate, Hessian, HessianProduct, Objective};
use crate::residuals::{Jacobian, JacobianProducts, LinearResiduals, Residuals};
use crate::vector::{add_scaled, dot};

/// Linear least squares, `|A x - b|^2 / 2`, with gradient `A'(A x - b)` and Hessian `A'A`: **half** the
/// sum.
///
/// It is an objective for every method of this crate; with [`L1`](crate::L1) added, it is the lasso.
#[derive(Clone, Debug, PartialEq)]
pub struct LeastSquares<'a> {
    matrix: &'a [f64],
    targets: &'a [f64],
    columns: usize,
}

impl<'a> LeastSquares<'a> {
    /// The problem with the matrix `A`, one row per target, row by row, and the targets `b`.
    ///
    /// scikit-learn's `Lasso` and `Ridge` call them `X` and `y`, and its `Lasso` divides by the number of
    /// rows.
    ///
    /// # Panics
    /// If there are no targets, or if the length of the matrix is not a multiple of their number.
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

    /// The number of rows of the matrix.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.targets.len()
    }

    /// The number of columns of the matrix: the length of `x`.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The minimum, by Householder reflections: exact except for rounding, and without `A'A`, whose
    /// condition number is the square of `A`'s (Golub and Van Loan 2013, algorithm 5.3.2).
    ///
    /// # Errors
    /// If a column depends on the columns before it, which leaves its coefficient undetermined: if its
    /// component orthogonal to them is at most `m` units of rounding of its length. With more columns than
    /// rows, one does.
    ///
    /// # Cost
    /// `2 n^2 (m - n / 3)` flops for `m` rows and `n` columns.
    pub fn solve(&self) -> Result<Vec<f64>, DependentColumnError> {
        let (m, n) = (self.rows(), self.columns);
        if n > m {
            return Err(DependentColumnError { column: m });
        }
        let factors = HouseholderQr::new(self.matrix.to_vec(), m, n);
        let rounding = m as f64 * f64::EPSILON;
        let depends = |(k, pivot): (usize, f64)| pivot.abs() <= rounding * norm(&self.column(k));
        match factors.diagonal().enumerate().position(depends) {
            Some(column) => Err(DependentColumnError { column }),
            None => Ok(factors.solve(self.targets.to_vec())),
        }
    }

    #[track_caller]
    fn assert_length(&self, x: &[f64]) {
        let (given, columns) = (x.len(), self.columns);
        assert!(given == columns, "LeastSquares: x has length {given}, but the matrix has {columns} columns");
    }

    /// The rows; none if they are empty.
    fn each_row(&self) -> impl Iterator<Item = &'a [f64]> {
        self.matrix.chunks(self.columns.max(1))
    }
}

/// A column of the matrix is, except for rounding, a combination of the columns before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DependentColumnError {
    /// The number of the column, counted from 0.
    pub column: usize,
}

impl fmt::Display for DependentColumnError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "column {} of the matrix depends on the columns before it: leave it out", self.column)
    }
}

impl std::error::Error for DependentColumnError {}

impl Residuals for LeastSquares<'_> {
    fn count(&self) -> usize {
        self.rows()
    }

    /// # Panics
    /// If `x` does not have one entry per column of the matrix.
    #[track_caller]
    fn residuals(&mut self, x: &[f64], residuals: &mut [f64]) {
        self.assert_length(x);
        for (r, b) in residuals.iter_mut().zip(self.targets) {
            *r = -b;
        }
        for (r, row) in residuals.iter_mut().zip(self.each_row()) {
            *r += dot(row, x);
        }
    }
}

impl LinearResiduals for LeastSquares<'_> {
    fn columns(&self) -> usize {
        self.columns
    }

    fn column(&self, j: usize) -> Vec<f64> {
        self.matrix.iter().skip(j).step_by(self.columns).copied().collect()
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

impl Evaluate for LeastSquares<'_> {
    fn value(&mut self, x: &[f64]) -> f64 {
        let mut r = vec![0.0; self.rows()];
        self.residuals(x, &mut r);
        0.5 * dot(&r, &r)
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
