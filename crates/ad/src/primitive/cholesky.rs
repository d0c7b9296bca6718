//! The Cholesky factorisation.

use super::adjoint::{Adjoint, is_zero};
use super::definition::{Primitive, Requirement};
use super::square::{SQUARE, rows_of_square};
use super::view::{Recorded, Shape, View};
use crate::element::{Element, rounding};
use crate::rules::{Elementary, zero};
use std::cell::RefCell;
use wengert_kernels::{Matrix, Triangle, Triangular, cholesky};

/// The lower triangular `L` with a positive diagonal and `L L' = A`; shapes `(.., n, n) -> (.., n, n)`.
///
/// The symmetric part `(A + A') / 2` is factorised, so that the derivative with respect to each
/// element is defined and `A_bar` is symmetric. If the matrix is not positive definite, or cannot be told
/// from a singular one because a pivot is below `n eps` times its diagonal element, the rows of `L` are NaN
/// from some row on.
///
/// Pullback: `A_bar += (S + S') / 2`, `S = L^-T Phi(L' L_bar) L^-1`, where `Phi` takes the lower
/// triangle and halves the diagonal (Murray 2016, "Differentiation of the Cholesky decomposition",
/// equation 10). Cost: `n^3 / 3` flops, the pullback `4 n^3`.
#[derive(Clone, Debug)]
pub struct Cholesky<T> {
    /// `S'` and the masked cotangent of the pullback.
    scratch: RefCell<[Vec<T>; 2]>,
}

impl<T> Default for Cholesky<T> {
    fn default() -> Self {
        Self { scratch: RefCell::default() }
    }
}

impl<T: Element> Primitive<T> for Cholesky<T> {
    fn name(&self) -> &'static str {
        "cholesky"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        rows_of_square(operands[0]).map(|_| operands[0].into()).ok_or(SQUARE)
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let n = xs[0].shape[xs[0].shape.len() - 1];
        let size = (n * n).max(1);
        for (a, l) in xs[0].data.chunks_exact(size).zip(y.chunks_exact_mut(size)) {
            cholesky(a, n, l, Elementary::sqrt, n as f64 * rounding::<T>());
        }
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let n = at.y.shape[at.y.shape.len() - 1];
        let size = (n * n).max(1);
        let [s, l_bar] = &mut *self.scratch.borrow_mut();
        s.resize(at.y_bar.len(), zero());
        l_bar.clear();
        l_bar.extend_from_slice(at.y_bar);
        let matrices = at.y.data.chunks_exact(size).zip(l_bar.chunks_exact_mut(size));
        for ((l, l_bar), s) in matrices.zip(s.chunks_exact_mut(size)) {
            // A matrix whose cotangent is zero contributes nothing, even if it has no factor.
            if is_zero(l_bar) { s.fill(zero()) } else { pull_back(l, l_bar, n, s) }
        }
        x_bar.add_rows(n, |row| {
            let (first, i) = (row / n * n * n, row % n);
            let s = &*s;
            (0..n).map(move |j| (s[first + i * n + j] + s[first + j * n + i]).scale(0.5))
        });
    }
}

/// Writes `S'` of the pullback into `s`.
fn pull_back<T: Element>(l: &[T], l_bar: &mut [T], n: usize, s: &mut [T]) {
    // The zeros above the diagonal of `L` are constants: their cotangents are ignored.
    for i in 0..n {
        l_bar[i * n + i + 1..(i + 1) * n].fill(zero());
    }
    T::gemm(Matrix::new(l, n, n).transposed(), Matrix::new(l_bar, n, n), s, true);
    for i in 0..n {
        s[i * n + i] = s[i * n + i].scale(0.5);
        s[i * n + i + 1..(i + 1) * n].fill(zero());
    }
    let factor = Triangular { elements: l, n, triangle: Triangle::Lower, unit: false };
    factor.solve(true, s, n);
    for i in 0..n {
        (0..i).for_each(|j| s.swap(i * n + j, j * n + i));
    }
    factor.solve(true, s, n);
}
