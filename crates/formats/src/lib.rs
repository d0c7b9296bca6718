//! Models and training runs in the files of other programs.
//!
//! | program | items |
//! |---|---|
//! | C, Rust, Python | [`source_code`]: the forward pass as one source file |
//! | NumPy | `save_npz`, `load_npz`: archives of parameters, with the feature `npz` |
//! | ONNX | `save_onnx`, `load_onnx`: models from rows of a table to predictions, with the feature `onnx` |
//! | TensorBoard | `TensorBoard`, a callback of training, and `EventFile`, with the feature `tensorboard` |
//! | PyTorch | [`save_torch`], [`load_torch`]: safetensors files that `torch.nn.Sequential` loads |
#![cfg_attr(docsrs, feature(doc_cfg))]

mod assembled;
mod error;
mod network;
#[cfg(feature = "npz")]
mod npz;
#[cfg(feature = "onnx")]
mod onnx;
mod source;
#[cfg(feature = "tensorboard")]
mod tensorboard;
mod torch;

pub use assembled::ImportOptions;
pub use error::{FileProblem, FormatError, Inexpressible};
#[cfg(feature = "npz")]
#[cfg_attr(docsrs, doc(cfg(feature = "npz")))]
pub use npz::{load_npz, npz_bytes, npz_from_bytes, save_npz};
#[cfg(feature = "onnx")]
#[cfg_attr(docsrs, doc(cfg(feature = "onnx")))]
pub use onnx::{load_onnx, onnx_bytes, onnx_bytes_with, onnx_from_bytes, save_onnx};
pub use source::{Language, source_code};
#[cfg(feature = "tensorboard")]
#[cfg_attr(docsrs, doc(cfg(feature = "tensorboard")))]
pub use tensorboard::{EventFile, TensorBoard};
pub use torch::{load_torch, save_torch, torch_bytes, torch_from_bytes};
