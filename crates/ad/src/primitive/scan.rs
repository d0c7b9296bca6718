//! Cumulative sums.

use super::adjoint::Adjoint;
use super::axis::{AxisExtents, same_shape_along};
use super::definition::{Primitive, Requirement};
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use crate::rules::zero;

/// Cumulative sums along an axis, `y_i = x_1 + ... + x_i`; same shape.
///
/// Pullback: cumulative sums in reverse order, `x_bar_i += y_bar_i + ... + y_bar_n`.
#[derive(Clone, Copy, Debug)]
pub struct CumulativeSum(pub usize);

impl<T: Element> Primitive<T> for CumulativeSum {
    fn name(&self) -> &'static str {
        "cumulative_sum"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        same_shape_along(self.0, operands[0])
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let at = AxisExtents::new(xs[0].shape, self.0);
        for j in 0..at.fibres() {
            let mut sum = zero();
            for i in at.fibre(j) {
                sum = sum + xs[0].data[i];
                y[i] = sum;
            }
        }
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (extents, x_bar) = (AxisExtents::new(at.xs[0].shape, self.0), x_bar.slot());
        for j in 0..extents.fibres() {
            let mut sum = zero();
            for i in extents.fibre(j).rev() {
                sum = sum + at.y_bar[i];
                x_bar[i] = x_bar[i] + sum;
            }
        }
    }
}
