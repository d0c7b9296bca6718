//! The layers, one per file. All of them are in one list, which the contract test of layers walks.

mod rows;
mod sample;

pub use sample::{LayerInputs, LayerSample};

use crate::init::Init;
use crate::layout::Layout;
use wengert_ad::Element;
use wengert_ad::rules::Tanh;

/// Declares and exports the layers, each with the type of its samples and at least one sample: the inputs it
/// takes, and a function of a layout and the number of input columns.
macro_rules! layers {
    ($( $file:ident: $Layer:ident $(, $More:ident)* as $Sample:ty
        [ $($inputs:expr => $sample:expr),+ $(,)? ]; )*) => {
        $( mod $file; pub use $file::{$Layer $(, $More)*}; )*

        /// Samples of every layer, for tests. A sample is written for the number type `T`.
        pub fn layers<T: Element>() -> Vec<LayerSample<T>> {
            vec![$($( LayerSample {
                name: stringify!($Layer),
                inputs: $inputs,
                build: |layout, width| {
                    let build: fn(&mut Layout, usize) -> $Sample = $sample;
                    Box::new(build(layout, width))
                },
            } ),+),*]
        }
    };
}

layers! {
    activation: Activation as Activation<Tanh> [LayerInputs::Numbers => |_, _| Activation(Tanh)];
    batch_norm: BatchNorm as BatchNorm
        [LayerInputs::Numbers => |layout, width| BatchNorm::new(layout, "layer", width)];
    dropout: Dropout as Dropout [LayerInputs::Numbers => |layout, _| Dropout::new(layout, 0.4)];
    embedding: Embedding as Embedding [
        LayerInputs::Indices { count: 4 } =>
            |layout, _| Embedding::new(layout, "layer", 4, 3, Init::Normal(1.0)),
    ];
    layer_norm: LayerNorm as LayerNorm
        [LayerInputs::Numbers => |layout, width| LayerNorm::new(layout, "layer", width)];
    linear: Linear, Bias as Linear [
        LayerInputs::Numbers => |layout, width| Linear::new(layout, "layer", width, 3, Init::GlorotNormal),
        LayerInputs::Numbers =>
            |layout, width| Linear::with_bias(layout, "layer", [width, 2], Init::HeNormal, Bias::None),
        LayerInputs::Numbers =>
            |layout, width| Linear::with_bias(layout, "layer", [width, 3], Init::HeNormal, Bias::Input),
    ];
    residual: Residual as Residual<T> [
        LayerInputs::Numbers =>
            |layout, width| Residual::new(Linear::new(layout, "layer", width, width, Init::GlorotNormal)),
    ];
    sequential: Sequential as Sequential<T> [
        LayerInputs::Numbers => |layout, width| {
            let first = Linear::new(layout, "layer.0", width, 3, Init::GlorotNormal);
            let normalised = BatchNorm::new(layout, "layer.1", 3);
            let dropout = Dropout::new(layout, 0.3);
            Sequential::new().then(first).then(normalised).then(Activation(Tanh)).then(dropout)
        },
    ];
}
