//! The multi-layer perceptron.

use crate::activation_rule::{ActivationRule, AnyActivation};
use crate::bound::Bound;
use crate::init::Init;
use crate::layers::{Bias, Dropout, Linear};
use crate::layout::Layout;
use crate::model::{Architecture, Model, Module};
use crate::normalisation::{Normalisation, NormalisationLayer};
use wengert_ad::rules::Relu;
use wengert_ad::{Element, Tensor};
use wengert_kernels::validate::assert_below_one;

/// The description of a multi-layer perceptron: fully connected layers with an activation after each but the
/// last. A hidden layer consists of a linear map, an optional normalisation, the activation, and optional
/// dropout.
///
/// The parameters are called `hidden.0.weight`, `hidden.0.bias`, ..., `out.weight`, `out.bias`; those of the
/// normalisations `hidden.0.norm.weight` and so on.
#[derive(Clone, Debug, PartialEq)]
pub struct Mlp<R = Relu> {
    widths: Vec<usize>,
    activation: R,
    init: Init,
    bias: Bias,
    normalisation: Normalisation,
    dropout: f64,
}

impl Mlp {
    /// A perceptron with the given widths: first the number of inputs, then those of the hidden units, last
    /// the number of outputs. By default: ReLU, He initialisation, biases initially 0, no normalisation, no
    /// dropout.
    ///
    /// # Panics
    /// If there are fewer than two widths, or one is 0.
    #[track_caller]
    pub fn new(widths: impl Into<Vec<usize>>) -> Self {
        let widths = widths.into();
        assert!(widths.len() >= 2, "mlp: widths {widths:?} need at least the inputs and the outputs");
        assert!(!widths.contains(&0), "mlp: widths {widths:?} must all be at least 1");
        let (bias, normalisation) = (Bias::Zero, Normalisation::None);
        Self { widths, activation: Relu, init: Init::HeNormal, bias, normalisation, dropout: 0.0 }
    }
}

impl<R: ActivationRule> Mlp<R> {
    /// Sets the activation: any elementwise rule of the [table](wengert_ad::rules), or with
    /// [`AnyActivation`](crate::AnyActivation) one that is chosen at run time.
    #[must_use]
    pub fn activation<S: ActivationRule>(self, activation: S) -> Mlp<S> {
        let Self { widths, init, bias, normalisation, dropout, .. } = self;
        Mlp { widths, activation, init, bias, normalisation, dropout }
    }

    /// Sets the initialiser of the weights.
    ///
    /// The inputs of the first layer are data, not outputs of ReLU. So with [`Init::HeNormal`], the first
    /// layer is initialised by [`Init::LecunNormal`], `N(0, 1 / f_in)`.
    #[must_use]
    pub fn init(self, init: Init) -> Self {
        Self { init, ..self }
    }

    /// Sets how the biases are initialised, or that there are none.
    #[must_use]
    pub fn bias(self, bias: Bias) -> Self {
        Self { bias, ..self }
    }

    /// Sets the normalisation after each hidden linear layer.
    #[must_use]
    pub fn normalisation(self, normalisation: Normalisation) -> Self {
        Self { normalisation, ..self }
    }

    /// Sets the rate of [`Dropout`] after each activation: the probability that a hidden unit is dropped in
    /// training.
    ///
    /// # Panics
    /// If `rate` is not in `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn dropout(self, rate: f64) -> Self {
        assert_below_one("mlp: the dropout rate", rate);
        Self { dropout: rate, ..self }
    }

    /// Sets the number of outputs: a new head for the same hidden layers, whose parameters
    /// [can be copied](crate::Params::copy_from) from a trained model.
    ///
    /// # Panics
    /// If `outputs` is 0.
    #[must_use]
    #[track_caller]
    pub fn outputs(mut self, outputs: usize) -> Self {
        assert!(outputs > 0, "mlp: the number of outputs is 0, must be at least 1");
        *self.widths.last_mut().expect("an Mlp has at least two widths") = outputs;
        self
    }

    /// The widths: the number of inputs first, the number of outputs last.
    pub fn widths(&self) -> &[usize] {
        &self.widths
    }

    /// The same network with an activation that is chosen at run time; `None` if its rule is not in the
    /// [table](wengert_ad::rules).
    pub fn with_any_activation(&self) -> Option<Mlp<AnyActivation>> {
        Some(self.clone().activation(AnyActivation::from_rule(self.activation)?))
    }

    /// The activation.
    pub fn activation_rule(&self) -> R {
        self.activation
    }

    /// How the biases are initialised.
    pub fn bias_kind(&self) -> Bias {
        self.bias
    }

    /// The normalisation after each hidden linear layer.
    pub fn normalisation_kind(&self) -> Normalisation {
        self.normalisation
    }

    /// The rate of dropout.
    pub fn dropout_rate(&self) -> f64 {
        self.dropout
    }

    fn linear(&self, layout: &mut Layout, layer: usize, name: &str) -> Linear {
        let init = if layer == 0 && self.init == Init::HeNormal { Init::LecunNormal } else { self.init };
        Linear::with_bias(layout, name, [self.widths[layer], self.widths[layer + 1]], init, self.bias)
    }

    fn hidden(&self, layout: &mut Layout, layer: usize) -> Hidden<R> {
        let (name, width) = (format!("hidden.{layer}"), self.widths[layer + 1]);
        let linear = self.linear(layout, layer, &name);
        let norm = NormalisationLayer::new(self.normalisation, layout, &name, width);
        let dropout = (self.dropout > 0.0).then(|| Dropout::new(layout, self.dropout));
        Hidden { linear, norm, activation: self.activation, dropout }
    }
}

