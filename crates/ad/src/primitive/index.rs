//! Selections: slices, concatenation and rows by index.

use super::{Adjoint, Around, Primitive, Recorded, Requirement, Shape, View};
use crate::kernels::Element;
use std::ops::Range;

/// The elements `start..end` along one axis.
#[derive(Clone, Debug)]
pub struct Slice {
    /// The axis that is cut.
    pub axis: usize,
    /// The positions that are kept.
    pub range: Range<usize>,
}

impl Slice {
    /// The contiguous pieces of the operand that are kept, in order.
    fn pieces(&self, operand: &[usize]) -> impl Iterator<Item = Range<usize>> + use<> {
        let Around { outer, axis, inner } = Around::new(operand, self.axis);
        let (start, length) = (self.range.start * inner, self.range.len() * inner);
        (0..outer).map(move |o| o * axis * inner + start..o * axis * inner + start + length)
    }
}

impl<T: Element> Primitive<T> for Slice {
    fn name(&self) -> &'static str {
        "slice"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        let mut shape = Shape::from(operands[0]);
        match shape.get_mut(self.axis) {
            None => Err("an axis smaller than the rank of the operand"),
            Some(extent) if self.range.start <= self.range.end && self.range.end <= *extent => {
                *extent = self.range.len();
                Ok(shape)
            }
            Some(_) => Err("a range inside the extent of the axis"),
        }
    }
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let mut rest = y;
        for piece in self.pieces(xs[0].shape) {
            let (now, later) = rest.split_at_mut(piece.len());
            now.copy_from_slice(&xs[0].data[piece]);
            rest = later;
        }
    }
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let x_bar = x_bar.slot();
        let mut rest = at.y_bar;
        for piece in self.pieces(at.xs[0].shape) {
            let (now, later) = rest.split_at(piece.len());
            crate::kernels::accumulate(&mut x_bar[piece], now.iter().copied());
            rest = later;
        }
    }
}

/// Operands one after another along an axis; they agree along all others.
#[derive(Clone, Copy, Debug)]
pub struct Concatenate(pub usize);

impl Concatenate {
    /// The contiguous pieces of the output that come from operand `wrt`, in order.
    fn pieces<T>(&self, wrt: usize, xs: &[View<'_, T>]) -> impl Iterator<Item = Range<usize>> + use<T> {
        let extent = |x: &View<'_, T>| x.shape[self.0];
        let (before, all): (usize, usize) = (xs[..wrt].iter().map(extent).sum(), xs.iter().map(extent).sum());
        let Around { outer, axis, inner } = Around::new(xs[wrt].shape, self.0);
        (0..outer).map(move |o| (o * all + before) * inner..(o * all + before + axis) * inner)
    }
}

impl<T: Element> Primitive<T> for Concatenate {
    fn name(&self) -> &'static str {
        "concatenate"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        let mut shape = Shape::from(operands[0]);
        let axis = self.0;
        if axis >= shape.len() {
            return Err("an axis smaller than the rank of the operands");
        }
        for operand in &operands[1..] {
            let agrees = |(i, extent): (usize, &usize)| i == axis || *extent == shape[i];
            if operand.len() != shape.len() || !operand.iter().enumerate().all(agrees) {
                return Err("operands that agree along every other axis");
            }
            shape[axis] += operand[axis];
        }
        Ok(shape)
    }
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        for (wrt, x) in xs.iter().enumerate() {
            let mut rest = x.data;
            for piece in self.pieces(wrt, xs) {
                let (now, later) = rest.split_at(piece.len());
                y[piece].copy_from_slice(now);
                rest = later;
            }
        }
    }
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        x_bar.add(self.pieces(wrt, at.xs).flat_map(|piece| at.y_bar[piece].iter().copied()));
    }
}

/// Rows of the operand (blocks along axis 0) by index, each as often as it is named; shapes `(n, ...) -> (k, ...)`.
///
/// Pullback: scatter-add, `x_bar[index_i] += y_bar[i]`.
#[derive(Clone, Debug, Default)]
pub struct Gather {
    /// The rows taken, in order.
    pub indices: Vec<usize>,
}

impl<T: Element> Primitive<T> for Gather {
    fn name(&self) -> &'static str {
        "gather"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        let mut shape = Shape::from(operands[0]);
        let rows = shape.first_mut().ok_or("an operand with at least one axis")?;
        if self.indices.iter().any(|i| i >= rows) {
            return Err("indices smaller than the number of rows");
        }
        *rows = self.indices.len();
        Ok(shape)
    }
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let inner = xs[0].shape[1..].iter().product::<usize>().max(1);
        for (&i, row) in self.indices.iter().zip(y.chunks_exact_mut(inner)) {
            row.copy_from_slice(&xs[0].data[i * inner..][..inner]);
        }
    }
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let inner = at.xs[0].shape[1..].iter().product::<usize>().max(1);
        let x_bar = x_bar.slot();
        for (&i, row) in self.indices.iter().zip(at.y_bar.chunks_exact(inner)) {
            crate::kernels::accumulate(&mut x_bar[i * inner..][..inner], row.iter().copied());
        }
    }
}
