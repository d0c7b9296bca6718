//! Pointers to the parts of matrices that a product reads and writes.

use super::parts::Onto;
use crate::matrix::Matrix;

/// The number of rows of the tallest tile.
pub(super) const TALLEST: usize = 12;

/// A matrix to read: a pointer to its first element, and the distances to the next row and the next column.
#[derive(Clone, Copy)]
pub(super) struct At<T> {
    pub(super) corner: *const T,
    pub(super) down: usize,
    pub(super) right: usize,
}

impl<T> At<T> {
    pub(super) fn of(matrix: Matrix<'_, T>) -> Self {
        let [down, right] = matrix.strides;
        Self { corner: matrix.data.as_ptr(), down, right }
    }

    /// The transpose, as a view of the same elements.
    #[inline(always)]
    pub(super) fn transposed(self) -> Self {
        Self { down: self.right, right: self.down, ..self }
    }

    /// The matrix from row `i` and column `j` on.
    #[inline(always)]
    pub(super) fn from(self, i: usize, j: usize) -> Self {
        Self { corner: self.corner.wrapping_add(i * self.down + j * self.right), ..self }
    }
}

/// Rows to read, in blocks of [`TALLEST`]: the first block, and the distance to the next one.
#[derive(Clone, Copy)]
pub(super) struct Rows<T> {
    pub(super) first: At<T>,
    pub(super) next: usize,
}

impl<T> Rows<T> {
    /// The rows from `i` to the end of its block.
    #[inline(always)]
    pub(super) fn from(self, i: usize) -> At<T> {
        let corner = self.first.corner.wrapping_add(i / TALLEST * self.next + i % TALLEST * self.first.down);
        At { corner, ..self.first }
    }
}

/// A part of `C` to write: a pointer to its first element, the distance between rows, and the number of
/// columns.
#[derive(Clone, Copy)]
pub(super) struct Target<T> {
    pub(super) corner: *mut T,
    pub(super) down: usize,
    pub(super) columns: usize,
}

/// The contribution of one panel of `B`: some rows of `A` times the panel, and the part of `C` to which
/// it is written.
#[derive(Clone, Copy)]
pub(super) struct Part<T> {
    pub(super) rows: usize,
    pub(super) depth: usize,
    pub(super) a: Rows<T>,
    pub(super) panel: At<T>,
    pub(super) target: Target<T>,
}

/// The initial value, see [`Onto`](super::parts::Onto), from the first column of a target on.
pub(super) trait Base<T>: Copy {
    /// A pointer to the values to which the sums of one register are added; `to` is the output of the
    /// register, `columns` its distance from the first column.
    unsafe fn of(self, to: *const T, column: usize) -> Option<*const T>;
}

#[derive(Clone, Copy)]
pub(super) struct Nothing;
#[derive(Clone, Copy)]
pub(super) struct Output;
#[derive(Clone, Copy)]
pub(super) struct Row<T>(pub(super) *const T);

impl<T> Base<T> for Nothing {
    #[inline(always)]
    unsafe fn of(self, _: *const T, _: usize) -> Option<*const T> {
        None
    }
}
impl<T> Base<T> for Output {
    #[inline(always)]
    unsafe fn of(self, to: *const T, _: usize) -> Option<*const T> {
        Some(to)
    }
}
impl<T: Copy> Base<T> for Row<T> {
    #[inline(always)]
    unsafe fn of(self, _: *const T, column: usize) -> Option<*const T> {
        Some(unsafe { self.0.add(column) })
    }
}

/// One of the three, chosen at run time.
#[derive(Clone, Copy)]
pub(super) enum Chosen<T> {
    Nothing,
    Output,
    Row(*const T),
}

impl<T: Copy> Chosen<T> {
    /// That of the panel at column `j`; the output, unless the panel is the `first` contribution to it.
    #[inline(always)]
    pub(super) fn of(onto: Onto<'_, T>, first: bool, j: usize) -> Self {
        match onto {
            Onto::Nothing if first => Self::Nothing,
            Onto::Row(row) if first => Self::Row(row.as_ptr().wrapping_add(j)),
            _ => Self::Output,
        }
    }
}

impl<T: Copy> Base<T> for Chosen<T> {
    #[inline(always)]
    unsafe fn of(self, to: *const T, column: usize) -> Option<*const T> {
        match self {
            Self::Nothing => None,
            Self::Output => Some(to),
            Self::Row(row) => Some(unsafe { row.add(column) }),
        }
    }
}
