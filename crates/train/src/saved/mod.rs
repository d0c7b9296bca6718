//! Models on disk, as safetensors files that other programs can read.
//!
//! The tensors are the parameters and the running statistics, under their names, as `f32`, and the scaling of
//! the training data as `f64`.
//! Initialisers and frozen parameters are settings of a training run and are not stored.

mod error;
mod file;
mod metadata;
mod mlp;
mod parameters;
mod scaling;

pub use error::{ModelProblem, SavedModelError};
pub use mlp::SavedMlp;
pub use parameters::{load_params, save_params};
