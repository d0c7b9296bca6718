//! Networks: parameters, initialisers, layers, losses, metrics and diagnostics.
//!
//! A layer is a small descriptor; the values of all parameters are in [`Params`], one flat buffer with named
//! views, so that optimizers, checkpoints and reductions work on one slice. A [`Layout`] holds the names and
//! shapes of the parameters, an [`Init`] draws their initial values, a [`Module`] computes outputs with them,
//! and a [`Loss`] compares outputs with targets.
//!
//! Parameters are bound to a tape for an evaluation or for a [`TrainingPass`]. In a training pass,
//! [`Dropout`] drops elements, and [`BatchNorm`] normalises with the statistics of the batch and updates its
//! running statistics. Layers that draw random numbers get them from [`Draws`], by seed, step, layer and row.
//!
//! ```
//! use wengert_ad::{ArrayTape, Elementary, Tensor};
//! use wengert_nn::{Bound, Init::HeNormal, Linear, Model, Module};
//!
//! struct Net { hidden: Linear, out: Linear }
//!
//! impl Module for Net {
//!     fn forward<'t>(&self, p: &Bound<'t>, x: Tensor<'t>) -> Tensor<'t> {
//!         self.out.forward(p, self.hidden.forward(p, x).relu())
//!     }
//! }
//!
//! let model = Model::new(|layout| Net {
//!     hidden: Linear::new(layout, "hidden", 2, 16, HeNormal),
//!     out: Linear::new(layout, "out", 16, 3, HeNormal),
//! });
//! let params = model.layout().initialise::<f32>(7);
//! assert_eq!(params.len(), 2 * 16 + 16 + 16 * 3 + 3);
//!
//! let tape = ArrayTape::new();
//! let x = tape.constant(&ndarray::array![[0.5, -1.0]]);
//! let y = model.module().forward(&params.bind_for_evaluation(&tape), x);
//! assert_eq!(y.shape().as_slice(), [1, 3]);
//! ```

mod activation_rule;
mod bound;
pub mod diagnostics;
mod draws;
mod init;
mod input_derivatives;
mod layers;
mod layout;
mod loss;
pub mod metrics;
mod mlp;
mod model;
mod named;
mod normalisation;
mod orthogonal;
mod params;
mod pattern;
mod regulariser;
mod row_mixing;
#[cfg(feature = "serde")]
mod stored;
mod summary;
mod training_pass;
mod transfer;

pub use activation_rule::{ActivationRule, AnyActivation};
pub use bound::Bound;
pub use draws::Draws;
pub use init::Init;
pub use input_derivatives::InputDerivatives;
pub use layers::*;
pub use layout::{Layout, Parameter, ParameterSlot, RandomSlot, StatisticSlot};
pub use loss::*;
pub use mlp::{Mlp, MlpFeatures, MlpModule};
pub use model::{Architecture, Model, Module};
pub use named::{ActivationChoice, InitChoice, LossChoice};
pub use normalisation::Normalisation;
pub use params::Params;
pub use pattern::NamePattern;
pub use regulariser::{Penalty, Regulariser};
pub use row_mixing::RowMixing;
pub use summary::Summary;
pub use training_pass::TrainingPass;
pub use transfer::TransferError;
