//! The gradient of the outputs of a module with respect to its inputs, as one operation.

use super::recording::{Pass, Recording};
use crate::model::Module;
use std::cell::RefCell;
use std::fmt;
use wengert_ad::primitive::{Adjoint, Primitive, PullbackStart, Recorded, Requirement, Shape, View};
use wengert_ad::{Dual, Element, Numeric};

/// `g = d/dx sum u(x)`, where the sum is over all outputs; operands: the inputs `(m, k)`, the parameters, the
/// running statistics; output `(m, k)`.
///
/// The primal is a reverse sweep. Pullback: for the cotangent `v`, `<v, g>` is the derivative of `sum u`
/// along `v`, and its gradient is computed forward over reverse: the tangents of the adjoints of a sweep on
/// dual numbers with the inputs `x + v e`.
pub(super) struct InputGradient<M, T: Element> {
    pub(super) pass: Option<Pass<M>>,
    recording: Recording<T>,
    duals: RefCell<Recording<Dual<T>>>,
}

impl<M, T: Element> Default for InputGradient<M, T> {
    fn default() -> Self {
        Self { pass: None, recording: Recording::default(), duals: RefCell::default() }
    }
}

impl<M, T: Element> fmt::Debug for InputGradient<M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the gradient with respect to the inputs")
    }
}

const SET: &str = "set for each recording";

impl<M: Module<T> + Module<Dual<T>> + 'static, T: Element> Primitive<T> for InputGradient<M, T> {
    fn name(&self) -> &'static str {
        "input_gradient"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        match operands[0] {
            shape @ [_, _] => Ok((*shape).into()),
            _ => Err("inputs (m, k)"),
        }
    }
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let pass = self.pass.as_ref().expect(SET);
        self.recording.run(pass, xs, |operand| operand == 0, |_, _, x| x);
        self.recording.sweep(|_| T::constant(1.0));
        y.copy_from_slice(self.recording.gradient(0));
    }
    fn start_pullback(&self, start: &mut PullbackStart<'_, T>) {
        let pass = self.pass.as_ref().expect(SET);
        sweep(&mut self.duals.borrow_mut(), pass, start.recorded(), |operand| pass.active[operand]);
    }
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let pass = self.pass.as_ref().expect(SET);
        let add = |duals: &Recording<Dual<T>>| x_bar.add(duals.gradient(wrt).iter().map(|g| g.tangent));
        if pass.active[wrt] {
            return add(&self.duals.borrow());
        }
        // Only checks ask for the derivative with respect to a constant.
        let mut duals = Recording::default();
        sweep(&mut duals, pass, at, |operand| operand == wrt);
        add(&duals);
    }
}

/// The pass and the sweep on dual numbers, along the cotangent.
fn sweep<T: Element>(
    duals: &mut Recording<Dual<T>>,
    pass: &Pass<impl Module<Dual<T>>>,
    Recorded { xs, y_bar, .. }: Recorded<'_, T>,
    active: impl Fn(usize) -> bool,
) {
    let zero = T::constant(0.0);
    let lift = |operand: usize, i: usize, x: T| Dual::new(x, if operand == 0 { y_bar[i] } else { zero });
    duals.run(pass, xs, active, lift);
    duals.sweep_for_highest(|_| Dual::constant(1.0));
}
