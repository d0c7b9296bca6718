//! The encoding of tables: what a model needs to take raw tables.
//!
//! | file | contents |
//! |---|---|
//! | `options` | what a user says about the columns |
//! | `plan`, `encoding` | [`Preprocessing`] and what it is made of |
//! | `roles`, `target`, `fit` | which columns are inputs and targets, the task, and the encodings |
//! | `matching`, `encode` | the columns of another table by name, and their features and targets |

mod encode;
mod encoding;
mod fit;
mod matching;
mod options;
mod plan;
mod roles;
mod target;

pub use encoding::{ColumnEncoding, InputColumn, TargetEncoding};
pub use options::{Missing, PreprocessingOptions, UnknownCategory};
pub use plan::Preprocessing;
