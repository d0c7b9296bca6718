//! The handle on a recorded array.

use super::tape::ArrayTape;
use crate::element::Element;
use crate::node_id::NodeId;
use crate::primitive::Shape;
use ndarray::{ArrayD, IxDyn};
use std::cell::Ref;

/// An array recorded on a tape: a `Copy` handle.
///
/// Its operations are the infix operators and the functions of [`Elementary`](crate::Elementary)
/// and [`Arithmetic`](crate::Arithmetic), all elementwise, and the array operations below. Operands
/// of different shapes are an error: there is no implicit broadcasting, only
/// [`broadcast_to`](Self::broadcast_to).
///
/// A tensor may also be combined with a plain number: `f32` or `f64` to the right of an infix operator,
/// and the [base type](crate::Operand::Base) of the elements to the left, so that `2.0 * x` and `x * 2.0`
/// need no suffix.
pub struct Tensor<'t, T = f32> {
    pub(super) tape: &'t ArrayTape<T>,
    pub(super) node: NodeId,
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
    pub(super) fn new(tape: &'t ArrayTape<T>, node: NodeId) -> Self {
        Self { tape, node }
    }

    /// The tape it is recorded on.
    pub fn tape(self) -> &'t ArrayTape<T> {
        self.tape
    }

    /// The identifier of its node. [`ArrayTape::node`] returns the tensor of a node.
    pub fn node(self) -> NodeId {
        self.node
    }

    /// The extent along each axis.
    pub fn shape(self) -> Shape {
        self.tape.list.borrow().view(self.node).shape.into()
    }

    /// Whether it is a variable or depends on one, so that a sweep computes a derivative with respect to it.
    pub fn is_active(self) -> bool {
        self.tape.list.borrow().recorded().node(self.node).active
    }

    /// A copy of the value.
    pub fn value(self) -> ArrayD<T> {
        let elements = self.elements().to_vec();
        ArrayD::from_shape_vec(IxDyn(&self.shape()), elements).expect("a node's buffer has its shape")
    }

    /// The elements in row-major order, without a copy. Nothing can be recorded while they are borrowed.
    pub fn elements(self) -> Ref<'t, [T]> {
        Ref::map(self.tape.list.borrow(), |list| list.view(self.node).data)
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
            "item: an array of shape {:?} is not a single number",
            self.shape().as_slice()
        );
        elements[0]
    }

    /// The same array as a constant of the tape: its derivatives of all orders are zero.
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

    /// Whether both are the same node of the same tape.
    pub(crate) fn is_same_node(self, other: Self) -> bool {
        std::ptr::eq(self.tape, other.tape) && self.node == other.node
    }
}

impl<T: Element> ArrayTape<T> {
    /// The tensor of a recorded node.
    ///
    /// # Panics
    /// If the tape has no such node.
    #[track_caller]
    pub fn node(&self, id: NodeId) -> Tensor<'_, T> {
        let recorded = self.len();
        assert!(id.index() < recorded, "node: there is no node {id} on a tape with {recorded} nodes");
        Tensor::new(self, id)
    }
}
