//! The handle on a recorded array.

use super::tape::ArrayTape;
use crate::kernels::Element;
use crate::primitive::Shape;
use ndarray::{ArrayD, IxDyn};
use std::cell::Ref;

/// An array recorded on a tape: a `Copy` handle.
///
/// It offers the operators, every function of [`Elementary`](crate::Elementary) and
/// [`Arithmetic`](crate::Arithmetic), elementwise, and the array operations below. Operands of different shapes are an
/// error: broadcasting is asked for with [`broadcast_to`](Self::broadcast_to).
pub struct Tensor<'t, T = f32> {
    pub(in crate::tape) tape: &'t ArrayTape<T>,
    pub(in crate::tape) node: u32,
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
    pub(in crate::tape) fn new(tape: &'t ArrayTape<T>, node: u32) -> Self {
        Self { tape, node }
    }

    /// The tape it is recorded on.
    pub fn tape(self) -> &'t ArrayTape<T> {
        self.tape
    }

    /// How many nodes were recorded before it: [`ArrayTape::nth`] finds it by that.
    pub fn number(self) -> usize {
        self.node as usize
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

    /// The same array as a constant of the tape, whose derivatives of all orders are zero.
    ///
    /// ```
    /// use ndarray::array;
    /// use wengert_ad::ArrayTape;
    ///
    /// let tape = ArrayTape::<f64>::new();
    /// let x = tape.var(&array![3.0, 5.0]);
    /// assert_eq!((x * x.stop_gradient()).sum().gradient().wrt(x), array![3.0, 5.0].into_dyn());
    /// ```
    #[track_caller]
    #[must_use]
    pub fn stop_gradient(self) -> Self {
        self.tape.constant(&self.value().mapv(T::stop_gradient))
    }

    /// Whether both are one node of one tape.
    pub(crate) fn is_same_node(self, other: Self) -> bool {
        std::ptr::eq(self.tape, other.tape) && self.node == other.node
    }
}

impl<T: Element> ArrayTape<T> {
    /// The node recorded as number `index`, counted from 0.
    ///
    /// # Panics
    /// If fewer are recorded.
    #[track_caller]
    pub fn nth(&self, index: usize) -> Tensor<'_, T> {
        let recorded = self.len();
        assert!(index < recorded, "nth: node {index} of a tape with {recorded}");
        Tensor::new(self, index as u32)
    }
}

/// A borrowed look at the elements of a recorded array.
pub(super) fn elements<T: Element>(tape: &ArrayTape<T>, node: u32) -> Ref<'_, [T]> {
    Ref::map(tape.list.borrow(), |list| list.view(node).data)
}
