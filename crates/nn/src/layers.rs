//! The layers.

use crate::init::Init;
use crate::layout::{Layout, Slot};
use crate::model::Module;
use crate::params::Bound;
use wengert_ad::{Element, Operand, Tensor, Unary};

/// A fully connected layer: `y = x W + b`; shapes `(m, f_in) -> (m, f_out)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Linear {
    weight: Slot,
    bias: Slot,
}

impl Linear {
    /// Declares `NAME.weight` of shape `(fan_in, fan_out)`, started by `init`, and `NAME.bias`, started at zero.
    ///
    /// # Panics
    /// If the name is taken, or a fan is 0.
    #[track_caller]
    pub fn new(layout: &mut Layout, name: &str, fan_in: usize, fan_out: usize, init: Init) -> Self {
        let weight = layout.parameter(&format!("{name}.weight"), &[fan_in, fan_out], init);
        let bias = layout.parameter(&format!("{name}.bias"), &[fan_out], Init::Zero);
        Self { weight, bias }
    }
}

impl<T: Element> Module<T> for Linear {
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        x.affine(p.get(self.weight), p.get(self.bias))
    }
}

/// Any elementwise rule as a layer without parameters: `Activation(Tanh)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Activation<R>(pub R);

impl<T: Element, R: Unary> Module<T> for Activation<R> {
    fn forward<'t>(&self, _: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        x.unary(self.0)
    }
}

/// Modules one after another.
#[derive(Default)]
pub struct Sequential<T: Element = f32> {
    modules: Vec<Box<dyn Module<T>>>,
}

impl<T: Element> Sequential<T> {
    /// No modules: the identity.
    pub fn new() -> Self {
        Self { modules: Vec::new() }
    }

    /// Then this one.
    #[must_use]
    pub fn then(mut self, module: impl Module<T> + 'static) -> Self {
        self.modules.push(Box::new(module));
        self
    }
}

impl<T: Element> Module<T> for Sequential<T> {
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        self.modules.iter().fold(x, |x, module| module.forward(p, x))
    }
}
