//! Selection and accumulation by index.

use super::adjoint::Adjoint;
use super::axis::{AN_AXIS, AxisExtents};
use super::definition::{Primitive, Requirement};
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use crate::rules::zero;
use wengert_kernels::accumulate;

/// Blocks of the operand selected by index along an axis, with repetition allowed; shapes
/// `(.., n, ..) -> (.., k, ..)`, where `k` is the number of indices.
///
/// Pullback: scatter-add, `x_bar[index_i] += y_bar[i]`.
#[derive(Clone, Debug, Default)]
pub struct Gather {
    /// The axis that the indices refer to.
    pub axis: usize,
    /// The positions along the axis, in the order of the output.
    pub indices: Vec<usize>,
}

/// Sums of blocks by index: `y[index_i] += x[i]` along an axis, zero at positions without an index; shapes
/// `(.., k, ..) -> (.., n, ..)`, where `k` is the number of indices.
///
/// Pullback: gather, `x_bar[i] += y_bar[index_i]`. Contributions to one position are added in
/// order, so that the bits are the same in every run.
#[derive(Clone, Debug, Default)]
pub struct ScatterAdd {
    /// The axis that the indices refer to.
    pub axis: usize,
    /// The position of each block in the output.
    pub indices: Vec<usize>,
    /// The extent of the axis in the output.
    pub extent: usize,
}

/// Calls `f` with the offset of each block in the array in order, and its offset in the array that
/// the indices refer to.
fn each_pair(indices: &[usize], many: AxisExtents, f: impl FnMut((usize, usize))) {
    let AxisExtents { outer, axis, inner } = many;
    let pairs = |o: usize| {
        let place =
            move |(i, &index): (usize, &usize)| ((o * indices.len() + i) * inner, (o * axis + index) * inner);
        indices.iter().enumerate().map(place)
    };
    (0..outer).flat_map(pairs).for_each(f);
}

impl<T: Element> Primitive<T> for Gather {
    fn name(&self) -> &'static str {
        "gather"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        let mut shape = Shape::from(operands[0]);
        let extent = shape.get_mut(self.axis).ok_or(AN_AXIS)?;
        if self.indices.iter().any(|i| i >= extent) {
            return Err("indices smaller than the extent of the axis");
        }
        *extent = self.indices.len();
        Ok(shape)
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let at = AxisExtents::new(xs[0].shape, self.axis);
        each_pair(&self.indices, at, |(place, index)| {
            y[place..][..at.inner].copy_from_slice(&xs[0].data[index..][..at.inner]);
        });
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (extents, x_bar) = (AxisExtents::new(at.xs[0].shape, self.axis), x_bar.slot());
        each_pair(&self.indices, extents, |(place, index)| {
            accumulate(
                &mut x_bar[index..][..extents.inner],
                at.y_bar[place..][..extents.inner].iter().copied(),
            );
        });
    }
}

impl<T: Element> Primitive<T> for ScatterAdd {
    fn name(&self) -> &'static str {
        "scatter_add"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        let mut shape = Shape::from(operands[0]);
        let extent = shape.get_mut(self.axis).ok_or(AN_AXIS)?;
        if *extent != self.indices.len() {
            return Err("one index for each position along the axis");
        }
        if self.indices.iter().any(|&i| i >= self.extent) {
            return Err("indices smaller than the extent of the output");
        }
        *extent = self.extent;
        Ok(shape)
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        y.fill(zero());
        let at = AxisExtents { axis: self.extent, ..AxisExtents::new(xs[0].shape, self.axis) };
        each_pair(&self.indices, at, |(place, index)| {
            accumulate(&mut y[index..][..at.inner], xs[0].data[place..][..at.inner].iter().copied());
        });
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (extents, x_bar) = (AxisExtents::new(at.y.shape, self.axis), x_bar.slot());
        each_pair(&self.indices, extents, |(place, index)| {
            accumulate(
                &mut x_bar[place..][..extents.inner],
                at.y_bar[index..][..extents.inner].iter().copied(),
            );
        });
    }
}
