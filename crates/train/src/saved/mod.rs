//! Models and training runs on disk, as safetensors files that other programs can read.
//!
//! The tensors are the parameters and the running statistics, under their names, as `f32`, and the scaling of
//! the training data as `f64`.
//! Initialisers and frozen parameters are settings of a training run and are not stored.

mod checkpoint;
mod checkpoint_error;
mod error;
mod file;
mod metadata;
mod mlp;
mod parameters;
mod progress;
mod scaling;

pub use checkpoint::{Checkpoint, CheckpointSummary};
pub use checkpoint_error::{CheckpointError, CheckpointProblem};
pub use error::{ModelProblem, SavedModelError};
pub use file::{Elements as TensorElements, serialised as safetensors_content};
pub use mlp::SavedMlp;
pub use parameters::{load_params, save_params};
