//! Whole-array rules: a primitive has a shape, a primal and a vector-Jacobian product, or it does not compile.
//!
//! Forward mode needs no code here: it is the primal on arrays of [`Dual`](crate::Dual) numbers. Arrays are row-major
//! slices with a shape; a primitive knows nothing of tapes.

mod affine;
mod cholesky;
mod combine;
mod cut;
mod determinant;
mod elementwise;
mod extremum;
mod index;
mod linalg;
mod loss;
mod norm;
mod normalise;
mod pointwise;
mod reduce;
mod scan;
mod shape;
mod softmax;
mod solve;
mod square;
mod strided;

pub use affine::{Affine, AffineMap};
pub use cholesky::Cholesky;
pub use combine::{LinearCombination, Select};
pub use cut::{Concatenate, Pad, Slice, Stack};
pub use determinant::{Determinant, LogDeterminant};
pub use elementwise::{Map, Zip};
pub use extremum::{Extremum, Side};
pub use index::{Gather, ScatterAdd};
pub use linalg::{Dot, MatMul, Outer};
pub use loss::{ClassCrossEntropy, SoftmaxCrossEntropy};
pub use norm::Norm;
pub use normalise::Normalise;
pub use pointwise::{Fused, Pointwise, WindowSum};
pub use reduce::{Axis, Mean, Product, Sum, Variance};
pub use scan::CumulativeSum;
pub use shape::{Broadcast, Diagonal, Permute, Reshape, Transpose};
pub use softmax::{LogSoftmax, LogSumExp, Softmax};
pub use solve::{Inverse, Solve, SolveTriangular};
pub use square::{DiagonalMatrix, TriangularPart};

use crate::element::Element;
use smallvec::SmallVec;
use wengert_kernels::{Matrix, accumulate, fill, vectorised};

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
    /// Called once in a sweep, before [`vjp`](Self::vjp), for work that the pullbacks of all operands share. Most primitives have
    /// none.
    fn start_pullback(&self, _start: &mut PullbackStart<'_, T>) {}
    /// Adds `J' y_bar` to the adjoint of operand `wrt`, where `J` is the Jacobian by that operand.
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>);
}

/// The start of one operation's pullback: see [`Primitive::start_pullback`].
pub struct PullbackStart<'a, T> {
    xs: &'a [View<'a, T>],
    y: View<'a, T>,
    y_bar: &'a mut [T],
    sum_of: &'a dyn Fn(usize) -> Option<&'a [T]>,
    keeps_original: bool,
    replaced: bool,
    original: Option<Vec<T>>,
}

