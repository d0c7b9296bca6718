//! Files that are replaced whole or not at all, and excerpts of file contents for messages.
//!
//! | item | contents |
//! |---|---|
//! | [`Output`] | an output file: checked before a long computation, written after it |
//! | [`GrowingFile`] | a new file that others read while it grows |
//! | [`WriteError`] | the reason why a file cannot be written |
//! | [`excerpt`], [`shortened`], [`list`] | text and lists from outside, shortened for messages |
#![cfg_attr(docsrs, feature(doc_cfg))]

mod excerpt;
#[cfg(feature = "write")]
mod growing;
#[cfg(feature = "write")]
mod identity;
#[cfg(feature = "write")]
mod output;
#[cfg(feature = "write")]
mod replacement;
#[cfg(feature = "write")]
mod write_error;

pub use excerpt::{excerpt, list, shortened};
#[cfg(feature = "write")]
#[cfg_attr(docsrs, doc(cfg(feature = "write")))]
pub use growing::GrowingFile;
#[cfg(feature = "write")]
#[cfg_attr(docsrs, doc(cfg(feature = "write")))]
pub use output::Output;
#[cfg(feature = "write")]
#[cfg_attr(docsrs, doc(cfg(feature = "write")))]
pub use write_error::{WriteError, WriteProblem};
