//! Reshaping, permuting, broadcasting and joining of tensors.

use crate::element::Element;
use crate::primitive::{Broadcast, Concatenate, Pad, Permute, Reshape, Stack, Transpose};
use crate::tape::array::tensor::Tensor;

impl<T: Element> Tensor<'_, T> {
    /// The same elements in row-major order under another shape.
    ///
    /// # Panics
    /// If `shape` has another number of elements.
    #[track_caller]
    pub fn reshape(self, shape: &[usize]) -> Self {
        self.apply(&[], Reshape(shape.into()))
    }

    /// The transpose of a matrix.
    #[track_caller]
    pub fn transpose(self) -> Self {
        self.apply(&[], Transpose)
    }

    /// The axes in another order: axis `i` of the result is axis `axes[i]` of this array.
    #[track_caller]
    pub fn permute_axes(self, axes: &[usize]) -> Self {
        self.apply(&[], Permute(axes.into()))
    }

    /// This array repeated to `shape`: the axes are aligned with the last axes of `shape`, and each
    /// extent agrees or is 1.
    #[track_caller]
    pub fn broadcast_to(self, shape: &[usize]) -> Self {
        self.apply(&[], Broadcast(shape.into()))
    }

    /// This array and `others` joined along `axis`; their other extents agree.
    #[track_caller]
    pub fn concatenate(self, others: &[Self], axis: usize) -> Self {
        self.apply(others, Concatenate(axis))
    }

    /// This array and `others`, all of one shape, stacked along a new axis at position `axis`.
    #[track_caller]
    pub fn stack(self, others: &[Self], axis: usize) -> Self {
        self.apply(others, Stack(axis))
    }

    /// This array with `before` zeros before it and `after` zeros after it along `axis`.
    #[track_caller]
    pub fn pad(self, axis: usize, before: usize, after: usize) -> Self {
        self.apply(&[], Pad { axis, before, after })
    }
}