impl<R: ActivationRule> Architecture for Mlp<R> {
    type Module = MlpModule<R>;

    fn into_model(self) -> Model<MlpModule<R>> {
        Model::new(|layout| {
            let last = self.widths.len() - 2;
            let hidden = (0..last).map(|layer| self.hidden(layout, layer)).collect();
            let (inputs, out) = (self.widths[0], self.linear(layout, last, "out"));
            MlpModule { hidden: MlpFeatures { layers: hidden, inputs }, out, description: self }
        })
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Hidden<R> {
    linear: Linear,
    norm: NormalisationLayer,
    activation: R,
    dropout: Option<Dropout>,
}

impl<R: ActivationRule> Hidden<R> {
    #[track_caller]
    fn forward<'t, T: Element>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        let linear = &self.linear;
        let x = match self.norm {
            NormalisationLayer::None => linear.activated(p, x, self.activation),
            norm => self.activation.apply(norm.forward(p, linear.forward(p, x))),
        };
        match self.dropout {
            Some(dropout) => dropout.forward(p, x),
            None => x,
        }
    }
}

/// The module that an [`Mlp`] describes; shapes `(m, first width) -> (m, last width)`.
#[derive(Clone, Debug, PartialEq)]
pub struct MlpModule<R = Relu> {
    hidden: MlpFeatures<R>,
    out: Linear,
    description: Mlp<R>,
}

/// The hidden layers of an [`Mlp`], whose outputs are the features that its last layer combines linearly.
#[derive(Clone, Debug, PartialEq)]
pub struct MlpFeatures<R = Relu> {
    layers: Vec<Hidden<R>>,
    inputs: usize,
}

impl<R: ActivationRule> MlpModule<R> {
    /// The hidden layers.
    pub fn features(&self) -> &MlpFeatures<R> {
        &self.hidden
    }

    /// The output layer.
    pub fn head(&self) -> &Linear {
        &self.out
    }

    /// The description that the module was built from.
    pub fn description(&self) -> &Mlp<R> {
        &self.description
    }
}

/// Feature extraction.
impl<R: ActivationRule> Model<MlpModule<R>> {
    /// The model without its output layer: its outputs are those of the last hidden layer. Its parameters
    /// [can be picked](crate::Params::pick) from those of the whole model.
    ///
    /// ```
    /// use wengert_nn::{Architecture, Mlp};
    ///
    /// let model = Mlp::new([64, 128, 10]).into_model();
    /// let params = model.layout().initialise::<f32>(1);
    /// let features = model.features();
    /// let kept = params.pick(features.layout())?;
    /// assert_eq!(kept.len(), 64 * 128 + 128);
    /// # Ok::<(), wengert_nn::TransferError>(())
    /// ```
    pub fn features(&self) -> Model<MlpFeatures<R>> {
        // The head is declared last, so the slots of the other layers stay valid.
        let (head, statistics) = (self.module().out.first_slot(), self.layout().statistics().len());
        Model::from_parts(self.layout().truncated(head.0, statistics), self.module().hidden.clone())
    }
}

impl<T: Element, R: ActivationRule> Module<T> for MlpFeatures<R> {
    #[track_caller]
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        let first = x.tape().len();
        let mut x = x;
        // Not a closure: a panic points to the caller.
        for layer in &self.layers {
            x = layer.forward(p, x).dropping_since(first);
        }
        x
    }
    fn input_width(&self) -> Option<usize> {
        Some(self.inputs)
    }
    fn output_width(&self, _: Option<usize>) -> Option<usize> {
        let last = self.layers.last();
        last.map_or(Some(self.inputs), |last| Module::<T>::output_width(&last.linear, None))
    }
}

impl<T: Element, R: ActivationRule> Module<T> for MlpModule<R> {
    #[track_caller]
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        self.out.forward(p, self.hidden.forward(p, x))
    }
    fn input_width(&self) -> Option<usize> {
        Some(self.hidden.inputs)
    }
    fn output_width(&self, _: Option<usize>) -> Option<usize> {
        Module::<T>::output_width(&self.out, None)
    }
}
