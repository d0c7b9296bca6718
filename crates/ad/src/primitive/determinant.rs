//! Determinants.

use super::adjoint::Adjoint;
use super::adjugate::with_adjugate;
use super::definition::{Primitive, Requirement};
use super::solve::{Factors, noise};
use super::square::{SQUARE, rows_of_square};
use super::view::{Recorded, Shape, View};
use crate::element::{Element, rounding};
use crate::rules::{Elementary, zero};
use wengert_kernels::{Lu, Matrix};

fn shape_of_determinant(operand: &[usize]) -> Result<Shape, Requirement> {
    rows_of_square(operand).map(|_| operand[..operand.len() - 2].into()).ok_or(SQUARE)
}

/// `y = det A`, the product of the pivots of an LU factorisation; shapes `(.., n, n) -> (..)`; 1
/// for a matrix without rows.
///
/// Pullback: `A_bar += y_bar adj(A)'`, where `adj(A)' = det A  A^-T` (Giles 2008, section 2.2.4).
/// Cost: `2 n^3 / 3` flops, the pullback `2 n^3`.
///
/// A singular matrix has no inverse, but its determinant has derivatives of all orders. If a pivot is below
/// `eps^(1/3)` times the largest one or [the terms whose sum it is](wengert_kernels::Lu::relative_pivots),
/// the adjugate is computed by elimination with complete pivoting that never divides by a small pivot:
/// second derivatives, in which an error is divided by the pivot, keep two thirds of the digits in any case.
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
            *y = if !is_near_singular(lu) {
                lu.determinant()
            } else if lu.pivots().all(|pivot| pivot.value() != 0.0) {
                with_adjugate(element(&xs[0], i)).0
            } else {
                // The value is known to be zero: only the rounding error is removed, the derivatives remain.
                let (determinant, _) = with_adjugate(element(&xs[0], i));
                determinant.shift(-determinant.value())
            };
        }
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let n = at.xs[0].shape[at.xs[0].shape.len() - 1];
        let mut adjugates = self.factors.inverse_transposed();
        let matrices = self.factors.matrices().iter().zip(at.y.data).zip(at.y_bar).enumerate();
        for ((i, ((lu, &y), &y_bar)), adjugate) in matrices.zip(adjugates.chunks_exact_mut((n * n).max(1))) {
            if is_near_singular(lu) {
                let (_, transposed) = with_adjugate(element(&at.xs[0], i));
                let elements = adjugate.iter_mut().enumerate();
                elements.for_each(|(e, a)| *a = transposed[e % n * n + e / n].chain(y_bar));
            } else {
                adjugate.iter_mut().for_each(|inverse| *inverse = (*inverse * y).chain(y_bar));
            }
        }
        x_bar.add(adjugates.iter().copied());
    }
}

/// Whether a second derivative computed from the inverse would lose more than a third of its digits.
fn is_near_singular<T: Element>(lu: &Lu<T>) -> bool {
    let (least, sizes) = (rounding::<T>().cbrt(), || lu.pivots().map(|pivot| pivot.value().abs()));
    let largest = sizes().fold(0.0, f64::max);
    lu.relative_pivots().any(|pivot| pivot <= least) || sizes().any(|size| size <= least * largest)
}

/// The `i`-th matrix of a batch.
fn element<'a, T>(a: &View<'a, T>, i: usize) -> Matrix<'a, T> {
    let n = a.shape[a.shape.len() - 1];
    Matrix::new(&a.data[i * n * n..][..n * n], n, n)
}

/// `y = ln |det A|`, the sum of the logarithms of the pivots, which neither overflows nor
/// underflows as the determinant does; shapes `(.., n, n) -> (..)`. Minus infinity for a matrix that is
/// singular up to rounding, with a [relative pivot](wengert_kernels::Lu::relative_pivots) of at most `n eps`.
///
/// Pullback: `A_bar += y_bar A^-T` (Giles 2008, section 2.2.4); NaN for such a matrix.
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
            let pivots = lu.pivots().zip(lu.relative_pivots());
            *y = pivots.fold(zero(), |sum, (pivot, relative)| {
                // A pivot that is noise is taken to be zero; its logarithm has an infinite slope.
                let is_noise = relative <= noise::<T>(self.factors.n());
                sum + if is_noise { pivot.shift(-pivot.value()).ln() } else { pivot.abs().ln() }
            });
        }
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let n = at.xs[0].shape[at.xs[0].shape.len() - 1];
        let inverses = self.factors.inverse_transposed();
        x_bar.add_rows(n * n, |i| {
            inverses[i * n * n..].iter().map(move |&inverse| inverse.chain(at.y_bar[i]))
        });
    }
}
