//! The largest and the smallest element of an array.

use super::adjoint::Adjoint;
use super::axis::{Axis, AxisExtents, axis_extents, reduced_not_empty};
use super::definition::{Primitive, Requirement};
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use crate::number::Scalar;
use wengert_kernels::{largest, vectorised};

/// Which extremum to compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The largest element.
    Largest,
    /// The smallest element.
    Smallest,
}

/// The largest or the smallest element; NaN if an element is NaN.
///
/// Pullback: the cotangent goes to the first of the equal elements. Elements are compared by
/// [`value`](crate::number::Numeric::value), so that lanes must agree on the values.
#[derive(Clone, Debug)]
pub struct Extremum {
    side: Side,
    axis: Axis,
    indices: Vec<usize>,
}

impl Extremum {
    /// The extremum along `axis`.
    pub fn new(side: Side, axis: Axis) -> Self {
        Self { side, axis, indices: Vec::new() }
    }

    /// Changes the parameters and keeps the buffers.
    pub fn set(&mut self, side: Side, axis: Axis) {
        (self.side, self.axis) = (side, axis);
    }

    /// The position of the extremum along the axis, for each fibre of an array; without an axis,
    /// the position among all elements.
    pub fn positions<T: Element>(mut self, x: View<'_, T>) -> Vec<usize> {
        let at = axis_extents(self.axis, x.shape);
        self.find(at, x.data);
        self.indices.iter().map(|index| index / at.inner % at.axis).collect()
    }

    /// Finds the index of the extremum of each fibre.
    fn find<T: Element>(&mut self, at: AxisExtents, x: &[T]) {
        self.indices.clear();
        if at.inner == 1 {
            let rows = x.chunks_exact(at.axis).enumerate();
            self.indices.extend(rows.map(|(i, row)| i * at.axis + self.side.first_in(row)));
        } else {
            for block in 0..at.outer {
                let first = block * at.axis * at.inner;
                self.indices.extend(first..first + at.inner);
                let indices = &mut self.indices[block * at.inner..];
                for i in first + at.inner..first + at.axis * at.inner {
                    let index = &mut indices[i % at.inner];
                    if self.side.replaces(x[i].value(), x[*index].value()) {
                        *index = i;
                    }
                }
            }
        }
    }
}

impl Side {
    /// Whether `new`, a later element, replaces `old`.
    #[inline(always)]
    fn replaces(self, new: f64, old: f64) -> bool {
        let further = match self {
            Self::Largest => new > old,
            Self::Smallest => new < old,
        };
        further || (new.is_nan() && !old.is_nan())
    }

    /// The position of the first extremum of a row.
    fn first_in<T: Scalar>(self, row: &[T]) -> usize {
        // For long rows, find the value first, several elements at a time, then its position.
        if row.len() >= 32 && self == Self::Largest {
            let index = vectorised(
                #[inline(always)]
                || largest(row),
            )
            .value();
            let is_largest = |x: &T| x.value() == index || (index.is_nan() && x.value().is_nan());
            return row.iter().position(is_largest).expect("the largest element is in the row");
        }
        let (mut index, mut value) = (0, row[0].value());
        for (i, x) in row.iter().enumerate().skip(1) {
            if self.replaces(x.value(), value) {
                (index, value) = (i, x.value());
            }
        }
        index
    }
}

impl<T: Element> Primitive<T> for Extremum {
    fn name(&self) -> &'static str {
        match self.side {
            Side::Largest => "max",
            Side::Smallest => "min",
        }
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        reduced_not_empty(self.axis, operands[0])
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let x = xs[0].data;
        self.find(axis_extents(self.axis, xs[0].shape), x);
        for (y, &index) in y.iter_mut().zip(&self.indices) {
            *y = x[index];
        }
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let x_bar = x_bar.slot();
        for (&index, &y_bar) in self.indices.iter().zip(at.y_bar) {
            x_bar[index] = x_bar[index] + y_bar;
        }
    }
}
