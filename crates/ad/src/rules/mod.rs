//! Every elementwise derivative rule, each in exactly one place.
//!
//! A rule is a zero-sized type (or one that holds its constants) with a primal and a partial. It knows nothing of
//! tapes or modes; `f32`, `f64`, forward mode, both tapes, the expression parser and the tests all read it from here.
//!
//! # At the edges
//! A rule that says nothing else keeps to this, and the tests walk the table to see it:
//! - A NaN operand gives a NaN value, and a NaN partial wherever the partial depends on that operand. So a partial of 0
//!   never hides a NaN; only sums and other affine rules have the same partial everywhere.
//! - At an infinity, value and partial are their limits where these exist.
//! - A finite value never comes with a NaN partial.
//! - Outside of its domain the value is NaN, which says enough: the partial is what the formula gives.

mod arithmetic;
mod elementary;
mod polygamma;

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

/// `partial`, a constant, but NaN where `x` is.
#[inline(always)]
fn unless_nan<T: Scalar>(x: T, partial: T) -> T {
    x.select(x, |x, _| x.is_nan(), T::constant(f64::NAN), partial)
}

/// `a b` where one factor vanishes faster than the other grows: 0 where the plain product would be `0 * inf`.
#[inline(always)]
fn damped<T: Scalar>(a: T, b: T) -> T {
    let meets: fn(f64, f64) -> bool = |a, b| a == 0.0 && b.is_infinite() || a.is_infinite() && b == 0.0;
    a.select(b, meets, zero(), a * b)
}