impl<'a, T: Element> PullbackStart<'a, T> {
    /// The start of a pullback. `sum_of` returns the sum of the cotangents that arrived at an operand so far.
    pub fn new(
        xs: &'a [View<'a, T>],
        y: View<'a, T>,
        y_bar: &'a mut [T],
        sum_of: &'a dyn Fn(usize) -> Option<&'a [T]>,
    ) -> Self {
        Self { xs, y, y_bar, sum_of, keeps_original: false, replaced: false, original: None }
    }

    /// Keeps a copy of the cotangent if it is replaced.
    pub(crate) fn keep_original(&mut self) {
        self.keeps_original = true;
    }

    /// The operands, the output and its cotangent.
    pub fn recorded(&self) -> Recorded<'_, T> {
        Recorded { xs: self.xs, y: self.y, y_bar: self.y_bar }
    }

    /// The sum of the cotangents that arrived at an operand so far: empty if none arrived, `None` if the operand needs no
    /// gradient.
    pub fn sum_so_far(&self, operand: usize) -> Option<&'a [T]> {
        (self.sum_of)(operand)
    }

    /// Replaces the cotangent of the output: `replace` gets the output and the cotangent to overwrite. [`vjp`](Primitive::vjp)
    /// then gets the new cotangent, and must not read the elements of the output, whose memory may be used for other
    /// adjoints.
    #[inline(always)]
    pub fn replace_cotangent(&mut self, replace: impl FnOnce(View<'_, T>, &mut [T])) {
        if self.keeps_original && !self.replaced {
            self.original = Some(self.y_bar.to_vec());
        }
        self.replaced = true;
        replace(self.y, self.y_bar);
    }

    /// Whether the cotangent was replaced, and the copy of the original one.
    pub(crate) fn finish(self) -> (bool, Option<Vec<T>>) {
        (self.replaced, self.original)
    }
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

    /// Adds the contributions row by row: `row(i)` gives those of the `length` elements of row `i`, in order.
    #[inline(always)]
    pub fn add_rows<I: Iterator<Item = T>>(self, length: usize, row: impl Fn(usize) -> I) {
        let (first, rows) = (self.first, self.slot.chunks_exact_mut(length.max(1)).enumerate());
        vectorised(
            #[inline(always)]
            || {
                for (i, slot) in rows {
                    if first {
                        slot.iter_mut().zip(row(i)).for_each(|(x_bar, value)| *x_bar = value);
                    } else {
                        slot.iter_mut().zip(row(i)).for_each(|(x_bar, value)| *x_bar = *x_bar + value);
                    }
                }
            },
        );
    }

    /// Adds the contributions block by block: `block(i)` gives those of the elements from `i` on. Returns what is left over
    /// behind the last whole block, and its index.
    #[inline(always)]
    pub(crate) fn add_blocks<const N: usize>(self, block: impl Fn(usize) -> [T; N]) -> (usize, Self) {
        let first = self.first;
        let (blocks, rest) = self.slot.as_chunks_mut::<N>();
        let whole = blocks.len() * N;
        vectorised(
            #[inline(always)]
            || {
                for (i, slot) in blocks.iter_mut().enumerate() {
                    let contributions = block(i * N);
                    if first {
                        *slot = contributions;
                    } else {
                        slot.iter_mut().zip(contributions).for_each(|(x_bar, value)| *x_bar = *x_bar + value);
                    }
                }
            },
        );
        (whole, Self { slot: rest, first })
    }

    /// The parts before and from element `index` on.
    pub(crate) fn split_at(self, index: usize) -> [Self; 2] {
        let (front, back) = self.slot.split_at_mut(index);
        [front, back].map(|slot| Self { slot, first: self.first })
    }

    /// Adds the matrix product `A B`, whose shape is that of the operand.
    pub fn add_product(self, a: Matrix<'_, T>, b: Matrix<'_, T>) {
        T::gemm(a, b, self.slot, self.first);
    }

    /// As [`add_product`](Self::add_product) for each matrix of a batch, of `length` elements each.
    pub fn add_products<'m>(self, length: usize, factors: impl Fn(usize) -> [Matrix<'m, T>; 2]) {
        for (i, slot) in self.slot.chunks_exact_mut(length.max(1)).enumerate() {
            let [a, b] = factors(i);
            T::gemm(a, b, slot, self.first);
        }
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

    /// The number of fibres: the lines of elements that differ in their place on the axis alone.
    pub(crate) fn fibres(self) -> usize {
        self.outer * self.inner
    }

    /// Where the elements of fibre `j` stand, in order along the axis.
    pub(crate) fn fibre(self, j: usize) -> impl DoubleEndedIterator<Item = usize> + Clone {
        let first = j / self.inner * self.axis * self.inner + j % self.inner;
        (0..self.axis).map(move |k| first + k * self.inner)
    }

    /// The fibre that the first element of row `i` belongs to; its neighbours belong to the next ones.
    pub(crate) fn first_fibre(self, row: usize) -> usize {
        row / self.axis * self.inner
    }
}

/// The requirement of every primitive that works along an axis.
pub(crate) const AN_AXIS: Requirement = "an axis smaller than the rank of the operand";

/// The shape of the operand itself, of a primitive that works along `axis`.
pub(crate) fn same_shape_along(axis: usize, operand: &[usize]) -> Result<Shape, Requirement> {
    if axis < operand.len() { Ok(operand.into()) } else { Err(AN_AXIS) }
}
