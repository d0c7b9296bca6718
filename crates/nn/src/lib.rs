//! Networks: parameters, initialisers, layers, losses, metrics and diagnostics.
//!
//! Layers are light descriptors; the numbers live in [`Params`], one flat buffer with named views, so that optimizers,
//! checkpoints and reductions see one slice. A [`Layout`] says which numbers there are, an [`Init`] how they start, a
//! [`Module`] what is computed with them, a [`Loss`] what is to be made small.
//!
//! A pass is an evaluation unless its [`Bound`] parameters say that it is one of [`TrainingPass`]: then [`Dropout`] drops, and
//! [`BatchNorm`] takes the statistics of the batch and leaves new running statistics behind.
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
//! let y = model.module().forward(&params.bind(&tape), x);
//! assert_eq!(y.shape().as_slice(), [1, 3]);
//! ```

mod bound;
pub mod diagnostics;
mod init;
mod layers;
mod layout;
mod loss;
pub mod metrics;
mod mlp;
mod model;
mod orthogonal;
mod params;
mod pattern;
mod summary;
mod transfer;

pub use bound::{Bound, TrainingPass};
pub use init::Init;
pub use layers::{Activation, BatchNorm, Bias, Dropout, Embedding, LayerNorm, Linear, Residual, Sequential};
pub use layout::{Layout, Parameter, ParameterSlot, RandomSlot, StatisticSlot};
pub use loss::{
    BinaryCrossEntropy, CrossEntropy, HalfSquared, Hinge, Huber, Logistic, Loss, MeanAbsolute, MeanSquared,
    MultiClassHinge, Penalty, ProbabilityCrossEntropy, Regulariser, SmoothL1, SquaredHinge, SumAbsolute,
    SumSquared, TargetBatch, TargetKind, WeightedCrossEntropy,
};
pub use mlp::{Features, Mlp, MlpModule, Normalisation};
pub use model::{Architecture, Model, Module};
pub use params::Params;
pub use pattern::matches;
pub use summary::Summary;
pub use transfer::TransferError;
