//! The tables of elementwise derivative rules, in which each rule stands in exactly one place.
//!
//! A rule is a zero-sized type (or one that holds its constants) with a primal and a partial. Rules do
//! not depend on tapes or modes; `f32`, `f64`, forward mode, both tapes, the expression parser and the
//! tests all read these tables.
//!
//! # Conventions at special values
//! Unless a rule documents something else, the following holds; the tests verify it for every rule:
//! - A NaN operand gives a NaN value, and a NaN partial wherever the partial depends on that operand. A
//!   partial of 0 therefore never hides a NaN; only affine rules have the same partial everywhere.
//! - At an infinity, the value and the partial are their limits, if these exist.
//! - A finite value never comes with a NaN partial.
//! - Outside of the domain the value is NaN, and the partial is the value of its formula.

mod arithmetic;
mod elementary;
mod partials;
mod polygamma;
mod powers;
mod products;
mod unary_rule;

pub use arithmetic::*;
pub use elementary::*;
pub(crate) use products::ChainProduct;
pub use unary_rule::parameter;

use crate::number::{Binary, Scalar, Unary};
use products::Damped;

/// A callback for every unary rule in the table.
pub trait UnaryVisitor {
    /// Called once per rule; `domain` lists the intervals on which the rule is smooth.
    #[track_caller]
    fn visit<R: Unary>(&mut self, rule: R, domain: &'static [Interval]);
}

/// A callback for every binary rule in the table.
pub trait BinaryVisitor {
    /// Called once per rule; `domain` contains the intervals of the two operands.
    fn visit<R: Binary>(&mut self, rule: R, domain: [Interval; 2]);
}

/// An interval `(low, high)` of operands on which a rule is smooth.
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

/// The constant `partial`, but NaN where `x` is NaN.
#[inline(always)]
fn unless_nan<T: Scalar>(x: T, partial: T) -> T {
    x.select(x, |x, _| x.is_nan(), T::constant(f64::NAN), partial)
}

/// The product `a b` of factors of which one vanishes faster than the other grows: 0 instead of `0 * inf`.
#[inline(always)]
fn damped<T: Scalar>(a: T, b: T) -> T {
    a.binary(b, Damped)
}
