//! Models on disk, as safetensors files that other tools can read.
//!
//! The tensors are the parameters and the running statistics by name. All numbers are `f32`. What is frozen, and how the
//! parameters started, is not stored: both are settings of a training.

mod error;
mod mlp;
mod parameters;

pub use error::SavedModelError;
pub use mlp::SavedMlp;
pub use parameters::{load_params, save_params};

use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use wengert_nn::{Layout, Params};

/// A tensor to be written: its name, its shape and its numbers.
type Entry<'a> = (&'a str, Vec<usize>, Cow<'a, [f32]>);

/// The parameters and the running statistics.
fn entries(params: &Params) -> impl Iterator<Item = Entry<'_>> {
    params
        .iter()
        .chain(params.iter_statistics())
        .map(|(name, values)| (name, values.shape().to_vec(), Cow::Owned(values.iter().copied().collect())))
}

/// Writes a file of these tensors, whole or not at all.
fn write(
    path: &Path,
    tensors: &[Entry<'_>],
    metadata: HashMap<String, String>,
) -> Result<(), SavedModelError> {
    let little_endian = |numbers: &[f32]| numbers.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
    let bytes: Vec<Vec<u8>> = tensors.iter().map(|(_, _, numbers)| little_endian(numbers)).collect();
    let views = tensors.iter().zip(&bytes).map(|((name, shape, _), bytes)| {
        (*name, TensorView::new(Dtype::F32, shape.clone(), bytes).expect("four bytes for each element"))
    });
    let file = serialize(views, Some(metadata)).expect("distinct names, and shapes that fit their bytes");
    write_atomically(path, &file).map_err(|source| SavedModelError::Io { path: path.to_owned(), source })
}

/// Reads a file of tensors and makes something of it; `make` says what is wrong with it, if anything.
fn read<R>(
    path: &Path,
    make: impl FnOnce(&HashMap<String, String>, &SafeTensors<'_>) -> Result<R, String>,
) -> Result<R, SavedModelError> {
    let bytes = fs::read(path).map_err(|source| SavedModelError::Io { path: path.to_owned(), source })?;
    let format = |source| SavedModelError::Format { path: path.to_owned(), source };
    let (_, header) = SafeTensors::read_metadata(&bytes).map_err(format)?;
    let tensors = SafeTensors::deserialize(&bytes).map_err(format)?;
    let metadata = header.metadata().clone().unwrap_or_default();
    make(&metadata, &tensors).map_err(|problem| SavedModelError::NotAModel { path: path.to_owned(), problem })
}

/// The parameters and the running statistics that a layout asks for.
fn params(layout: Layout, tensors: &SafeTensors<'_>) -> Result<Params, String> {
    let all = |entries: &[wengert_nn::Parameter]| -> Result<Vec<f32>, String> {
        let parts = entries.iter().map(|entry| floats(tensors, &entry.name, &entry.shape));
        Ok(parts.collect::<Result<Vec<_>, _>>()?.concat())
    };
    let (values, statistics) = (all(layout.parameters())?, all(layout.statistics())?);
    let mut params = Params::new(Arc::new(layout), values);
    if !statistics.is_empty() {
        params.statistics_mut().copy_from_slice(&statistics);
    }
    Ok(params)
}

/// The entry of the metadata that must be there.
fn entry<'a>(metadata: &'a HashMap<String, String>, key: &str) -> Result<&'a str, String> {
    metadata.get(key).map(String::as_str).ok_or_else(|| format!("its metadata have no {key:?}"))
}

/// The numbers of a tensor that must be there, in this shape, and finite.
fn floats(tensors: &SafeTensors<'_>, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
    let tensor = tensors.tensor(name).map_err(|_| format!("it has no tensor {name:?}"))?;
    if tensor.dtype() != Dtype::F32 || tensor.shape() != shape {
        let (dtype, found) = (tensor.dtype(), tensor.shape());
        return Err(format!("tensor {name:?} is {dtype:?} of shape {found:?}, not F32 of shape {shape:?}"));
    }
    let bytes: Cow<'_, [u8]> = tensor.data().into();
    let numbers = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let numbers: Vec<f32> = numbers.collect();
    match numbers.iter().position(|x| !x.is_finite()) {
        Some(i) => Err(format!("tensor {name:?} holds {} at position {i}", numbers[i])),
        None => Ok(numbers),
    }
}

/// Writes a file beside `path` and moves it there, so that `path` never holds half of it.
fn write_atomically(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let moved = written.and_then(|()| fs::rename(&part, path));
    if moved.is_err() {
        // The part is of no use, and the first error is the one to tell.
        drop(fs::remove_file(&part));
    }
    moved
}
