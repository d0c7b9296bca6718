//! Determinants.

use super::adjoint::Adjoint;
use super::definition::{Primitive, Requirement};
use super::solve::Factors;
use super::square::{SQUARE, rows_of_square};
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use crate::rules::{Elementary, one, zero};
use wengert_kernels::Matrix;

fn shape_of_determinant(operand: &[usize]) -> Result<Shape, Requirement> {
    rows_of_square(operand).map(|_| operand[..operand.len() - 2].into()).ok_or(SQUARE)
}

/// `y = det A`, the product of the pivots of an LU factorisation; shapes `(.., n, n) -> (..)`; 1
/// for a matrix without rows.
///
/// Pullback: `A_bar += y_bar adj(A)'`, where `adj(A)' = det A  A^-T` (Giles 2008, section 2.2.4).
/// Cost: `2 n^3 / 3` flops, the pullback `2 n^3`.
///
/// A matrix with a zero pivot is singular and has no inverse, but its determinant has a derivative.
/// In this case the adjugate is computed from the characteristic polynomial (Faddeev and LeVerrier;
/// Householder 1964, section 6.7), which divides by integers only and costs `2 n^4` flops.
#[derive(Clone, Debug)]
pub struct Determinant<T> {
    factors: Factors<T>,
}

impl<T> Default for Determinant<T> {
    fn default() -> Self {
        Self { factors: Factors::default() }
    }
}

impl<T: Element> Primitive<T> for Determinant<T> {
    fn name(&self) -> &'static str {
        "determinant"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        shape_of_determinant(operands[0])
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        self.factors.factorise(xs[0]);
        for ((i, lu), y) in self.factors.matrices().iter().enumerate().zip(y) {
            *y = if lu.is_singular() {
                let (determinant, _) = with_adjugate(element(&xs[0], i));
                // The value is known to be zero: only the rounding error is removed, the derivatives remain.
                determinant.shift(-determinant.value())
            } else {
                lu.determinant()
            };
        }
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let n = at.xs[0].shape[at.xs[0].shape.len() - 1];
        let mut adjugates = self.factors.inverse_transposed();
        let matrices = self.factors.matrices().iter().zip(at.y.data).zip(at.y_bar).enumerate();
        for ((i, ((lu, &y), &y_bar)), adjugate) in matrices.zip(adjugates.chunks_exact_mut((n * n).max(1))) {
            if lu.is_singular() {
                let (_, transposed) = with_adjugate(element(&at.xs[0], i));
                adjugate.iter_mut().enumerate().for_each(|(e, a)| *a = transposed[e % n * n + e / n] * y_bar);
            } else {
                adjugate.iter_mut().for_each(|inverse| *inverse = *inverse * y * y_bar);
            }
        }
        x_bar.add(adjugates.iter().copied());
    }
}

/// The `i`-th matrix of a batch.
fn element<'a, T>(a: &View<'a, T>, i: usize) -> Matrix<'a, T> {
    let n = a.shape[a.shape.len() - 1];
    Matrix::new(&a.data[i * n * n..][..n * n], n, n)
}

/// `det A` and `adj(A)`, where `A adj(A) = det A  I`, by the recurrence of Faddeev and LeVerrier.
fn with_adjugate<T: Element>(a: Matrix<'_, T>) -> (T, Vec<T>) {
    let [n, _] = a.shape();
    let add_to_diagonal = |m: &mut [T], c: T| m.iter_mut().step_by(n + 1).for_each(|m| *m = *m + c);
    let (mut adjugate, mut product) = (vec![zero(); n * n], vec![zero(); n * n]);
    // The coefficients of the characteristic polynomial, starting from the highest power.
    let mut coefficient: T = one();
    for k in 1..=n {
        std::mem::swap(&mut adjugate, &mut product);
        add_to_diagonal(&mut adjugate, coefficient);
        T::gemm(a, Matrix::new(&adjugate, n, n), &mut product, true);
        let trace = product.iter().step_by(n + 1).fold(zero(), |sum: T, &p| sum + p);
        coefficient = -trace.divide(k as f64);
    }
    // The signs are (-1)^(n-1) and (-1)^n.
    if n % 2 == 0 {
        adjugate.iter_mut().for_each(|a| *a = -*a);
        (coefficient, adjugate)
    } else {
        (-coefficient, adjugate)
    }
}

/// `y = ln |det A|`, the sum of the logarithms of the pivots, which neither overflows nor
/// underflows as the determinant does; shapes `(.., n, n) -> (..)`. Minus infinity for a singular
/// matrix.
///
/// Pullback: `A_bar += y_bar A^-T` (Giles 2008, section 2.2.4); not finite for a singular matrix.
/// Cost: `2 n^3 / 3` flops, the pullback `2 n^3`.
#[derive(Clone, Debug)]
pub struct LogDeterminant<T> {
    factors: Factors<T>,
}

impl<T> Default for LogDeterminant<T> {
    fn default() -> Self {
        Self { factors: Factors::default() }
    }
}

impl<T: Element> Primitive<T> for LogDeterminant<T> {
    fn name(&self) -> &'static str {
        "log_determinant"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        shape_of_determinant(operands[0])
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        self.factors.factorise(xs[0]);
        for (lu, y) in self.factors.matrices().iter().zip(y) {
            *y = lu.pivots().fold(T::constant(0.0), |sum, pivot| sum + pivot.abs().ln());
        }
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let n = at.xs[0].shape[at.xs[0].shape.len() - 1];
        let inverses = self.factors.inverse_transposed();
        x_bar.add_rows(n * n, |i| inverses[i * n * n..].iter().map(move |&inverse| inverse * at.y_bar[i]));
    }
}
