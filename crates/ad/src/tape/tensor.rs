//! The handle on a recorded array, and the operations it offers.

use super::array::{ArrayGradient, ArrayTape, elements};
use super::mixed_tapes;
use crate::kernels::Element;
use crate::number::{Binary, Operand, Unary};
use crate::primitive::{
    Affine, Broadcast, Concatenate, CrossEntropy, Gather, IndexedCrossEntropy, LogSumExp, Map, MatMul, Max,
    Mean, Primitive, Reshape, Shape, Slice, Sum, Transpose, Zip,
};
use crate::rules::{Elementary, infix_operators};
use ndarray::{ArrayD, IxDyn};
use std::cell::Ref;
use std::ops::Range;

/// An array recorded on a tape: a `Copy` handle.
///
/// It offers the operators, every function of [`Elementary`](crate::Elementary) and
/// [`Arithmetic`](crate::Arithmetic), elementwise, and the array operations below. Operands of different shapes are an
/// error: broadcasting is asked for with [`broadcast_to`](Self::broadcast_to).
pub struct Tensor<'t, T = f32> {
    pub(super) tape: &'t ArrayTape<T>,
    pub(super) node: u32,
}

impl<T> Clone for Tensor<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Tensor<'_, T> {}

impl<T: Element> std::fmt::Debug for Tensor<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tensor {{ node: {}, shape: {:?} }}", self.node, self.shape().as_slice())
    }
}

impl<'t, T: Element> Tensor<'t, T> {
    pub(super) fn new(tape: &'t ArrayTape<T>, node: u32) -> Self {
        Self { tape, node }
    }

    /// The tape it is recorded on.
    pub fn tape(self) -> &'t ArrayTape<T> {
        self.tape
    }

    /// The extent along each axis.
    pub fn shape(self) -> Shape {
        self.tape.list.borrow().view(self.node).shape.into()
    }

    /// A copy of the value.
    pub fn value(self) -> ArrayD<T> {
        let elements = elements(self.tape, self.node).to_vec();
        ArrayD::from_shape_vec(IxDyn(&self.shape()), elements).expect("a node's buffer has its shape")
    }

    /// The elements, row-major, without a copy. Nothing can be recorded while they are borrowed.
    pub fn elements(self) -> Ref<'t, [T]> {
        elements(self.tape, self.node)
    }

    /// The value of an array with one element.
    ///
    /// # Panics
    /// If it has another number of elements.
    #[track_caller]
    pub fn item(self) -> T {
        let elements = self.elements();
        assert!(
            elements.len() == 1,
            "item: an array of shape {:?} is not one number",
            self.shape().as_slice()
        );
        elements[0]
    }

    /// The derivatives of this one number by everything it was computed from: one reverse sweep.
    ///
    /// # Panics
    /// If it is not a single number. Use [`vjp`](Self::vjp) with a cotangent for arrays.
    #[track_caller]
    pub fn gradient(self) -> ArrayGradient<'t, T> {
        self.expect_one_number("gradient");
        ArrayGradient::new(self.tape, self.tape.sweep(self.node, &[T::constant(1.0)], None), self.node)
    }

    /// Vector-Jacobian product: the derivatives of `<cotangent, self>`, the cotangent row-major.
    ///
    /// # Panics
    /// If the cotangent has another number of elements.
    #[track_caller]
    pub fn vjp(self, cotangent: &[T]) -> ArrayGradient<'t, T> {
        let (have, shape) = (cotangent.len(), self.shape());
        let want: usize = shape.iter().product();
        assert!(
            have == want,
            "vjp: the output of shape {shape:?} needs {want} cotangents, {have} were given"
        );
        ArrayGradient::new(self.tape, self.tape.sweep(self.node, cotangent, None), self.node)
    }

    /// The reverse sweep of `factor * self`, the derivatives by [shared](ArrayTape::shared) variables written straight
    /// to their ranges of `flat`; those without a path to `self` become 0.
    ///
    /// # Panics
    /// If `self` is not a single number, or a shared range lies outside `flat`.
    #[track_caller]
    pub fn gradient_into(self, factor: T, flat: &mut [T]) {
        self.expect_one_number("gradient_into");
        let sweep = self.tape.sweep(self.node, &[factor], Some(flat));
        self.tape.give_back(sweep);
    }

    #[track_caller]
    fn expect_one_number(self, asked: &str) {
        let shape = self.shape();
        let one = shape.iter().product::<usize>() == 1;
        assert!(one, "{asked}: the output has shape {shape:?}, but only a single number has a gradient");
    }

    /// Records any primitive, one of the user's own too, with this array as first operand and `others` after it.
    ///
    /// # Panics
    /// If the shapes are not what the primitive needs, or the operands live on different tapes.
    #[track_caller]
    pub fn apply(self, others: &[Self], primitive: impl Primitive<T> + Clone) -> Self {
        let again = primitive.clone();
        self.apply_with(others, || primitive, |kept| *kept = again)
    }

    /// As [`apply`](Self::apply), for a primitive that owns buffers: `new` makes one where none is left from an
    /// earlier recording on this tape; `configure` readies it, either way.
    #[track_caller]
    pub fn apply_with<P: Primitive<T>>(
        self,
        others: &[Self],
        new: impl FnOnce() -> P,
        configure: impl FnOnce(&mut P),
    ) -> Self {
        if let Some(other) = others.iter().find(|other| !std::ptr::eq(self.tape, other.tape)) {
            mixed_tapes(new().name(), self.tape.made_at, other.tape.made_at);
        }
        let parents = std::iter::once(self.node).chain(others.iter().map(|other| other.node));
        self.tape.apply(parents, new, configure)
    }
}

