//! The parameters of any model on disk.

use super::error::SavedModelError;
use super::file::{LAYOUT, LAYOUT_KEY, check_layout, entries, read, write};
use std::collections::BTreeMap;
use std::path::Path;
use wengert_nn::{Layout, Params};

const FORMAT: &str = "wengert-parameters-1";

/// Writes the parameters and running statistics of a model to a safetensors file. An existing file
/// is replaced as a whole, or left unchanged in case of an error. Neither the architecture nor the
/// scaling of the training data is stored: loading needs the code that builds the model, and
/// predictions need features that are scaled in the same way.
///
/// # Errors
/// If the file cannot be written.
pub fn save_params(params: &Params, path: impl AsRef<Path>) -> Result<(), SavedModelError> {
    let metadata = [("format", FORMAT), (LAYOUT_KEY, LAYOUT)];
    let metadata = BTreeMap::from(metadata.map(|(key, value)| (key.to_owned(), value.to_owned())));
    write(path.as_ref(), &entries(params).collect::<Vec<_>>(), &metadata)
}

/// Reads the parameters and running statistics of `layout` from a file written by [`save_params`].
/// Other tensors in the file are ignored.
///
/// # Errors
/// If the file cannot be read, or if a tensor is missing or has another shape than in the layout.
pub fn load_params(path: impl AsRef<Path>, layout: &Layout) -> Result<Params, SavedModelError> {
    read(path.as_ref(), |file| {
        file.expect("format", FORMAT)?;
        check_layout(file)?;
        file.params(layout.clone())
    })
}
