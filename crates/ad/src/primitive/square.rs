//! Parts of square matrices.

use super::adjoint::Adjoint;
use super::definition::{Primitive, Requirement};
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use crate::rules::zero;
use wengert_kernels::Triangle;

/// The requirement of primitives on square matrices.
pub(super) const SQUARE: Requirement = "square matrices (.., n, n)";

/// The number of rows of square matrices `(.., n, n)`; `None` if the matrices are not square.
pub(super) fn rows_of_square(shape: &[usize]) -> Option<usize> {
    match *shape {
        [.., m, n] if m == n => Some(n),
        _ => None,
    }
}

/// Square matrices with the elements of a vector on the diagonal and zeros elsewhere; shapes
/// `(.., n) -> (.., n, n)`.
///
/// Pullback: the diagonal of the cotangent.
#[derive(Clone, Copy, Debug)]
pub struct DiagonalMatrix;

impl<T: Element> Primitive<T> for DiagonalMatrix {
    fn name(&self) -> &'static str {
        "diagonal_matrix"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        let &n = operands[0].last().ok_or("vectors (.., n)")?;
        Ok(operands[0].iter().copied().chain([n]).collect())
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let n = xs[0].shape[xs[0].shape.len() - 1];
        y.fill(zero());
        for (x, y) in xs[0].data.chunks_exact(n.max(1)).zip(y.chunks_exact_mut((n * n).max(1))) {
            x.iter().zip(y.iter_mut().step_by(n + 1)).for_each(|(&x, y)| *y = x);
        }
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let n = at.xs[0].shape[at.xs[0].shape.len() - 1];
        x_bar.add_rows(n, |i| at.y_bar[i * n * n..].iter().step_by(n + 1).copied());
    }
}

/// The triangular part of matrices, with the diagonal and with zeros elsewhere; shapes
/// `(.., m, n) -> (.., m, n)`.
///
/// Pullback: the same triangle of the cotangent.
#[derive(Clone, Copy, Debug)]
pub struct TriangularPart(pub Triangle);

impl TriangularPart {
    /// The elements of row `i`, with zeros outside of the triangle.
    fn row<'x, T: Element>(
        self,
        x: &'x [T],
        shape: &[usize],
        i: usize,
    ) -> impl Iterator<Item = T> + use<'x, T> {
        let [.., m, n] = *shape else { unreachable!("the rank was checked when the operation was recorded") };
        let (row, triangle) = (i % m, self.0);
        x[i * n..][..n].iter().enumerate().map(move |(column, &x)| {
            let inside = match triangle {
                Triangle::Lower => column <= row,
                Triangle::Upper => column >= row,
            };
            if inside { x } else { zero() }
        })
    }
}

impl<T: Element> Primitive<T> for TriangularPart {
    fn name(&self) -> &'static str {
        match self.0 {
            Triangle::Lower => "lower_triangle",
            Triangle::Upper => "upper_triangle",
        }
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        if operands[0].len() < 2 { Err("matrices (.., m, n)") } else { Ok(operands[0].into()) }
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let View { shape, data } = xs[0];
        Adjoint::new(y, true).add_rows(shape[shape.len() - 1], |i| self.row(data, shape, i));
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let shape = at.y.shape;
        x_bar.add_rows(shape[shape.len() - 1], |i| self.row(at.y_bar, shape, i));
    }
}
