//! The fitting of a preprocessing to a table, and its use on tables.
//!
//! | file | contents |
//! |---|---|
//! | `roles`, `target`, `fit` | which columns are inputs and targets, the task, and the encodings |
//! | `matching`, `encode` | the columns of another table by name, and their features and targets |
//! | `prepare` | a table as a split data set, in one call |

mod encode;
mod fit;
mod matching;
mod prepare;
mod roles;
mod target;

pub use prepare::{Prepared, Shares};
pub(crate) use roles::{MOST_WHOLE_CLASSES, Roles};
