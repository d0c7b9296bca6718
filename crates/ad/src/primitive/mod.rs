//! Whole-array rules: a primitive has a shape, a primal and a vector-Jacobian product, or it does not compile.
//!
//! Forward mode needs no code here: it is the primal on arrays of [`Dual`](crate::Dual) numbers. Arrays are row-major
//! slices with a shape; a primitive knows nothing of tapes.

mod elementwise;
mod index;
mod linalg;
mod loss;
mod reduce;
mod shape;

pub use elementwise::{Map, Zip};
pub use index::{Concatenate, Gather, Slice};
pub use linalg::{Affine, MatMul};
pub use loss::{CrossEntropy, IndexedCrossEntropy};
pub use reduce::{Axis, LogSumExp, Max, Mean, Sum};
pub use shape::{Broadcast, Reshape, Transpose};

use crate::kernels::{Element, Matrix, accumulate, fill};
use smallvec::SmallVec;

/// The extent of an array along each of its axes.
pub type Shape = SmallVec<[usize; 4]>;

/// An array to read: a shape and its elements, row-major.
#[derive(Clone, Copy, Debug)]
pub struct View<'a, T> {
    /// The extent along each axis.
    pub shape: &'a [usize],
    /// The elements, the last axis running fastest.
    pub data: &'a [T],
}

impl<'a, T> View<'a, T> {
    /// The view as the `rows x columns` matrix that its elements are, row by row.
    #[track_caller]
    pub fn matrix(self, rows: usize, columns: usize) -> Matrix<'a, T> {
        Matrix::new(self.data, rows, columns)
    }
}

/// What the forward sweep recorded of one application, and the cotangent that the reverse sweep brings back to it.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a, T> {
    /// The operands.
    pub xs: &'a [View<'a, T>],
    /// The output.
    pub y: View<'a, T>,
    /// The cotangent of the output.
    pub y_bar: &'a [T],
}

/// What a primitive needs of its operands, where it was not met: the end of the sentence "it needs ...".
pub type Requirement = &'static str;

/// A whole-array rule.
pub trait Primitive<T: Element>: std::fmt::Debug + Send + 'static {
    /// The name, for messages and graphs.
    fn name(&self) -> &'static str;
    /// The shape of the output, given those of the operands; or what the operands should have been.
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement>;
    /// Writes the output into `y`. What the pullback can use again may be kept in `self`.
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]);
    /// Adds `J' y_bar` to the adjoint of operand `wrt`, where `J` is the Jacobian by that operand.
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>);
}

/// The slot in which the cotangents of one operand add up during a reverse sweep.
///
/// The first contribution overwrites what an earlier sweep left there, the later ones are added; which it is, is
/// decided here and nowhere else.
#[derive(Debug)]
pub struct Adjoint<'a, T> {
    slot: &'a mut [T],
    first: bool,
}

impl<'a, T: Element> Adjoint<'a, T> {
    /// The slot; `first` if nothing was added to it in this sweep.
    pub fn new(slot: &'a mut [T], first: bool) -> Self {
        Self { slot, first }
    }

    /// Adds the contributions, one for each element in order.
    #[inline(always)]
    pub fn add(self, contributions: impl Iterator<Item = T>) {
        if self.first {
            fill(self.slot, contributions);
        } else {
            accumulate(self.slot, contributions);
        }
    }

    /// Adds the matrix product `A B`, whose shape is that of the operand.
    pub fn add_product(self, a: Matrix<'_, T>, b: Matrix<'_, T>) {
        T::gemm(a, b, self.slot, self.first);
    }

    /// The slot, holding the sum so far, for pullbacks that add here and there.
    pub fn slot(self) -> &'a mut [T] {
        if self.first {
            self.slot.fill(T::constant(0.0));
        }
        self.slot
    }
}

/// An array seen around one of its axes: `outer` blocks of `axis` rows of `inner` elements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Around {
    pub(crate) outer: usize,
    pub(crate) axis: usize,
    pub(crate) inner: usize,
}

impl Around {
    pub(crate) fn new(shape: &[usize], axis: usize) -> Self {
        let product = |extents: &[usize]| extents.iter().product();
        Self { outer: product(&shape[..axis]), axis: shape[axis], inner: product(&shape[axis + 1..]) }
    }
}
