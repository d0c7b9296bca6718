//! The numbers of any model on disk.

use super::{SavedModelError, entries, entry, params, read, write};
use std::collections::HashMap;
use std::path::Path;
use wengert_nn::{Layout, Params};

const FORMAT: &str = "wengert-parameters-1";

/// Writes the parameters and running statistics of any model, whole or not at all: an existing file is replaced at the
/// end. What the model computes is not stored: keep the code that builds it.
///
/// # Errors
/// If the file cannot be written.
pub fn save_params(params: &Params, path: impl AsRef<Path>) -> Result<(), SavedModelError> {
    let metadata = HashMap::from([("format".to_owned(), FORMAT.to_owned())]);
    write(path.as_ref(), &entries(params).collect::<Vec<_>>(), metadata)
}

/// Reads the parameters and running statistics that `layout` asks for from a file that [`save_params`] wrote; others in
/// the file are left there.
///
/// # Errors
/// If the file cannot be read, or lacks one of them, or has it in another shape.
pub fn load_params(path: impl AsRef<Path>, layout: &Layout) -> Result<Params, SavedModelError> {
    read(path.as_ref(), |metadata, tensors| {
        let format = entry(metadata, "format")?;
        if format != FORMAT {
            return Err(format!("its format is {format:?}, not {FORMAT:?}"));
        }
        params(layout.clone(), tensors)
    })
}
