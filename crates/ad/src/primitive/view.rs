//! Arrays to read, and the recorded values of an operation.

use smallvec::SmallVec;
use wengert_kernels::Matrix;

/// The extent of an array along each of its axes.
pub type Shape = SmallVec<[usize; 4]>;

/// An array to read.
#[derive(Clone, Copy, Debug)]
pub struct View<'a, T> {
    /// The extent along each axis.
    pub shape: &'a [usize],
    /// The elements in row-major order: the index along the last axis varies fastest.
    pub data: &'a [T],
}

impl<'a, T> View<'a, T> {
    /// The elements as a matrix, row by row.
    ///
    /// # Panics
    /// If the array does not have `rows * columns` elements.
    #[track_caller]
    pub fn matrix(self, rows: usize, columns: usize) -> Matrix<'a, T> {
        Matrix::new(self.data, rows, columns)
    }
}

/// The values of one recorded operation, and the cotangent that the reverse sweep computed for its output.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a, T> {
    /// The operands.
    pub xs: &'a [View<'a, T>],
    /// The output.
    pub y: View<'a, T>,
    /// The cotangent of the output.
    pub y_bar: &'a [T],
}
