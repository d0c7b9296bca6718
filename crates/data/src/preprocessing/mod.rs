//! The encoding of tables: what a model needs to take raw tables.
//!
//! | file | contents |
//! |---|---|
//! | `options` | what a user says about the columns |
//! | `plan`, `encoding` | [`Preprocessing`] and what it is made of |
//! | `numbers` | the preprocessing of models of plain numbers |

mod encoding;
mod numbers;
mod options;
mod plan;

pub use encoding::{ColumnEncoding, InputColumn, TargetEncoding};
pub use options::{Missing, PreprocessingOptions, UnknownCategory};
pub use plan::Preprocessing;
pub(crate) use plan::{Kind, Stored};
