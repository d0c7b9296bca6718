//! Slices of arrays, and arrays assembled from pieces.

use super::adjoint::Adjoint;
use super::axis::{AN_AXIS, AxisExtents};
use super::definition::{Primitive, Requirement};
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use crate::rules::zero;
use std::ops::Range;
use wengert_kernels::accumulate;

/// The elements at positions `start..end` along one axis. Pullback: the cotangent, added at these positions.
#[derive(Clone, Debug)]
pub struct Slice {
    /// The axis of the slice.
    pub axis: usize,
    /// The positions along the axis.
    pub range: Range<usize>,
}

impl Slice {
    /// The contiguous ranges of the operand that the slice consists of, in order.
    fn pieces(&self, operand: &[usize]) -> impl Iterator<Item = Range<usize>> + use<> {
        let AxisExtents { outer, axis, inner } = AxisExtents::new(operand, self.axis);
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
            None => Err(AN_AXIS),
            Some(extent) if self.range.start <= self.range.end && self.range.end <= *extent => {
                *extent = self.range.len();
                Ok(shape)
            }
            Some(_) => Err("a range inside the extent of the axis"),
        }
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let mut rest = y;
        for piece in self.pieces(xs[0].shape) {
            let (now, later) = rest.split_at_mut(piece.len());
            now.copy_from_slice(&xs[0].data[piece]);
            rest = later;
        }
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let x_bar = x_bar.slot();
        let mut rest = at.y_bar;
        for piece in self.pieces(at.xs[0].shape) {
            let (now, later) = rest.split_at(piece.len());
            accumulate(&mut x_bar[piece], now.iter().copied());
            rest = later;
        }
    }
}

/// The operands joined along an axis; their other extents agree. Pullback: each operand gets its
/// part of the cotangent.
#[derive(Clone, Copy, Debug)]
pub struct Concatenate(pub usize);

impl Concatenate {
    /// The contiguous ranges of the output that hold operand `wrt`, in order.
    fn pieces<T>(&self, wrt: usize, xs: &[View<'_, T>]) -> impl Iterator<Item = Range<usize>> + use<T> {
        let extent = |x: &View<'_, T>| x.shape[self.0];
        let (before, all): (usize, usize) = (xs[..wrt].iter().map(extent).sum(), xs.iter().map(extent).sum());
        let AxisExtents { outer, axis, inner } = AxisExtents::new(xs[wrt].shape, self.0);
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
    #[inline(never)]
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
    #[inline(never)]
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let mut rest = x_bar.slot();
        for piece in self.pieces(wrt, at.xs) {
            let (now, later) = rest.split_at_mut(piece.len());
            accumulate(now, at.y_bar[piece].iter().copied());
            rest = later;
        }
    }
}

/// Operands of one shape, stacked along a new axis; shapes `(a, .., b)` each, `-> (a, .., count, .., b)`.
///
/// Pullback: each operand gets its part of the cotangent.
#[derive(Clone, Copy, Debug)]
pub struct Stack(pub usize);

impl Stack {
    /// The contiguous ranges of the output that hold operand `wrt`, in order.
    fn pieces(
        &self,
        wrt: usize,
        count: usize,
        operand: &[usize],
    ) -> impl Iterator<Item = Range<usize>> + use<> {
        let product = |extents: &[usize]| extents.iter().product::<usize>();
        let (outer, inner) = (product(&operand[..self.0]), product(&operand[self.0..]));
        (0..outer).map(move |o| (o * count + wrt) * inner..(o * count + wrt + 1) * inner)
    }
}

impl<T: Element> Primitive<T> for Stack {
    fn name(&self) -> &'static str {
        "stack"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        if operands.iter().any(|operand| operand != &operands[0]) {
            return Err("operands of one shape");
        }
        let mut shape = Shape::from(operands[0]);
        if self.0 > shape.len() {
            return Err("a new axis not larger than the rank of the operands");
        }
        shape.insert(self.0, operands.len());
        Ok(shape)
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        for (wrt, x) in xs.iter().enumerate() {
            let mut rest = x.data;
            for piece in self.pieces(wrt, xs.len(), x.shape) {
                let (now, later) = rest.split_at(piece.len());
                y[piece].copy_from_slice(now);
                rest = later;
            }
        }
    }
    #[inline(never)]
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let mut rest = x_bar.slot();
        for piece in self.pieces(wrt, at.xs.len(), at.xs[0].shape) {
            let (now, later) = rest.split_at_mut(piece.len());
            accumulate(now, at.y_bar[piece].iter().copied());
            rest = later;
        }
    }
}

/// The operand with zeros before and after it along an axis. Pullback: the cotangent without these positions.
#[derive(Clone, Copy, Debug)]
pub struct Pad {
    /// The axis that grows.
    pub axis: usize,
    /// The number of zeros before the first element.
    pub before: usize,
    /// The number of zeros after the last element.
    pub after: usize,
}

impl Pad {
    /// The contiguous ranges of the output that hold elements of the operand, in order.
    fn pieces(&self, operand: &[usize]) -> impl Iterator<Item = Range<usize>> + use<> {
        let (AxisExtents { outer, axis, inner }, before) =
            (AxisExtents::new(operand, self.axis), self.before);
        let all = before + axis + self.after;
        (0..outer).map(move |o| (o * all + before) * inner..(o * all + before + axis) * inner)
    }
}

impl<T: Element> Primitive<T> for Pad {
    fn name(&self) -> &'static str {
        "pad"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        let mut shape = Shape::from(operands[0]);
        *shape.get_mut(self.axis).ok_or(AN_AXIS)? += self.before + self.after;
        Ok(shape)
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let (mut rest, mut end) = (xs[0].data, 0);
        for piece in self.pieces(xs[0].shape) {
            let (now, later) = rest.split_at(piece.len());
            y[end..piece.start].fill(zero());
            end = piece.end;
            y[piece].copy_from_slice(now);
            rest = later;
        }
        y[end..].fill(zero());
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let mut rest = x_bar.slot();
        for piece in self.pieces(at.xs[0].shape) {
            let (now, later) = rest.split_at_mut(piece.len());
            accumulate(now, at.y_bar[piece].iter().copied());
            rest = later;
        }
    }
}
