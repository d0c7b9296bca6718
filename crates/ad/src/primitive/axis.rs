//! The layout of an array around one of its axes.

use super::definition::Requirement;
use super::view::Shape;

/// The extents of an array before, along and after one of its axes: `outer` blocks of `axis` rows
/// of `inner` elements.
///
/// A fibre is a line of elements along the axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct AxisExtents {
    pub(crate) outer: usize,
    pub(crate) axis: usize,
    pub(crate) inner: usize,
}

impl AxisExtents {
    pub(crate) fn new(shape: &[usize], axis: usize) -> Self {
        let product = |extents: &[usize]| extents.iter().product();
        Self { outer: product(&shape[..axis]), axis: shape[axis], inner: product(&shape[axis + 1..]) }
    }

    /// The number of fibres.
    pub(crate) fn fibres(self) -> usize {
        self.outer * self.inner
    }

    /// The positions of the elements of fibre `j`, in order along the axis.
    pub(crate) fn fibre(self, j: usize) -> impl DoubleEndedIterator<Item = usize> + Clone {
        let first = j / self.inner * self.axis * self.inner + j % self.inner;
        (0..self.axis).map(move |k| first + k * self.inner)
    }

    /// The fibre of the first element of row `row`. The next elements of the row belong to the next fibres.
    pub(crate) fn first_fibre(self, row: usize) -> usize {
        row / self.axis * self.inner
    }
}

/// The requirement of primitives that work along an axis.
pub(crate) const AN_AXIS: Requirement = "an axis smaller than the rank of the operand";

/// The output shape of a primitive that works along `axis` and keeps the shape of its operand.
pub(crate) fn same_shape_along(axis: usize, operand: &[usize]) -> Result<Shape, Requirement> {
    if axis < operand.len() { Ok(operand.into()) } else { Err(AN_AXIS) }
}

/// The axis that a reduction removes; `None` reduces all elements to a scalar, shape `()`.
pub type Axis = Option<usize>;

/// The output shape of a reduction.
pub(super) fn reduced(axis: Axis, operand: &[usize]) -> Result<Shape, Requirement> {
    let Some(axis) = axis else { return Ok(Shape::new()) };
    if axis >= operand.len() {
        return Err(AN_AXIS);
    }
    let kept = operand.iter().enumerate().filter(|&(i, _)| i != axis);
    Ok(kept.map(|(_, &extent)| extent).collect())
}

/// Same as [`reduced`], for a reduction that is not defined for empty input.
pub(super) fn reduced_not_empty(axis: Axis, operand: &[usize]) -> Result<Shape, Requirement> {
    let shape = reduced(axis, operand)?;
    let reduced_extent = axis.map_or(operand.iter().product(), |axis| operand[axis]);
    if reduced_extent == 0 { Err("at least one element to reduce") } else { Ok(shape) }
}

/// The extents around the reduced axis; without an axis, all elements are one fibre.
pub(super) fn axis_extents(axis: Axis, shape: &[usize]) -> AxisExtents {
    match axis {
        Some(axis) => AxisExtents::new(shape, axis),
        None => AxisExtents { outer: 1, axis: shape.iter().product(), inner: 1 },
    }
}
