//! Every elementwise derivative rule, each in exactly one place.
//!
//! A rule is a zero-sized type (or one that holds its constants) with a primal and a partial. It knows nothing of
//! tapes or modes; `f32`, `f64`, forward mode, both tapes, the expression parser and the tests all read it from here.

mod arithmetic;
mod elementary;

pub use arithmetic::*;
pub use elementary::*;

use crate::number::{Binary, Scalar, Unary};

/// Something done to every unary rule in the table, whatever rules there are.
pub trait UnaryVisitor {
    /// Called once a rule; `domain` lists the intervals on which the rule is smooth.
    fn visit<R: Unary>(&mut self, rule: R, domain: &'static [Interval]);
}

/// Something done to every binary rule in the table, whatever rules there are.
pub trait BinaryVisitor {
    /// Called once a rule; `domain` holds the intervals of the two operands.
    fn visit<R: Binary>(&mut self, rule: R, domain: [Interval; 2]);
}

/// An interval `(low, high)` of operands.
pub type Interval = (f64, f64);

pub(crate) fn one<T: Scalar>() -> T {
    T::constant(1.0)
}

pub(crate) fn zero<T: Scalar>() -> T {
    T::constant(0.0)
}

/// `yes` where `x > 0`, else `no`.
#[inline(always)]
pub(crate) fn positive<T: Scalar>(x: T, yes: T, no: T) -> T {
    x.select(zero(), |x, zero| x > zero, yes, no)
}
