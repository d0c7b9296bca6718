//! The outputs of a module and their derivatives along a direction of its inputs, as one operation.

use super::recording::{Pass, Recording};
use crate::model::Module;
use std::cell::RefCell;
use std::fmt;
use wengert_ad::primitive::{Adjoint, Primitive, PullbackStart, Recorded, Requirement, Shape, View};
use wengert_ad::{Element, Elementary, Jet};

/// The outputs `u` of a module for the inputs `x + t v` and their derivatives with respect to `t` at 0;
/// operands: the inputs `(m, k)`, the parameters, the running statistics; output `(N, m, outputs)`.
///
/// The primal is the module on jets. Pullback: for the cotangents `c_k` of the derivatives of order `k`, let
/// the jet `c(t)` have the derivatives `c^(N-1-k) = c_k / C(N-1, k)`. By Leibniz, the derivative of order
/// `N - 1` of `<c(t), u(t)>` is `sum_k <c_k, u^(k)>`, so that the derivative of that order of the adjoints,
/// which one sweep on jets computes for the cotangent `c`, is the pullback.
pub(super) struct Along<const N: usize, M, T: Element> {
    pub(super) pass: Option<Pass<M>>,
    pub(super) direction: Vec<f64>,
    pub(super) outputs: usize,
    recording: RefCell<Recording<Jet<N, T>>>,
}

impl<const N: usize, M, T: Element> Default for Along<N, M, T> {
    fn default() -> Self {
        Self { pass: None, direction: Vec::new(), outputs: 0, recording: RefCell::default() }
    }
}

impl<const N: usize, M, T: Element> fmt::Debug for Along<N, M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "derivatives along {:?} up to order {}", self.direction, N - 1)
    }
}

impl<const N: usize, M: Module<Jet<N, T>> + 'static, T: Element> Primitive<T> for Along<N, M, T> {
    fn name(&self) -> &'static str {
        "derivatives_along"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        match *operands[0] {
            [m, k] if k == self.direction.len() => Ok([N, m, self.outputs].as_slice().into()),
            _ => Err("inputs (m, k) and a direction of k numbers"),
        }
    }
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let Self { pass, direction, outputs: declared, recording } = self;
        let pass = pass.as_ref().expect(SET);
        let outputs = recording.get_mut().run(pass, xs, |operand| pass.active[operand], moving(direction));
        let (have, rows) = (outputs.shape(), xs[0].shape[0]);
        assert!(
            have[..] == [rows, *declared],
            "derivatives_along: the module returned shape {have:?}, but declares {declared} outputs"
        );
        let outputs = outputs.elements();
        for (order, y) in y.chunks_exact_mut(outputs.len().max(1)).enumerate() {
            y.iter_mut().zip(&*outputs).for_each(|(y, u)| *y = u.derivatives()[order]);
        }
    }
    fn start_pullback(&self, start: &mut PullbackStart<'_, T>) {
        sweep(&mut self.recording.borrow_mut(), start.recorded().y_bar);
    }
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let pass = self.pass.as_ref().expect(SET);
        let add = |recording: &Recording<Jet<N, T>>| {
            x_bar.add(recording.gradient(wrt).iter().map(|g| g.derivatives()[N - 1]));
        };
        if pass.active[wrt] {
            return add(&self.recording.borrow());
        }
        // Only checks ask for the derivative with respect to a constant.
        let mut recording = Recording::default();
        recording.run(pass, at.xs, |operand| operand == wrt, moving(&self.direction));
        sweep(&mut recording, at.y_bar);
        add(&recording);
    }
}

const SET: &str = "set for each recording";

/// The inputs move along the direction, the other operands are constant.
fn moving<const N: usize, T: Element>(direction: &[f64]) -> impl Fn(usize, usize, T) -> Jet<N, T> {
    move |operand, i, x| {
        let velocity = if operand == 0 { direction[i % direction.len()] } else { 0.0 };
        Jet::line(x, T::constant(velocity))
    }
}

/// The sweep from the cotangents of all derivatives.
fn sweep<const N: usize, T: Element>(recording: &mut Recording<Jet<N, T>>, y_bar: &[T]) {
    let size = y_bar.len() / N;
    recording.sweep_for_highest(|i| {
        Jet::new(std::array::from_fn(|order| {
            let k = N - 1 - order;
            y_bar[k * size + i].divide(binomial(N - 1, k))
        }))
    });
}

/// `n! / (k! (n - k)!)`.
fn binomial(n: usize, k: usize) -> f64 {
    (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64)
}
