//! The multi-layer perceptron.

use crate::init::Init;
use crate::layers::Linear;
use crate::model::{Architecture, Model, Module};
use crate::params::Bound;
use wengert_ad::rules::Relu;
use wengert_ad::{Element, Operand, Tensor, Unary};

/// The description of a multi-layer perceptron: fully connected layers with an activation between them, none after the
/// last.
///
/// The parameters are called `hidden.0.weight`, `hidden.0.bias`, ..., `out.weight`, `out.bias`.
#[derive(Clone, Debug, PartialEq)]
pub struct Mlp<R = Relu> {
    widths: Vec<usize>,
    activation: R,
    init: Init,
}

impl Mlp {
    /// Layers between these widths: inputs first, outputs last. ReLU and He initialisation, unless said otherwise.
    ///
    /// # Panics
    /// If there are fewer than two widths, or one is 0.
    #[track_caller]
    pub fn new(widths: impl Into<Vec<usize>>) -> Self {
        let widths = widths.into();
        assert!(widths.len() >= 2, "mlp: widths {widths:?} need at least the inputs and the outputs");
        assert!(!widths.contains(&0), "mlp: widths {widths:?} must all be at least 1");
        Self { widths, activation: Relu, init: Init::He }
    }
}

impl<R: Unary> Mlp<R> {
    /// The elementwise rule between the layers: any of the rule table.
    #[must_use]
    pub fn activation<S: Unary>(self, activation: S) -> Mlp<S> {
        Mlp { widths: self.widths, activation, init: self.init }
    }

    /// How the weights start; biases start at zero.
    ///
    /// The first layer's inputs are data, not ReLU outputs: with [`Init::He`] it starts with [`Init::Xavier`], `N(0, 1 /
    /// f_in)`.
    #[must_use]
    pub fn init(self, init: Init) -> Self {
        Self { init, ..self }
    }

    /// The widths: inputs first, outputs last.
    pub fn widths(&self) -> &[usize] {
        &self.widths
    }

    fn name(&self, layer: usize) -> String {
        if layer + 2 == self.widths.len() { "out".to_owned() } else { format!("hidden.{layer}") }
    }
}

impl<R: Unary> Architecture for Mlp<R> {
    type Module = MlpModule<R>;

    fn into_model(self) -> Model<MlpModule<R>> {
        Model::new(|layout| {
            let fans = self.widths.windows(2).enumerate();
            let layers = fans.map(|(layer, fans)| {
                let init = if layer == 0 && self.init == Init::He { Init::Xavier } else { self.init };
                Linear::new(layout, &self.name(layer), fans[0], fans[1], init)
            });
            MlpModule { layers: layers.collect(), activation: self.activation }
        })
    }
}

/// The function that an [`Mlp`] describes; shapes `(m, first width) -> (m, last width)`.
#[derive(Clone, Debug, PartialEq)]
pub struct MlpModule<R = Relu> {
    layers: Vec<Linear>,
    activation: R,
}

impl<T: Element, R: Unary> Module<T> for MlpModule<R> {
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        let (out, hidden) = self.layers.split_last().expect("an Mlp has at least one layer");
        out.forward(p, hidden.iter().fold(x, |x, layer| layer.forward(p, x).unary(self.activation)))
    }
}
