//! Parts of tensors, selected by range, by index or by mask.

use crate::element::Element;
use crate::primitive::{Gather, ScatterAdd, Select, Slice};
use crate::tape::array::tensor::Tensor;
use std::ops::Range;

impl<T: Element> Tensor<'_, T> {
    /// The elements at the positions `range` along `axis`.
    #[track_caller]
    pub fn slice(self, axis: usize, range: Range<usize>) -> Self {
        self.apply(&[], Slice { axis, range })
    }

    /// Rows (blocks along axis 0) by index, with repetition allowed.
    ///
    /// # Panics
    /// If an index is not less than the number of rows.
    #[track_caller]
    pub fn gather(self, indices: &[usize]) -> Self {
        self.gather_axis(0, indices)
    }

    /// Blocks along `axis` by index, with repetition allowed.
    ///
    /// # Panics
    /// If an index is not less than the extent of the axis.
    #[track_caller]
    pub fn gather_axis(self, axis: usize, indices: &[usize]) -> Self {
        self.gather_from(axis, indices.iter().copied())
    }

    /// Same as [`gather_axis`](Self::gather_axis), with the indices from an iterator: a steady step that
    /// computes them allocates nothing.
    ///
    /// # Panics
    /// If an index is not less than the extent of the axis.
    #[track_caller]
    pub fn gather_from(self, axis: usize, indices: impl Iterator<Item = usize>) -> Self {
        self.apply_with(&[], Gather::default, |gather| {
            gather.axis = axis;
            gather.indices.clear();
            gather.indices.extend(indices);
        })
    }

    /// Sums of rows (blocks along axis 0): row `i` is added to row `indices[i]` of an array of
    /// `extent` rows, zero without an index.
    ///
    /// # Panics
    /// If there is not one index per row, or an index is not less than `extent`.
    #[track_caller]
    pub fn scatter_add(self, indices: &[usize], extent: usize) -> Self {
        self.scatter_add_axis(0, indices, extent)
    }

    /// Sums of blocks along `axis`: block `i` is added to block `indices[i]` of `extent` blocks,
    /// zero without an index.
    ///
    /// # Panics
    /// If there is not one index per block, or an index is not less than `extent`.
    #[track_caller]
    pub fn scatter_add_axis(self, axis: usize, indices: &[usize], extent: usize) -> Self {
        self.apply_with(&[], ScatterAdd::default, |scatter| {
            (scatter.axis, scatter.extent) = (axis, extent);
            scatter.indices.clear();
            scatter.indices.extend_from_slice(indices);
        })
    }

    /// This array in reverse order along `axis`.
    #[track_caller]
    pub fn flip(self, axis: usize) -> Self {
        let extent = self.shape().get(axis).copied().unwrap_or(0);
        self.gather_from(axis, (0..extent).rev())
    }

    /// This array shifted cyclically by `by` positions along `axis`.
    #[track_caller]
    pub fn roll(self, axis: usize, by: usize) -> Self {
        let extent = self.shape().get(axis).copied().unwrap_or(0);
        let first = extent - by % extent.max(1);
        self.gather_from(axis, (0..extent).map(move |i| (first + i) % extent))
    }

    /// This array where the mask is true, `other` elsewhere; all have one shape, and the mask is in
    /// row-major order.
    ///
    /// ```
    /// use ndarray::array;
    /// use wengert_ad::ArrayTape;
    ///
    /// let tape = ArrayTape::<f64>::new();
    /// let (x, y) = (tape.var(&array![1.0, 2.0]), tape.var(&array![10.0, 20.0]));
    /// assert_eq!(x.select(&[true, false], y).value(), array![1.0, 20.0].into_dyn());
    /// ```
    #[track_caller]
    pub fn select(self, mask: &[bool], other: Self) -> Self {
        self.select_from(mask.iter().copied(), other)
    }

    /// Same as [`select`](Self::select), with the mask from an iterator: a steady step that computes it
    /// allocates nothing.
    #[track_caller]
    pub fn select_from(self, mask: impl Iterator<Item = bool>, other: Self) -> Self {
        self.apply_with(&[other], Select::default, |select| {
            select.mask.clear();
            select.mask.extend(mask);
        })
    }
}
