//! Wengert: reverse-mode automatic differentiation and MLP training on the CPU.
//!
//! This crate re-exports the crates below; it has no code of its own. [`prelude`] contains the
//! items that most programs need, and [`ndarray`] is the version of ndarray that the arrays in the
//! API belong to.
//!
//! | module | contents |
//! |---|---|
//! | [`ad`] | derivatives: the rule table, forward mode, the scalar tape and the array tape |
//! | [`nn`] | parameters, initialisers, layers, losses, metrics, diagnostics |
//! | [`optim`] | optimizers, learning-rate schedules and gradient clipping, on flat slices |
//! | [`data`] | data sets, splits, standardisation, mini-batches |
//! | [`train`] | parallel batched backpropagation, the training loop, second derivatives, hyper-parameter search |
//! | [`linear`] | linear models: least squares, ridge, lasso, logistic regression, support-vector machines |
//! | [`settings`] | choices by name, such as `sgd:momentum=0.9`, and their errors |
//! | [`minimize`] | minimisation of plain functions: L-BFGS, Newton, Levenberg-Marquardt, ... |
//!
//! `linear` and `minimize` are features that are on by default, and so is `compiled-f64`, which compiles
//! arrays of `f64` in the library, as those of `f32` always are, and not in each crate that uses them. With
//! the feature `figures`, the module `figures` contains charts and HTML reports; with `formats`, the module
//! `formats` writes and reads files of other programs.
//!
//! # Derivatives
//!
//! ```
//! use wengert::prelude::*;
//!
//! let tape = Tape::new();
//! let (x, y) = (tape.var(2.0), tape.var(3.0));
//! let z = x.powi(3) * (x + 3.0 * y);
//! let g = z.gradient();
//! assert_eq!((z.value(), g.wrt(x), g.wrt(y)), (88.0, 140.0, 24.0));
//! ```
//!
//! # Training
//!
//! [`Trainer`](train::Trainer) runs a training loop with the usual options. A loop in a program of one's own
//! takes its steps with [`Training`](train::Training), which keeps track of the state of the optimizer, the
//! schedule, frozen parameters, running statistics and the mode of each pass:
//!
//! ```
//! use wengert::ndarray::array;
//! use wengert::prelude::*;
//!
//! let data = moons(400, 0.1, 7).split(0.8, 0.1, 0.1, 7)?.standardised();
//! let mut training = Training::new(Mlp::new([2, 32, 2]), CrossEntropy, Adam::new(1e-2))
//!     .seed(7)
//!     .schedule(Schedule::cosine(1e-2, 200))
//!     .clip_norm(1.0);
//! let mut batches = Batches::new(data.train.examples(), 32, 7);
//! for epoch in 1..=20 {
//!     for indices in batches.epoch(epoch) {
//!         training.step(&data.train.batch(indices));
//!     }
//! }
//! let metrics = training.evaluate(&data.test).expect("the test part is not empty");
//! assert!(metrics.accuracy > Some(0.9));
//! let classes = training.into_trained().predict_classes(&array![[0.0, 1.0], [0.5, -1.0]]);
//! assert_eq!(classes.len(), 2);
//! # Ok::<(), wengert::data::DataError>(())
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

pub use ndarray;
pub use wengert_ad as ad;
pub use wengert_data as data;
#[cfg(feature = "figures")]
#[cfg_attr(docsrs, doc(cfg(feature = "figures")))]
pub use wengert_figures as figures;
#[cfg(feature = "formats")]
#[cfg_attr(docsrs, doc(cfg(feature = "formats")))]
pub use wengert_formats as formats;
#[cfg(feature = "linear")]
#[cfg_attr(docsrs, doc(cfg(feature = "linear")))]
pub use wengert_linear as linear;
#[cfg(feature = "minimize")]
#[cfg_attr(docsrs, doc(cfg(feature = "minimize")))]
pub use wengert_minimize as minimize;
pub use wengert_nn as nn;
pub use wengert_optim as optim;
pub use wengert_settings as settings;
pub use wengert_train as train;

/// The items that most programs need: `use wengert::prelude::*`.
pub mod prelude {
    pub use crate::ad::rules::{Elu, Gelu, LeakyRelu, Relu, Sigmoid, Silu, Softplus, Tanh};
    pub use crate::ad::{
        Arithmetic, ArrayTape, Directions, Dual, Element, Elementary, Lanes, Number, Numeric, Operand, Real,
        Scalar, Tape, Tensor, Var, arrays, derivatives, grad, gradcheck, hessian, hvp, jacobian, jvp,
        value_and_grad, value_and_grad_into, vjp,
    };
    pub use crate::data::{
        Batches, Dataset, Split, Targets, blobs, circles, digits, iris, moons, spiral, xor,
    };
    pub use crate::nn::Init::{self, GlorotNormal, HeNormal, LecunNormal};
    pub use crate::nn::{
        Activation, Architecture, BatchNorm, Bias, BinaryCrossEntropy, Bound, CrossEntropy, Draws, Dropout,
        Embedding, HalfSquared, InputDerivatives, LayerNorm, Layout, Linear, Logistic, Loss, MeanSquared,
        Mlp, Model, Module, Normalisation, Params, RandomSlot, Regulariser, Residual, RowMixing, Sequential,
        SumSquared, TargetBatch, TargetKind,
    };
    pub use crate::optim::{Adam, Group, Optimizer, Schedule, Sgd, clip_norm, clip_value};
    pub use crate::train::{
        AfterEpoch, Backprop, Batch, BestBy, Callback, ClassWeights, Defaults, Epoch, History, Metrics,
        Sampling, StopReason, Strategy, TrainedModel, Trainer, Training, TrainingReport, TrainingState,
        second_order,
    };
}
