//! The Euclidean norm.

use super::adjoint::Adjoint;
use super::axis::{Axis, axis_extents, reduced};
use super::definition::{Primitive, Requirement};
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use crate::euclidean::root;
use crate::rules::{Elementary, zero};
use wengert_kernels::{Columns, add_column_sums_of, dot, vectorised};

/// `|x| = sqrt(sum_i x_i^2)`: the Euclidean norm of a vector, or the Frobenius norm if all elements
/// of a matrix are reduced; 0 for empty input.
///
/// It neither overflows nor underflows if the squares do, such as those of 1e200 and 1e-200.
/// Pullback: `x_bar += y_bar x / |x|`; at `x = 0`, where the norm has a kink, 0, which is the
/// subgradient of smallest norm.
///
/// In forward mode, the derivative at `x = 0` along `v` is the one-sided one, `|v|`. Functions of the norm
/// that are smooth, such as `|x|^2`, therefore have the right second derivatives at 0.
#[derive(Clone, Copy, Debug)]
pub struct Norm(pub Axis);

impl<T: Element> Primitive<T> for Norm {
    fn name(&self) -> &'static str {
        "norm"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        reduced(self.0, operands[0])
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let (at, x) = (axis_extents(self.0, xs[0].shape), xs[0].data);
        if at.inner > 1 {
            y.fill(zero());
            let blocks = x.chunks_exact((at.axis * at.inner).max(1)).zip(y.chunks_exact_mut(at.inner));
            blocks.for_each(|(x, y)| {
                let x = Columns::new(x, at.inner);
                add_column_sums_of(at.axis, x, x, y, |x, _| x.square());
            });
        }
        for (j, y) in y.iter_mut().enumerate() {
            let fibre = at.fibre(j).map(|i| x[i]);
            let squares = if at.inner > 1 { *y } else { sum_of_squares(&x[j * at.axis..][..at.axis]) };
            *y = root(squares, fibre.clone());
            if y.is_zero() {
                *y = T::norm_at_zero(fibre);
            }
        }
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (extents, x) = (axis_extents(self.0, at.xs[0].shape), at.xs[0].data);
        if extents.inner == 1 {
            x_bar.add_rows(extents.axis, |i| {
                let (y, y_bar) = (at.y.data[i], at.y_bar[i]);
                x[i * extents.axis..].iter().map(move |x| x.pull_back_norm(y, y_bar))
            });
        } else {
            x_bar.add_rows(extents.inner, |i| {
                let (row, fibre) = (&x[i * extents.inner..], extents.first_fibre(i));
                let outputs = at.y.data[fibre..].iter().zip(&at.y_bar[fibre..]);
                row.iter().zip(outputs).map(move |(&x, (&y, &y_bar))| x.pull_back_norm(y, y_bar))
            });
        }
    }
}

fn sum_of_squares<T: Element>(x: &[T]) -> T {
    vectorised(
        #[inline(always)]
        || dot(x, x),
    )
}
