//! Linear algebra on tensors. Leading axes, written `..`, form a batch of independent matrices.

use crate::element::Element;
use crate::number::{Operand, Unary};
use crate::primitive::{
    Affine, AffineMap, Cholesky, Determinant, Diagonal, DiagonalMatrix, Dot, Inverse, LinearCombination,
    LogDeterminant, MatMul, Outer, Solve, SolveTriangular, TriangularPart,
};
use crate::tape::array::tensor::Tensor;
use wengert_kernels::Triangle;

/// Matrix products.
impl<T: Element> Tensor<'_, T> {
    /// Matrix product `A B`, with shapes `(m, k) (k, n) -> (m, n)`. Either operand can be a vector
    /// `(k)`, and both can be batches; see [`MatMul`] for all shapes.
    ///
    /// # Panics
    /// If the inner extents differ.
    #[track_caller]
    pub fn matmul(self, rhs: Self) -> Self {
        self.apply(&[rhs], MatMul)
    }

    /// Affine map of each row, `X W + 1 b'`; shapes `(m, k) (k, n) (n) -> (m, n)`.
    #[track_caller]
    pub fn affine(self, weight: Self, bias: Self) -> Self {
        self.apply_with(&[weight, bias], Affine::default, |_| {})
    }

    /// `rule(X W + 1 b')`: [`affine`](Self::affine) followed by the elementwise rule, with the same bits.
    ///
    /// If the derivative of the rule is [a function of its output](Unary::FROM_OUTPUT), as for ReLU
    /// and tanh, this is one operation with one buffer. If the tape has a
    /// [`TapeObserver`](crate::tape::TapeObserver), it records two operations, so that the observer
    /// sees both.
    #[track_caller]
    pub fn affine_map<R: Unary>(self, weight: Self, bias: Self, rule: R) -> Self {
        // A condition on a constant: the fused operation is not compiled for the other rules.
        if R::FROM_OUTPUT {
            let observed = self.tape.observer.borrow().is_some();
            if !observed {
                return self.apply_with(&[weight, bias], || AffineMap::new(rule), |kept| kept.set_rule(rule));
            }
        }
        self.affine(weight, bias).unary(rule)
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

    /// `c_0 self + c_1 others_1 + ...` in one pass; all operands have one shape, and `coefficients`
    /// has one number per operand.
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
    /// If the shapes differ, or the number of coefficients is not the number of operands.
    #[track_caller]
    pub fn linear_combination(self, others: &[Self], coefficients: &[f64]) -> Self {
        self.apply(others, LinearCombination(coefficients.into()))
    }
}

/// Linear systems and factorisations.
impl<T: Element> Tensor<'_, T> {
    /// The solution `X` of `A X = B`, where `A` is this array; shapes `(n, n) (n)` or
    /// `(.., n, n) (.., n, m)`. Not finite if `A` is singular.
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

    /// Same as [`solve`](Self::solve), for a triangular matrix. Elements outside of the triangle
    /// are not read.
    #[track_caller]
    pub fn solve_triangular(self, rhs: Self, triangle: Triangle) -> Self {
        self.apply_with(&[rhs], || SolveTriangular::new(triangle), |solve| solve.set_triangle(triangle))
    }

    /// The inverse of square matrices `(.., n, n)`. To solve a system, use [`solve`](Self::solve).
    /// Not finite for a singular matrix.
    #[track_caller]
    pub fn inverse(self) -> Self {
        self.apply_with(&[], Inverse::default, |_| {})
    }

    /// The lower triangular `L` with `L L' = (A + A') / 2`; shapes `(.., n, n) -> (.., n, n)`. NaN
    /// if that matrix is not positive definite.
    #[track_caller]
    pub fn cholesky(self) -> Self {
        self.apply_with(&[], Cholesky::default, |_| {})
    }

    /// The determinant; shapes `(.., n, n) -> (..)`. Its derivative is right for singular matrices, too.
    #[track_caller]
    pub fn determinant(self) -> Self {
        self.apply_with(&[], Determinant::default, |_| {})
    }

    /// `ln |det A|`; shapes `(.., n, n) -> (..)`. Minus infinity for a singular matrix.
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

    /// Matrices with these elements on the diagonal and zeros elsewhere; shapes `(.., n) -> (.., n, n)`.
    #[track_caller]
    pub fn diagonal_matrix(self) -> Self {
        self.apply(&[], DiagonalMatrix)
    }

    /// The triangular part, with zeros outside of the triangle; shapes `(.., m, n) -> (.., m, n)`.
    #[track_caller]
    pub fn triangular_part(self, triangle: Triangle) -> Self {
        self.apply(&[], TriangularPart(triangle))
    }
}
