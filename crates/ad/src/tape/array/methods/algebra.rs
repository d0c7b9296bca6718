//! Linear algebra on tensors. Leading axes, written `..`, are a batch: every matrix of it by itself.

use crate::element::Element;
use crate::number::{Operand, Unary};
use crate::primitive::{
    Affine, AffineMap, Cholesky, Determinant, Diagonal, DiagonalMatrix, Dot, Inverse, LinearCombination,
    LogDeterminant, MatMul, Outer, Solve, SolveTriangular, TriangularPart,
};
use crate::tape::array::tensor::Tensor;
use wengert_kernels::Triangle;

/// Products.
impl<T: Element> Tensor<'_, T> {
    /// Matrix product `A B`: `(m, k) (k, n)`, with a vector `(k)` for either, of a batch `(.., m, k)` and one matrix
    /// `(k, n)` or vector `(k)`, or of two batches `(.., m, k) (.., k, n)`.
    ///
    /// # Panics
    /// If the inner extents differ. See [`MatMul`] for the shapes.
    #[track_caller]
    pub fn matmul(self, rhs: Self) -> Self {
        self.apply(&[rhs], MatMul)
    }

    /// The rows through an affine map, `X W + 1 b'`; shapes `(m, k) (k, n) (n) -> (m, n)`.
    #[track_caller]
    pub fn affine(self, weight: Self, bias: Self) -> Self {
        self.apply(&[weight, bias], Affine)
    }

    /// `rule(X W + 1 b')`, elementwise: [`affine`](Self::affine) and the rule, to the same bits.
    ///
    /// One operation with one buffer where the output of the rule [tells its derivative](Unary::FROM_OUTPUT), as with ReLU and
    /// tanh. Under an [`Observer`](crate::tape::Observer), which is shown every step, it stays two.
    #[track_caller]
    pub fn affine_map(self, weight: Self, bias: Self, rule: impl Unary) -> Self {
        let watched = self.tape.observer.borrow().is_some();
        match AffineMap::new(rule).filter(|_| !watched) {
            Some(map) => self.apply(&[weight, bias], map),
            None => self.affine(weight, bias).unary(rule),
        }
    }

    /// Inner product `sum_i a_i b_i` of two arrays of one shape.
    #[track_caller]
    pub fn dot(self, rhs: Self) -> Self {
        self.apply(&[rhs], Dot)
    }

    /// Outer product `a b'`; shapes `(m) (n) -> (m, n)`.
    #[track_caller]
    pub fn outer(self, rhs: Self) -> Self {
        self.apply(&[rhs], Outer)
    }

    /// `c_0 self + c_1 others_1 + ...`, in one pass; all of one shape, with a coefficient for each.
    ///
    /// ```
    /// use ndarray::array;
    /// use wengert_ad::ArrayTape;
    ///
    /// let tape = ArrayTape::<f64>::new();
    /// let (y, k) = (tape.var(&array![1.0, 2.0]), tape.var(&array![10.0, 20.0]));
    /// assert_eq!(y.linear_combination(&[k], &[1.0, 0.5]).value(), array![6.0, 12.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the shapes differ, or the number of coefficients is not that of the operands.
    #[track_caller]
    pub fn linear_combination(self, others: &[Self], coefficients: &[f64]) -> Self {
        self.apply(others, LinearCombination(coefficients.into()))
    }
}

/// Systems and factorisations.
impl<T: Element> Tensor<'_, T> {
    /// The solution `X` of `A X = B`, `self` being `A`; shapes `(n, n) (n)` or `(.., n, n) (.., n, m)`. Not finite where
    /// `A` is singular.
    ///
    /// ```
    /// use ndarray::array;
    /// use wengert_ad::ArrayTape;
    ///
    /// let tape = ArrayTape::<f64>::new();
    /// let (a, b) = (tape.var(&array![[2.0, 0.0], [0.0, 4.0]]), tape.var(&array![2.0, 2.0]));
    /// let x = a.solve(b);
    /// assert_eq!(x.value(), array![1.0, 0.5].into_dyn());
    /// assert_eq!(x.sum().gradient().wrt(b), array![0.5, 0.25].into_dyn());
    /// ```
    #[track_caller]
    pub fn solve(self, rhs: Self) -> Self {
        self.apply_with(&[rhs], Solve::default, |_| {})
    }

    /// As [`solve`](Self::solve), of a triangular matrix; what stands outside the triangle is not read.
    #[track_caller]
    pub fn solve_triangular(self, rhs: Self, triangle: Triangle) -> Self {
        self.apply_with(&[rhs], || SolveTriangular::new(triangle), |solve| solve.set_triangle(triangle))
    }

    /// The inverse of square matrices `(.., n, n)`. To solve systems, use [`solve`](Self::solve).
    #[track_caller]
    pub fn inverse(self) -> Self {
        self.apply_with(&[], Inverse::default, |_| {})
    }

    /// The lower triangular `L` with `L L' = (A + A') / 2`; shapes `(.., n, n)`. NaN where that is not positive definite.
    #[track_caller]
    pub fn cholesky(self) -> Self {
        self.apply_with(&[], Cholesky::default, |_| {})
    }

    /// The determinant; shapes `(.., n, n) -> (..)`. It has its derivative at singular matrices too.
    #[track_caller]
    pub fn determinant(self) -> Self {
        self.apply_with(&[], Determinant::default, |_| {})
    }

    /// `ln |det A|`; shapes `(.., n, n) -> (..)`. Minus infinity of a singular matrix.
    #[track_caller]
    pub fn log_determinant(self) -> Self {
        self.apply_with(&[], LogDeterminant::default, |_| {})
    }
}

/// Parts of matrices.
impl<T: Element> Tensor<'_, T> {
    /// The elements on the diagonal; shapes `(.., n, n) -> (.., n)`. Their sum is the trace.
    #[track_caller]
    pub fn diagonal(self) -> Self {
        self.apply(&[], Diagonal)
    }

    /// Matrices with these elements on the diagonal, zero elsewhere; shapes `(.., n) -> (.., n, n)`.
    #[track_caller]
    pub fn diagonal_matrix(self) -> Self {
        self.apply(&[], DiagonalMatrix)
    }

    /// Zero outside the triangle; shapes `(.., m, n)`.
    #[track_caller]
    pub fn triangular_part(self, triangle: Triangle) -> Self {
        self.apply(&[], TriangularPart(triangle))
    }
}
