//! Hooks on the operations and the cotangents of an array tape.

use crate::element::Element;
use crate::primitive::{Primitive, Recorded, View};
use std::any::Any;
use std::fmt;
use std::panic::Location;

/// Hooks that an [`ArrayTape`](crate::ArrayTape) calls while it records and sweeps, each with the
/// line of code that recorded the node. By default they do nothing.
pub trait TapeObserver<T: Element>: fmt::Debug + Send + Any {
    /// Called after a variable or a constant is recorded.
    fn on_input(&mut self, _value: View<'_, T>, _site: &'static Location<'static>) {}

    /// Called after an operation is recorded. The hook may apply the primitive to other operands,
    /// but must leave it as it was.
    fn on_operation(
        &mut self,
        _primitive: &mut dyn Primitive<T>,
        _xs: &[View<'_, T>],
        _y: View<'_, T>,
        _site: &'static Location<'static>,
    ) {
    }

    /// Called after a reverse sweep has added the contribution of an operation to the adjoint of
    /// one operand, with that adjoint.
    fn on_pullback(
        &mut self,
        _primitive: &dyn Primitive<T>,
        _operand: usize,
        _at: Recorded<'_, T>,
        _adjoint: &[T],
        _site: &'static Location<'static>,
    ) {
    }
}
