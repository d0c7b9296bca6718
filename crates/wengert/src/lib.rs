//! Wengert: reverse-mode automatic differentiation and MLP training on a CPU.
//!
//! This crate re-exports the others; it has no code of its own.
//!
//! | module | what it is for |
//! |---|---|
//! | [`ad`] | derivatives: the rule table, forward mode, the scalar and the array tape |
//! | [`nn`] | parameters, initialisers, layers, losses, metrics, diagnostics |
//! | [`optim`] | optimizers on flat slices |
//! | [`data`] | data sets, splits, mini-batches |
//! | [`train`] | parallel batched backprop and the fit loop |
//! | [`linear`] | linear models: least squares, ridge, lasso, logistic regression, support-vector machines |
//! | [`minimize`] | minimisation of plain functions: L-BFGS, Newton, Levenberg-Marquardt, ... |
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

pub use wengert_ad as ad;
pub use wengert_data as data;
pub use wengert_linear as linear;
pub use wengert_minimize as minimize;
pub use wengert_nn as nn;
pub use wengert_optim as optim;
pub use wengert_train as train;

/// What most programs need: `use wengert::prelude::*`.
pub mod prelude {
    pub use crate::ad::rules::{Elu, Gelu, LeakyRelu, Relu, Sigmoid, Silu, Softplus, Tanh};
    pub use crate::ad::{
        Arithmetic, ArrayTape, Directions, Dual, Element, Elementary, Lanes, Number, Numeric, Operand, Real,
        Scalar, Tape, Tensor, Var, arrays, derivatives, grad, gradcheck, hessian, hvp, jacobian, jvp,
        value_and_grad, value_and_grad_into, vjp,
    };
    pub use crate::data::{Dataset, Split, blobs, circles, digits, iris, moons, spiral, xor};
    pub use crate::nn::Init::{self, GlorotNormal, HeNormal, LecunNormal};
    pub use crate::nn::{
        Activation, BatchNorm, Bias, BinaryCrossEntropy, Bound, CrossEntropy, Dropout, Embedding,
        HalfSquared, LayerNorm, Layout, Linear, Logistic, Loss, MeanSquared, Mlp, Model, Module,
        Normalisation, Params, Regulariser, Residual, Sequential, SumSquared,
    };
    pub use crate::optim::{Adam, Optimizer, Sgd};
    pub use crate::train::{Backprop, Batch, Metrics, Report, Trained, Trainer};
}

#[cfg(doctest)]
mod book;