/// Linear algebra.
impl<T: Element> Tensor<'_, T> {
    /// Matrix product `A B`; shapes `(m, k) (k, n) -> (m, n)`.
    #[track_caller]
    pub fn matmul(self, rhs: Self) -> Self {
        self.apply(&[rhs], MatMul)
    }

    /// The rows through an affine map, `X W + 1 b'`; shapes `(m, k) (k, n) (n) -> (m, n)`.
    #[track_caller]
    pub fn affine(self, weight: Self, bias: Self) -> Self {
        self.apply(&[weight, bias], Affine)
    }
}

/// Reductions. The axis that is reduced disappears; without one, everything is reduced to a scalar of shape `()`.
impl<T: Element> Tensor<'_, T> {
    /// Sum of all elements.
    #[track_caller]
    pub fn sum(self) -> Self {
        self.apply(&[], Sum(None))
    }

    /// Sums along `axis`.
    #[track_caller]
    pub fn sum_axis(self, axis: usize) -> Self {
        self.apply(&[], Sum(Some(axis)))
    }

    /// Mean of all elements.
    #[track_caller]
    pub fn mean(self) -> Self {
        self.apply(&[], Mean(None))
    }

    /// Means along `axis`.
    #[track_caller]
    pub fn mean_axis(self, axis: usize) -> Self {
        self.apply(&[], Mean(Some(axis)))
    }

    /// Largest element; its derivative goes to the first of the largest.
    #[track_caller]
    pub fn largest(self) -> Self {
        self.apply_with(&[], || Max::new(None), |max| max.set_axis(None))
    }

    /// Largest elements along `axis`; the derivative goes to the first of the largest.
    #[track_caller]
    pub fn largest_axis(self, axis: usize) -> Self {
        self.apply_with(&[], || Max::new(None), |max| max.set_axis(Some(axis)))
    }

    /// `ln sum e^x` over all elements, finite for all finite ones.
    #[track_caller]
    pub fn log_sum_exp(self) -> Self {
        self.apply(&[], LogSumExp(None))
    }

    /// `ln sum e^x` along `axis`, finite for all finite elements.
    #[track_caller]
    pub fn log_sum_exp_axis(self, axis: usize) -> Self {
        self.apply(&[], LogSumExp(Some(axis)))
    }
}

/// Shapes and selections.
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

    /// Repeated to `shape`: the last axes agree or have extent 1 here.
    #[track_caller]
    pub fn broadcast_to(self, shape: &[usize]) -> Self {
        self.apply(&[], Broadcast(shape.into()))
    }

    /// The positions `range` along `axis`.
    #[track_caller]
    pub fn slice(self, axis: usize, range: Range<usize>) -> Self {
        self.apply(&[], Slice { axis, range })
    }

    /// This array and `others` one after another along `axis`.
    #[track_caller]
    pub fn concatenate(self, others: &[Self], axis: usize) -> Self {
        self.apply(others, Concatenate(axis))
    }

    /// Rows (blocks along axis 0) by index, repeats allowed.
    #[track_caller]
    pub fn gather(self, indices: &[usize]) -> Self {
        self.apply_with(&[], Gather::default, |gather| {
            gather.indices.clear();
            gather.indices.extend_from_slice(indices);
        })
    }
}

/// Losses on logits.
impl<T: Element> Tensor<'_, T> {
    /// Cross-entropy of each row of logits against its class; shapes `(m, n) -> (m)`, one label a row.
    #[track_caller]
    pub fn cross_entropy(self, labels: &[u32]) -> Self {
        self.apply_with(&[], IndexedCrossEntropy::default, |loss| {
            loss.labels.clear();
            loss.labels.extend_from_slice(labels);
        })
    }

    /// Cross-entropy of each row of logits against a row of probabilities; shapes `(m, n) (m, n) -> (m)`.
    #[track_caller]
    pub fn cross_entropy_with(self, probabilities: Self) -> Self {
        self.apply(&[probabilities], CrossEntropy)
    }
}

impl<T: Element> Operand for Tensor<'_, T> {
    #[track_caller]
    fn unary<R: Unary>(self, rule: R) -> Self {
        self.apply(&[], Map(rule))
    }
    #[track_caller]
    fn binary<R: Binary>(self, rhs: Self, rule: R) -> Self {
        self.apply(&[rhs], Zip(rule))
    }
}

infix_operators!(['t, T: Element] Tensor<'t, T>);
