//! Elementwise rules lifted to arrays.

use super::adjoint::Adjoint;
use super::blocks::{Value, add};
use super::definition::{Primitive, Requirement};
use super::pointwise::Pointwise;
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use crate::number::{Binary, Scalar, Unary, value_of_both};

/// `y_i = rule(x_i)`; same shape.
///
/// Pullback: `x_bar_i += y_bar_i dy/dx`, with the partial of the rule.
#[derive(Clone, Copy, Debug)]
pub struct Map<R>(pub R);

impl<T: Element, R: Unary> Primitive<T> for Map<R> {
    fn name(&self) -> &'static str {
        R::NAME
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        Ok(operands[0].into())
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        add(Adjoint::new(y, true), [xs[0].data], Value(self.0));
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        add(x_bar, [at.xs[0].data, at.y.data, at.y_bar], Pullback(self.0));
    }
}

/// `y_i = rule(a_i, b_i)`; both operands have one shape.
///
/// Pullback: `a_bar_i += y_bar_i dy/da`, `b_bar_i += y_bar_i dy/db`, with the partials of the rule.
#[derive(Clone, Copy, Debug)]
pub struct Zip<R>(pub R);

impl<T: Element, R: Binary> Primitive<T> for Zip<R> {
    fn name(&self) -> &'static str {
        R::NAME
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        if operands[0] == operands[1] {
            Ok(operands[0].into())
        } else {
            Err("two operands of the same shape (broadcast_to repeats elements)")
        }
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        add(Adjoint::new(y, true), [xs[0].data, xs[1].data], ValueOfBoth(self.0));
    }
    #[inline(never)]
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let operands = [at.xs[0].data, at.xs[1].data, at.y.data, at.y_bar];
        match wrt {
            0 => add(x_bar, operands, PullbackOfBoth::<R, 0>(self.0)),
            _ => add(x_bar, operands, PullbackOfBoth::<R, 1>(self.0)),
        }
    }
}

/// The pullback of a rule: a formula of the operand, the output and its cotangent.
#[derive(Clone, Copy, Debug)]
struct Pullback<R>(R);

impl<R: Unary> Pointwise<3> for Pullback<R> {
    #[inline(always)]
    fn at<T: Scalar>(self, [x, y, y_bar]: [T; 3]) -> T {
        self.0.partial(x, y).chain(y_bar)
    }
}

/// The value of a rule of two operands, as a formula.
#[derive(Clone, Copy, Debug)]
struct ValueOfBoth<R>(R);

impl<R: Binary> Pointwise<2> for ValueOfBoth<R> {
    #[inline(always)]
    fn at<T: Scalar>(self, [a, b]: [T; 2]) -> T {
        value_of_both(self.0, a, b)
    }
}

/// The pullback of a rule to its operand `OF`: a formula of both operands, the output and its cotangent.
#[derive(Clone, Copy, Debug)]
struct PullbackOfBoth<R, const OF: usize>(R);

impl<R: Binary, const OF: usize> Pointwise<4> for PullbackOfBoth<R, OF> {
    #[inline(always)]
    fn at<T: Scalar>(self, [a, b, y, y_bar]: [T; 4]) -> T {
        let (da, db) = self.0.partials(a, b, y);
        (if OF == 0 { da } else { db }).chain(y_bar)
    }
}
