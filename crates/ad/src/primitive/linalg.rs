//! Matrix products.

use super::{Adjoint, Primitive, Recorded, Requirement, Shape, View};
use crate::kernels::{Element, Matrix};
use smallvec::smallvec;

/// `Y = A B`; shapes `(m, k) (k, n) -> (m, n)`.
///
/// Pullback: `A_bar += Y_bar B'`, `B_bar += A' Y_bar` (Giles 2008, section 2.2.2). Cost: `2mkn` flops; the pullback
/// twice that.
#[derive(Clone, Copy, Debug)]
pub struct MatMul;

impl<T: Element> Primitive<T> for MatMul {
    fn name(&self) -> &'static str {
        "matmul"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        match (operands[0], operands[1]) {
            (&[m, k], &[l, n]) if k == l => Ok(smallvec![m, n]),
            _ => Err("matrices (m, k) and (k, n)"),
        }
    }
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        T::gemm(matrix(xs[0]), matrix(xs[1]), y, true);
    }
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        pull_back_product(wrt, at, x_bar);
    }
}

/// `Y = X W + 1 b'`: the rows of `X` through an affine map; shapes `(m, k) (k, n) (n) -> (m, n)`.
///
/// Pullback: `X_bar += Y_bar W'`, `W_bar += X' Y_bar`, `b_bar += ` the column sums of `Y_bar`.
#[derive(Clone, Copy, Debug)]
pub struct Affine;

impl<T: Element> Primitive<T> for Affine {
    fn name(&self) -> &'static str {
        "affine"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        match (operands[0], operands[1], operands[2]) {
            (&[m, k], &[l, n], &[p]) if k == l && n == p => Ok(smallvec![m, n]),
            _ => Err("an input (m, k), a weight (k, n) and a bias (n)"),
        }
    }
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let bias = xs[2].data;
        for row in y.chunks_exact_mut(bias.len().max(1)) {
            row.copy_from_slice(bias);
        }
        T::gemm(matrix(xs[0]), matrix(xs[1]), y, false);
    }
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        if wrt < 2 {
            return pull_back_product(wrt, at, x_bar);
        }
        let sums = x_bar.slot();
        for row in at.y_bar.chunks_exact(sums.len().max(1)) {
            crate::kernels::accumulate(sums, row.iter().copied());
        }
    }
}

fn pull_back_product<T: Element>(wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
    let (a, b) = (matrix(at.xs[0]), matrix(at.xs[1]));
    let y_bar = Matrix::new(at.y_bar, a.shape()[0], b.shape()[1]);
    if wrt == 0 {
        x_bar.add_product(y_bar, b.transposed());
    } else {
        x_bar.add_product(a.transposed(), y_bar);
    }
}

fn matrix<T: Element>(x: View<'_, T>) -> Matrix<'_, T> {
    x.matrix(x.shape[0], x.shape[1])
}
