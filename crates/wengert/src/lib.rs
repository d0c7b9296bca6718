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
//! | [`train`] | parallel batched backpropagation, the training loop, hyper-parameter search |
//! | [`linear`] | linear models: least squares, ridge, lasso, logistic regression, support-vector machines |
//! | [`minimize`] | minimisation of plain functions: L-BFGS, Newton, Levenberg-Marquardt, ... |
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
//! [`Trainer`](train::Trainer) runs a training loop with the usual options. The same loop in a
//! program of one's own:
//!
//! ```
//! use wengert::ndarray::array;
//! use wengert::prelude::*;
//!
//! let data = moons(400, 0.1, 7).split(0.8, 0.1, 0.1, 7)?.standardised();
//! let model = Mlp::new([2, 32, 2]).into_model();
//! let mut params = model.layout().initialise::<f32>(7);
//! let mut backprop = Backprop::for_training(7);
//! let (mut adam, schedule) = (Adam::new(1e-2), Schedule::cosine(1e-2, 200));
//! let mut batches = Batches::new(data.train.examples(), 32, 7);
//! let mut steps = 0;
//! for epoch in 1..=20 {
//!     for indices in batches.epoch(epoch) {
//!         let batch = Batch { data: &data.train, indices };
//!         backprop.value_and_grad(model.module(), &CrossEntropy, &params, batch);
//!         clip_norm(backprop.gradient_mut(), 1.0);
//!         adam.set_learning_rate(schedule.rate(steps));
//!         adam.step(params.values_mut(), backprop.gradient());
//!         backprop.update_statistics(&mut params);
//!         steps += 1;
//!     }
//! }
//! let trained = TrainedModel { model, params, scaling: data.train.scaling().clone() };
//! let metrics = trained.evaluate(&CrossEntropy, &data.test).expect("the test part is not empty");
//! assert!(metrics.accuracy > Some(0.9));
//! let classes = trained.predict_classes(&array![[0.0, 1.0], [0.5, -1.0]]);
//! assert_eq!(classes.len(), 2);
//! # Ok::<(), wengert::data::DataError>(())
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

pub use ndarray;
pub use wengert_ad as ad;
pub use wengert_data as data;
pub use wengert_linear as linear;
pub use wengert_minimize as minimize;
pub use wengert_nn as nn;
pub use wengert_optim as optim;
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
        Embedding, HalfSquared, LayerNorm, Layout, Linear, Logistic, Loss, MeanSquared, Mlp, Model, Module,
        Normalisation, Params, RandomSlot, Regulariser, Residual, Sequential, SumSquared, TargetBatch,
        TargetKind,
    };
    pub use crate::optim::{Adam, Group, Optimizer, Schedule, Sgd, clip_norm, clip_value};
    pub use crate::train::{
        Backprop, Batch, Epoch, Metrics, StopReason, Strategy, TrainedModel, Trainer, TrainingReport,
    };
}
