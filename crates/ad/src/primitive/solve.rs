//! Linear systems. The adjoint of a solution is the solution of the transposed system, with the same factors.

use super::adjoint::{Adjoint, is_zero};
use super::definition::{Primitive, Requirement};
use super::square::{SQUARE, rows_of_square};
use super::view::{Recorded, Shape, View};
use crate::element::{Element, rounding};
use crate::rules::{one, zero};
use std::cell::{RefCell, RefMut};
use wengert_kernels::{Lu, Matrix, Triangle, Triangular, sum_of_pairs};

/// The factors of each square matrix of a batch, kept from the primal for the pullback.
#[derive(Clone, Debug)]
pub(super) struct Factors<T> {
    matrices: Vec<Lu<T>>,
    /// Whether each matrix is singular up to rounding.
    singular: Vec<bool>,
    n: usize,
    /// The intermediate result of a pullback.
    scratch: RefCell<Vec<T>>,
}

impl<T> Default for Factors<T> {
    fn default() -> Self {
        Self { matrices: Vec::new(), singular: Vec::new(), n: 0, scratch: RefCell::default() }
    }
}

impl<T: Element> Factors<T> {
    /// Factorises matrices `(.., n, n)`.
    pub(super) fn factorise(&mut self, a: View<'_, T>) {
        let batch = a.shape[..a.shape.len() - 2].iter().product();
        self.n = a.shape[a.shape.len() - 1];
        self.matrices.resize_with(batch, Lu::default);
        let size = self.n * self.n;
        for (i, lu) in self.matrices.iter_mut().enumerate() {
            lu.factorise(&a.data[i * size..][..size], self.n);
        }
        let least = noise::<T>(self.n);
        self.singular.clear();
        self.singular.extend(self.matrices.iter().map(|lu| lu.relative_pivots().any(|pivot| pivot <= least)));
    }

    /// The number of rows of each matrix.
    pub(super) fn n(&self) -> usize {
        self.n
    }

    pub(super) fn matrices(&self) -> &[Lu<T>] {
        &self.matrices
    }

    /// Calls `solve` with each matrix and its part of `b`. A matrix that is singular up to rounding has no
    /// solution: NaN instead of digits that are all noise.
    fn each(&self, b: &mut [T], solve: impl Fn(&Lu<T>, &mut [T])) {
        let size = b.len() / self.matrices.len().max(1);
        let matrices = self.matrices.iter().zip(&self.singular);
        for ((lu, &singular), b) in matrices.zip(b.chunks_exact_mut(size.max(1))) {
            if singular { b.fill(T::constant(f64::NAN)) } else { solve(lu, b) }
        }
    }

    /// `B_bar = A^-T X_bar`, the cotangent of the right sides; zero for a matrix with `X_bar = 0`, even if
    /// the matrix is singular.
    fn pull_back(&self, columns: usize, x_bar: &[T]) -> RefMut<'_, Vec<T>> {
        let mut b_bar = self.scratch.borrow_mut();
        b_bar.clear();
        b_bar.extend_from_slice(x_bar);
        self.each(&mut b_bar, |lu, b_bar| lu.solve_transposed(b_bar, columns));
        let size = (self.n * columns).max(1);
        let unused =
            b_bar.chunks_exact_mut(size).zip(x_bar.chunks_exact(size)).filter(|(_, x_bar)| is_zero(x_bar));
        unused.for_each(|(b_bar, _)| b_bar.fill(zero()));
        b_bar
    }

    /// `A^-T` of each matrix.
    pub(super) fn inverse_transposed(&self) -> RefMut<'_, Vec<T>> {
        let mut inverse = self.scratch.borrow_mut();
        inverse.clear();
        inverse.resize(self.matrices.len() * self.n * self.n, zero());
        self.each(&mut inverse, |lu, inverse| {
            write_identity(inverse, self.n);
            lu.solve_transposed(inverse, self.n);
        });
        inverse
    }

    /// Adds `A_bar = -B_bar X'`, given `B_bar` and the solutions.
    fn pull_back_matrix(&self, columns: usize, b_bar: &mut [T], x: &[T], a_bar: Adjoint<'_, T>) {
        b_bar.iter_mut().for_each(|b_bar| *b_bar = -*b_bar);
        let (n, size) = (self.n, self.n * columns);
        let part = |i: usize| i * size..(i + 1) * size;
        a_bar.add_products(n * n, |i| {
            let [b_bar, x] = [&b_bar[part(i)], &x[part(i)]];
            let factors = || [Matrix::new(b_bar, n, columns), Matrix::new(x, n, columns).transposed()];
            (!is_zero(b_bar)).then(factors)
        });
    }
}

