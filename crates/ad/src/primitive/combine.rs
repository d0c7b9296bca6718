//! Elementwise combinations of arrays of one shape that depend on plain data.

use super::adjoint::Adjoint;
use super::definition::{Primitive, Requirement};
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use crate::rules::{Elementary, zero};
use smallvec::SmallVec;
use wengert_kernels::fill;

/// `y = c_1 x_1 + ... + c_n x_n` with constant coefficients, in one pass; all operands have one
/// shape. A step of a Runge-Kutta method is such a combination.
///
/// Pullback: `x_i_bar += c_i y_bar`.
#[derive(Clone, Debug)]
pub struct LinearCombination(pub SmallVec<[f64; 8]>);

impl<T: Element> Primitive<T> for LinearCombination {
    fn name(&self) -> &'static str {
        "linear_combination"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        if operands.iter().any(|operand| operand != &operands[0]) {
            Err("operands of one shape")
        } else if operands.len() != self.0.len() {
            Err("one coefficient per operand")
        } else {
            Ok(operands[0].into())
        }
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        // Two operands per pass: `y` is read and written half as often as with one operand per pass.
        for (i, (xs, c)) in xs.chunks(2).zip(self.0.chunks(2)).enumerate() {
            let y = Adjoint::new(&mut *y, i == 0);
            match *xs {
                [a, b] => y.add(a.data.iter().zip(b.data).map(|(a, b)| a.scale(c[0]) + b.scale(c[1]))),
                _ => y.add(xs[0].data.iter().map(|a| a.scale(c[0]))),
            }
        }
    }
    #[inline(never)]
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        x_bar.add(at.y_bar.iter().map(|&y_bar| y_bar.scale(self.0[wrt])));
    }
}

/// `y_i = a_i` where the mask is true, `b_i` elsewhere; the mask is plain data in row-major order.
///
/// Pullback: each operand gets the cotangents at the positions where it was selected. Infinite and
/// NaN elements of the other operand do not matter there, since nothing is multiplied by zero.
#[derive(Clone, Debug, Default)]
pub struct Select {
    /// One flag per element: true selects the first operand.
    pub mask: Vec<bool>,
}

impl<T: Element> Primitive<T> for Select {
    fn name(&self) -> &'static str {
        "select"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        if operands[0] != operands[1] {
            Err("two operands of the same shape")
        } else if self.mask.len() != operands[0].iter().product() {
            Err("a mask with one element per element of an operand")
        } else {
            Ok(operands[0].into())
        }
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let both = self.mask.iter().zip(xs[0].data.iter().zip(xs[1].data));
        fill(y, both.map(|(&first, (&a, &b))| if first { a } else { b }));
    }
    #[inline(never)]
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let chosen = self.mask.iter().zip(at.y_bar);
        x_bar.add(chosen.map(|(&first, &y_bar)| if first == (wrt == 0) { y_bar } else { zero() }));
    }
}
