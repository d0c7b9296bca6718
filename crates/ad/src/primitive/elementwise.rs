//! Elementwise rules lifted to arrays.

use super::adjoint::Adjoint;
use super::definition::{Primitive, Requirement};
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use crate::number::{Binary, Unary, value_of, value_of_both};
use wengert_kernels::fill;

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
        fill(
            y,
            xs[0].data.iter().map(
                #[inline(always)]
                |&x| value_of(self.0, x),
            ),
        );
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let recorded = at.xs[0].data.iter().zip(at.y.data).zip(at.y_bar);
        x_bar.add(recorded.map(
            #[inline(always)]
            |((&x, &y), &y_bar)| self.0.partial(x, y).chain(y_bar),
        ));
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
        fill(
            y,
            xs[0].data.iter().zip(xs[1].data).map(
                #[inline(always)]
                |(&a, &b)| value_of_both(self.0, a, b),
            ),
        );
    }
    #[inline(never)]
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let recorded = at.xs[0].data.iter().zip(at.xs[1].data).zip(at.y.data).zip(at.y_bar);
        if wrt == 0 {
            x_bar.add(recorded.map(
                #[inline(always)]
                |(((&a, &b), &y), &y_bar)| self.0.partials(a, b, y).0.chain(y_bar),
            ));
        } else {
            x_bar.add(recorded.map(
                #[inline(always)]
                |(((&a, &b), &y), &y_bar)| self.0.partials(a, b, y).1.chain(y_bar),
            ));
        }
    }
}
