//! Elements by index.

use super::{AN_AXIS, Adjoint, Around, Primitive, Recorded, Requirement, Shape, View};
use crate::element::Element;
use crate::rules::zero;
use wengert_kernels::accumulate;

/// Blocks of the operand by their index along an axis, each as often as it is named; shapes
/// `(.., n, ..) -> (.., k, ..)`, `k` the number of indices.
///
/// Pullback: scatter-add, `x_bar[index_i] += y_bar[i]`.
#[derive(Clone, Debug, Default)]
pub struct Gather {
    /// The axis along which the indices count.
    pub axis: usize,
    /// The positions taken, in order.
    pub indices: Vec<usize>,
}

/// Sums of blocks by index: `y[index_i] += x[i]` along an axis, zero where no index points; shapes
/// `(.., k, ..) -> (.., n, ..)`, `k` the number of indices.
///
/// Pullback: gather, `x_bar[i] += y_bar[index_i]`. Contributions to one place are added in order, so the bits are the same
/// in every run.
#[derive(Clone, Debug, Default)]
pub struct ScatterAdd {
    /// The axis along which the indices count.
    pub axis: usize,
    /// Where each block goes.
    pub indices: Vec<usize>,
    /// The extent of the axis in the output.
    pub extent: usize,
}

/// Calls `f` with where each block stands among those numbered by place, and among those numbered by index.
fn each_pair(indices: &[usize], many: Around, f: impl FnMut((usize, usize))) {
    let Around { outer, axis, inner } = many;
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
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let at = Around::new(xs[0].shape, self.axis);
        each_pair(&self.indices, at, |(place, index)| {
            y[place..][..at.inner].copy_from_slice(&xs[0].data[index..][..at.inner]);
        });
    }
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (around, x_bar) = (Around::new(at.xs[0].shape, self.axis), x_bar.slot());
        each_pair(&self.indices, around, |(place, index)| {
            accumulate(
                &mut x_bar[index..][..around.inner],
                at.y_bar[place..][..around.inner].iter().copied(),
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
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        y.fill(zero());
        let at = Around { axis: self.extent, ..Around::new(xs[0].shape, self.axis) };
        each_pair(&self.indices, at, |(place, index)| {
            accumulate(&mut y[index..][..at.inner], xs[0].data[place..][..at.inner].iter().copied());
        });
    }
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (around, x_bar) = (Around::new(at.y.shape, self.axis), x_bar.slot());
        each_pair(&self.indices, around, |(place, index)| {
            accumulate(
                &mut x_bar[place..][..around.inner],
                at.y_bar[index..][..around.inner].iter().copied(),
            );
        });
    }
}