/// A relative pivot of at most this size is rounding noise.
pub(super) fn noise<T: Element>(n: usize) -> f64 {
    n as f64 * rounding::<T>()
}

/// Writes the identity of `n` rows.
fn write_identity<T: Element>(a: &mut [T], n: usize) {
    a.fill(zero());
    a.iter_mut().step_by(n + 1).for_each(|a| *a = one());
}

/// The number of right sides of systems of shapes `(n, n) (n)` or `(.., n, n) (.., n, columns)`.
fn right_sides(a: &[usize], b: &[usize]) -> Option<usize> {
    let n = rows_of_square(a)?;
    match *b {
        [rows] if rows == n && a.len() == 2 => Some(1),
        [.., rows, columns] if rows == n && a[..a.len() - 2] == b[..b.len() - 2] => Some(columns),
        _ => None,
    }
}

fn shape_of_solution(a: &[usize], b: &[usize]) -> Result<Shape, Requirement> {
    let needed =
        "square matrices (.., n, n) and right sides (.., n, m), or one matrix (n, n) and a vector (n)";
    right_sides(a, b).map(|_| b.into()).ok_or(needed)
}

fn columns(xs: &[View<'_, impl Element>]) -> usize {
    right_sides(xs[0].shape, xs[1].shape).expect("the shapes were checked when the operation was recorded")
}

/// The solution of `A X = B` by LU factorisation with partial pivoting; shapes `(n, n) (n) -> (n)` or
/// `(.., n, n) (.., n, m) -> (.., n, m)`.
///
/// Pullback: `B_bar += A^-T X_bar`, `A_bar += -A^-T X_bar X'` (Giles 2008, section 2.3.1), with the
/// factors of the primal. Cost: `2 n^3 / 3 + 2 n^2 m` flops; the pullback `2 n^2 m` per operand,
/// and `2 n^2 m` for the product.
///
/// A matrix that is singular up to rounding, with a [relative pivot](Lu::relative_pivots) of at most `n eps`,
/// gives NaN.
#[derive(Clone, Debug)]
pub struct Solve<T> {
    factors: Factors<T>,
}

impl<T> Default for Solve<T> {
    fn default() -> Self {
        Self { factors: Factors::default() }
    }
}

impl<T: Element> Primitive<T> for Solve<T> {
    fn name(&self) -> &'static str {
        "solve"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        shape_of_solution(operands[0], operands[1])
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let columns = columns(xs);
        self.factors.factorise(xs[0]);
        y.copy_from_slice(xs[1].data);
        self.factors.each(y, |lu, b| lu.solve(b, columns));
    }
    #[inline(never)]
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let columns = columns(at.xs);
        let mut b_bar = self.factors.pull_back(columns, at.y_bar);
        if wrt == 0 {
            self.factors.pull_back_matrix(columns, &mut b_bar, at.y.data, x_bar);
        } else {
            x_bar.add(b_bar.iter().copied());
        }
    }
}

/// `Y = A^-1`; shapes `(.., n, n) -> (.., n, n)`. To solve a system, [`Solve`] is cheaper and more accurate.
///
/// Pullback: `A_bar += -A^-T Y_bar Y'` (Giles 2008, section 2.2.3). Cost: `8 n^3 / 3` flops. The
/// inverse of a matrix that is singular up to rounding, with a [relative pivot](Lu::relative_pivots) of at
/// most `n eps`, is NaN.
#[derive(Clone, Debug)]
pub struct Inverse<T> {
    factors: Factors<T>,
}

