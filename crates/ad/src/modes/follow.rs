//! Which partials depend on the output of their rule.

use crate::number::{Binary, Numeric, Operand, Scalar, Unary};
use crate::rules::{ChainProduct, Elementary, infix_operators};

/// A number that remembers whether it depends on the output of a rule: used to find out whether a partial
/// reads `y`. Inlined, the answer is a constant, and the values are not computed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Follow<T> {
    value: T,
    /// Whether it depends on the output.
    pub(super) output: bool,
}

impl<T> Follow<T> {
    #[inline(always)]
    pub(super) fn input(value: T) -> Self {
        Self { value, output: false }
    }
    #[inline(always)]
    pub(super) fn output(value: T) -> Self {
        Self { value, output: true }
    }
}

impl<T: Scalar> Operand for Follow<T> {
    type Base = T::Base;

    #[inline(always)]
    fn unary<R: Unary>(self, rule: R) -> Self {
        Self { value: self.value.unary(rule), ..self }
    }
    #[inline(always)]
    fn binary<R: Binary>(self, rhs: Self, rule: R) -> Self {
        Self { value: self.value.binary(rhs.value, rule), output: self.output || rhs.output }
    }
}

impl<T: Scalar> Numeric for Follow<T> {
    #[inline(always)]
    fn constant(c: f64) -> Self {
        Self::input(T::constant(c))
    }
    fn value(self) -> f64 {
        self.value.value()
    }
    #[inline(always)]
    fn select(self, rhs: Self, test: fn(f64, f64) -> bool, yes: Self, no: Self) -> Self {
        let value = self.value.select(rhs.value, test, yes.value, no.value);
        Self { value, output: self.output || rhs.output || yes.output || no.output }
    }
}

impl<T: Scalar> Scalar for Follow<T> {
    #[inline(always)]
    fn is_constant(self, c: f64) -> bool {
        self.value.is_constant(c)
    }
    #[inline(always)]
    fn is_finite(self) -> bool {
        self.value.is_finite()
    }
    #[inline(always)]
    fn chain(self, dot: Self) -> Self {
        self.binary(dot, ChainProduct)
    }
}

infix_operators!([T: Scalar] Follow<T>);
