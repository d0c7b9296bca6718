//! Elementwise rules lifted to arrays.

use super::adjoint::Adjoint;
use super::definition::{Primitive, Requirement};
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use crate::number::{Binary, Unary, value_of, value_of_both};

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
        let rule = self.0;
        Adjoint::new(y, true).add_each(
            [xs[0].data],
            #[inline(always)]
            |[x]| value_of(rule, x),
        );
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let rule = self.0;
        x_bar.add_each(
            [at.xs[0].data, at.y.data, at.y_bar],
            #[inline(always)]
            |[x, y, y_bar]| rule.partial(x, y).chain(y_bar),
        );
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
        let rule = self.0;
        Adjoint::new(y, true).add_each(
            [xs[0].data, xs[1].data],
            #[inline(always)]
            |[a, b]| value_of_both(rule, a, b),
        );
    }
    #[inline(never)]
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let operands = [at.xs[0].data, at.xs[1].data, at.y.data, at.y_bar];
        let rule = self.0;
        if wrt == 0 {
            x_bar.add_each(
                operands,
                #[inline(always)]
                |[a, b, y, y_bar]| rule.partials(a, b, y).0.chain(y_bar),
            );
        } else {
            x_bar.add_each(
                operands,
                #[inline(always)]
                |[a, b, y, y_bar]| rule.partials(a, b, y).1.chain(y_bar),
            );
        }
    }
}
