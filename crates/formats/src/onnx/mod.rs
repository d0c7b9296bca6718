//! ONNX: models that take rows of a table, and multi-layer perceptrons of other programs.
//!
//! | file | contents |
//! |---|---|
//! | `message` | the messages of the format |
//! | `builder`, `activation`, `encoding`, `export` | writing |
//! | `expression`, `import` | reading |

mod activation;
mod builder;
mod encoding;
mod export;
mod expression;
mod import;
mod message;

pub use export::{onnx_bytes, onnx_bytes_with, save_onnx};
pub use import::{load_onnx, onnx_from_bytes};
