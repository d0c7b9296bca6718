//! Tensors in other shapes and orders, and put together.

use crate::element::Element;
use crate::primitive::{Broadcast, Concatenate, Pad, Permute, Reshape, Stack, Transpose};
use crate::tape::array::tensor::Tensor;

impl<T: Element> Tensor<'_, T> {
    /// The same elements under another shape of as many.
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

    /// Repeated to `shape`: the last axes agree or have extent 1 here.
    #[track_caller]
    pub fn broadcast_to(self, shape: &[usize]) -> Self {
        self.apply(&[], Broadcast(shape.into()))
    }

    /// This array and `others` one after another along `axis`.
    #[track_caller]
    pub fn concatenate(self, others: &[Self], axis: usize) -> Self {
        self.apply(others, Concatenate(axis))
    }

    /// This array and `others`, all of one shape, along a new axis in the place `axis`.
    #[track_caller]
    pub fn stack(self, others: &[Self], axis: usize) -> Self {
        self.apply(others, Stack(axis))
    }

    /// With `before` zeros in front and `after` zeros behind along `axis`.
    #[track_caller]
    pub fn pad(self, axis: usize, before: usize, after: usize) -> Self {
        self.apply(&[], Pad { axis, before, after })
    }
}
