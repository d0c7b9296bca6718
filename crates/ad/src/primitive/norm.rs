//! The Euclidean norm.

use super::adjoint::Adjoint;
use super::axis::{Axis, axis_extents, reduced};
use super::definition::{Primitive, Requirement};
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use crate::rules::{Elementary, one, zero};
use wengert_kernels::{dot, vectorised};

/// `|x| = sqrt(sum_i x_i^2)`: the Euclidean norm of a vector, or the Frobenius norm if all elements
/// of a matrix are reduced; 0 for empty input.
///
/// It neither overflows nor underflows if the squares do, such as those of 1e200 and 1e-200.
/// Pullback: `x_bar += y_bar x / |x|`; at `x = 0`, where the norm has a kink, 0, which is the
/// subgradient of smallest norm.
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
        for (j, y) in y.iter_mut().enumerate() {
            *y = if at.inner == 1 {
                let row = &x[j * at.axis..][..at.axis];
                let squares = vectorised(
                    #[inline(always)]
                    || dot(row, row),
                );
                root(squares, row.iter().copied())
            } else {
                let fibre = at.fibre(j).map(|i| x[i]);
                root(fibre.clone().fold(zero(), |sum, x| sum + x.square()), fibre)
            };
        }
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (extents, x) = (axis_extents(self.0, at.xs[0].shape), at.xs[0].data);
        let pull = |x: T, y: T, y_bar: T| y.select(zero(), |y, zero| y == zero, zero(), x / y * y_bar);
        if extents.inner == 1 {
            x_bar.add_rows(extents.axis, |i| {
                let (y, y_bar) = (at.y.data[i], at.y_bar[i]);
                x[i * extents.axis..].iter().map(move |&x| pull(x, y, y_bar))
            });
        } else {
            x_bar.add_rows(extents.inner, |i| {
                let (row, fibre) = (&x[i * extents.inner..], extents.first_fibre(i));
                let outputs = at.y.data[fibre..].iter().zip(&at.y_bar[fibre..]);
                row.iter().zip(outputs).map(move |(&x, (&y, &y_bar))| pull(x, y, y_bar))
            });
        }
    }
}

/// The root of the sum of squares, computed from scaled elements if that sum is too large or too small.
fn root<T: Element>(squares: T, x: impl Iterator<Item = T> + Clone) -> T {
    // 1e200^2 and 1e-200^2 are outside of the range of f64, 1e20^2 and 1e-30^2 outside of that of f32.
    let safe = |s: f64, _| s > 1e-30 && s < 1e30;
    if squares.select(zero(), safe, zero(), one::<T>()).is_zero() {
        return squares.sqrt();
    }
    let larger = |a: T, b: T| a.select(b, |a, b| a >= b || a.is_nan(), a, b);
    let scale = x.clone().fold(zero(), |scale, x| larger(scale, x.abs()));
    let scaled = x.fold(zero(), |sum: T, x| sum + (x / scale).square());
    // If the largest element is zero, infinite or NaN, it is the norm, and cannot scale the others.
    scale.select(zero(), |scale, zero| scale > zero && scale < f64::INFINITY, scale * scaled.sqrt(), scale)
}
