//! Arrays of one shape put together element by element, with plain data in the rule.

use super::{Adjoint, Primitive, Recorded, Requirement, Shape, View};
use crate::element::Element;
use crate::rules::{Elementary, zero};
use smallvec::SmallVec;
use wengert_kernels::fill;

/// `y = c_1 x_1 + ... + c_n x_n` with constant coefficients, in one pass; the operands have one shape. A step of a
/// Runge-Kutta method is one of these.
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
            Err("one coefficient for each operand")
        } else {
            Ok(operands[0].into())
        }
    }
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        // Two operands a pass: `y` is read and written half as often as by adding one after another.
        for (i, (xs, c)) in xs.chunks(2).zip(self.0.chunks(2)).enumerate() {
            let y = Adjoint::new(&mut *y, i == 0);
            match *xs {
                [a, b] => y.add(a.data.iter().zip(b.data).map(|(a, b)| a.scale(c[0]) + b.scale(c[1]))),
                _ => y.add(xs[0].data.iter().map(|a| a.scale(c[0]))),
            }
        }
    }
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        x_bar.add(at.y_bar.iter().map(|&y_bar| y_bar.scale(self.0[wrt])));
    }
}

/// `y_i = a_i` where the mask holds, `b_i` elsewhere; the mask is plain data, row-major.
///
/// Pullback: each operand gets the cotangents of the places where it was taken. What stands in the other operand does
/// not matter, be it infinite or NaN: nothing is multiplied by zero.
#[derive(Clone, Debug, Default)]
pub struct Select {
    /// Where the first operand is taken.
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
            Err("a mask with as many elements as each operand")
        } else {
            Ok(operands[0].into())
        }
    }
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let both = self.mask.iter().zip(xs[0].data.iter().zip(xs[1].data));
        fill(y, both.map(|(&first, (&a, &b))| if first { a } else { b }));
    }
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let chosen = self.mask.iter().zip(at.y_bar);
        x_bar.add(chosen.map(|(&first, &y_bar)| if first == (wrt == 0) { y_bar } else { zero() }));
    }
}