impl<T> Default for Inverse<T> {
    fn default() -> Self {
        Self { factors: Factors::default() }
    }
}

impl<T: Element> Primitive<T> for Inverse<T> {
    fn name(&self) -> &'static str {
        "inverse"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        rows_of_square(operands[0]).map(|_| operands[0].into()).ok_or(SQUARE)
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        self.factors.factorise(xs[0]);
        let n = self.factors.n;
        self.factors.each(y, |lu, y| {
            write_identity(y, n);
            lu.solve(y, n);
        });
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let n = self.factors.n;
        let mut b_bar = self.factors.pull_back(n, at.y_bar);
        self.factors.pull_back_matrix(n, &mut b_bar, at.y.data, x_bar);
    }
}

/// The solution of `T X = B` with a triangular matrix `T`; the shapes are those of [`Solve`]. Only
/// the triangle is read.
///
/// Pullback: `B_bar += T^-T X_bar`, `T_bar += ` the triangle of `-T^-T X_bar X'`. Cost: `n^2 m`
/// flops, and the same for the pullback of each operand. A zero on the diagonal gives a solution
/// that is not finite.
#[derive(Clone, Debug)]
pub struct SolveTriangular<T> {
    triangle: Triangle,
    scratch: RefCell<Vec<T>>,
}

impl<T> SolveTriangular<T> {
    /// The solution for matrices with this triangle.
    pub fn new(triangle: Triangle) -> Self {
        Self { triangle, scratch: RefCell::default() }
    }

    /// Changes the triangle and keeps the buffers.
    pub fn set_triangle(&mut self, triangle: Triangle) {
        self.triangle = triangle;
    }
}

impl<T: Element> SolveTriangular<T> {
    fn solve(&self, a: View<'_, T>, transposed: bool, b: &mut [T], columns: usize) {
        let n = a.shape[a.shape.len() - 1];
        let systems = a.data.chunks_exact((n * n).max(1)).zip(b.chunks_exact_mut((n * columns).max(1)));
        for (elements, b) in systems {
            // A cotangent of zero contributes nothing, even if the matrix is singular.
            if !transposed || !is_zero(b) {
                Triangular { elements, n, triangle: self.triangle, unit: false }
                    .solve(transposed, b, columns);
            }
        }
    }

    /// Adds the triangle of `-B_bar X'`. Each element is an inner product of two rows.
    fn pull_back_matrix(&self, n: usize, columns: usize, b_bar: &[T], x: &[T], a_bar: Adjoint<'_, T>) {
        a_bar.add_rows(n, |row| {
            let (first, i) = (row / n * n, row % n);
            (0..n).map(move |j| {
                let inside = match self.triangle {
                    Triangle::Lower => j <= i,
                    Triangle::Upper => j >= i,
                };
                let rows = [&b_bar[row * columns..][..columns], &x[(first + j) * columns..][..columns]];
                if inside { -sum_of_pairs(rows[0], rows[1], |b_bar, x| x.chain(b_bar)) } else { zero() }
            })
        });
    }
}

impl<T: Element> Primitive<T> for SolveTriangular<T> {
    fn name(&self) -> &'static str {
        "solve_triangular"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        shape_of_solution(operands[0], operands[1])
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        y.copy_from_slice(xs[1].data);
        self.solve(xs[0], false, y, columns(xs));
    }
    #[inline(never)]
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (columns, a) = (columns(at.xs), at.xs[0]);
        let mut b_bar = self.scratch.borrow_mut();
        b_bar.clear();
        b_bar.extend_from_slice(at.y_bar);
        self.solve(a, true, &mut b_bar, columns);
        if wrt == 0 {
            self.pull_back_matrix(a.shape[a.shape.len() - 1], columns, &b_bar, at.y.data, x_bar);
        } else {
            x_bar.add(b_bar.iter().copied());
        }
    }
}
