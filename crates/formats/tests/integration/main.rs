//! Tests of the files of other programs.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]
#![cfg(all(feature = "npz", feature = "onnx", feature = "tensorboard"))]

mod events;
mod models;
mod mutated_bytes;
mod npz_files;
mod onnx_files;
mod source_files;
mod torch_files;
