//! Cumulative sums.

use super::adjoint::Adjoint;
use super::axis::{AxisExtents, same_shape_along};
use super::definition::{Primitive, Requirement};
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use crate::rules::zero;
use wengert_kernels::Pairwise;

/// The number of elements that are added one by one, to the sum of the blocks before them.
const BLOCK: usize = 512;

/// Calls `write` with each position and the sum of the elements up to it. Blocks are added pairwise, so that
/// a long sum keeps its digits.
fn accumulate<T: Element>(
    positions: impl Iterator<Item = usize>,
    x: impl Fn(usize) -> T,
    mut write: impl FnMut(usize, T),
) {
    let (mut blocks, mut before, mut sum) = (Pairwise::new(), zero(), zero());
    for (count, i) in positions.enumerate() {
        if count > 0 && count % BLOCK == 0 {
            blocks.add([sum]);
            [before] = blocks.total();
            sum = zero();
        }
        sum = sum + x(i);
        write(i, if count < BLOCK { sum } else { before + sum });
    }
}

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
            accumulate(at.fibre(j), |i| xs[0].data[i], |i, sum| y[i] = sum);
        }
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (extents, x_bar) = (AxisExtents::new(at.xs[0].shape, self.0), x_bar.slot());
        for j in 0..extents.fibres() {
            accumulate(extents.fibre(j).rev(), |i| at.y_bar[i], |i, sum| x_bar[i] = x_bar[i] + sum);
        }
    }
}
