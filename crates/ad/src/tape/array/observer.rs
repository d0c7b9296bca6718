//! Looking over an array tape's shoulder: every operation and every cotangent, with its line of code.

use crate::kernels::Element;
use crate::primitive::{Primitive, Recorded, View};
use std::any::Any;
use std::fmt;
use std::panic::Location;

/// Sees what an [`ArrayTape`] does while it does it.
pub trait Observer<T: Element>: fmt::Debug + Send + Any {
    /// Called when a variable or a constant was put on the tape.
    fn placed(&mut self, _value: View<'_, T>, _site: &'static Location<'static>) {}

    /// Called when an operation was carried out. The primitive may be applied elsewhere, but must be left as it was.
    fn recorded(
        &mut self,
        _primitive: &mut dyn Primitive<T>,
        _xs: &[View<'_, T>],
        _y: View<'_, T>,
        _site: &'static Location<'static>,
    ) {
    }

    /// Called when a reverse sweep has added the contribution of an operation to the adjoint of one operand.
    fn pulled_back(
        &mut self,
        _primitive: &dyn Primitive<T>,
        _operand: usize,
        _at: Recorded<'_, T>,
        _adjoint: &[T],
        _site: &'static Location<'static>,
    ) {
    }
}
