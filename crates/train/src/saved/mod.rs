//! Multi-layer perceptrons on disk, as safetensors files that other tools can read.
//!
//! The tensors are the parameters by name, and `standardiser.mean` and `standardiser.deviation`; the metadata hold
//! `format`, `widths` and `activation`. All numbers are `f32`.

mod error;

pub use error::SavedModelError;

use crate::evaluate::Trained;
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use wengert_ad::Unary;
use wengert_ad::rules::Relu;
use wengert_data::Standardiser;
use wengert_nn::{Architecture, Mlp, MlpModule, Params};

const FORMAT: &str = "wengert-mlp-1";

/// A trained multi-layer perceptron with ReLU units, and what its inputs were standardised with.
#[derive(Clone, Debug)]
pub struct SavedMlp {
    /// The layers.
    pub mlp: Mlp,
    /// Its parameters.
    pub params: Params,
    /// How inputs are standardised before they enter.
    pub standardiser: Standardiser,
}

impl SavedMlp {
    /// Writes the file, whole or not at all: an existing one is replaced at the end.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), SavedModelError> {
        let path = path.as_ref();
        let io = |source| SavedModelError::Io { path: path.to_owned(), source };
        write_atomically(path, &self.to_bytes()).map_err(io)
    }

    /// Reads a file that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// If the file cannot be read, or does not hold such a model.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, SavedModelError> {
        let path = path.as_ref();
        let bytes = fs::read(path).map_err(|source| SavedModelError::Io { path: path.to_owned(), source })?;
        let format = |source| SavedModelError::Format { path: path.to_owned(), source };
        let (_, header) = SafeTensors::read_metadata(&bytes).map_err(format)?;
        let tensors = SafeTensors::deserialize(&bytes).map_err(format)?;
        let metadata = header.metadata().clone().unwrap_or_default();
        Self::from_tensors(&metadata, &tensors)
            .map_err(|problem| SavedModelError::NotAModel { path: path.to_owned(), problem })
    }

    /// The model, to be evaluated; its inputs have to be standardised first.
    pub fn trained(&self) -> Trained<MlpModule> {
        Trained { model: self.mlp.clone().into_model(), params: self.params.clone() }
    }

    fn to_bytes(&self) -> Vec<u8> {
        let little_endian =
            |numbers: &[f32]| numbers.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
        let Standardiser { mean, deviation } = &self.standardiser;
        let mut tensors: Vec<(&str, Vec<usize>, Vec<u8>)> = vec![
            ("standardiser.mean", vec![mean.len()], little_endian(mean)),
            ("standardiser.deviation", vec![deviation.len()], little_endian(deviation)),
        ];
        for (name, values) in self.params.iter() {
            let elements = values.as_slice().expect("parameters are stored row by row");
            tensors.push((name, values.shape().to_vec(), little_endian(elements)));
        }
        let views = tensors.iter().map(|(name, shape, bytes)| {
            (*name, TensorView::new(Dtype::F32, shape.clone(), bytes).expect("four bytes for each element"))
        });
        let widths: Vec<String> = self.mlp.widths().iter().map(usize::to_string).collect();
        let metadata = HashMap::from([
            ("format".to_owned(), FORMAT.to_owned()),
            ("widths".to_owned(), widths.join(",")),
            ("activation".to_owned(), Relu::NAME.to_owned()),
        ]);
        serialize(views, Some(metadata)).expect("distinct names, and shapes that fit their bytes")
    }

    fn from_tensors(metadata: &HashMap<String, String>, tensors: &SafeTensors<'_>) -> Result<Self, String> {
        let entry = |key: &str| metadata.get(key).ok_or_else(|| format!("its metadata have no {key:?}"));
        if entry("format")? != FORMAT {
            return Err(format!("its format is {:?}, not {FORMAT:?}", entry("format")?));
        }
        if entry("activation")? != Relu::NAME {
            return Err(format!("its activation is {:?}, not {:?}", entry("activation")?, Relu::NAME));
        }
        let widths: Result<Vec<usize>, _> = entry("widths")?.split(',').map(str::parse).collect();
        let widths = widths.ok().filter(|widths| widths.len() >= 2 && !widths.contains(&0));
        let widths =
            widths.ok_or_else(|| format!("its widths {:?} are no list of sizes", metadata["widths"]))?;
        let standardiser = Standardiser {
            mean: floats(tensors, "standardiser.mean", &[widths[0]])?,
            deviation: floats(tensors, "standardiser.deviation", &[widths[0]])?,
        };
        let mlp = Mlp::new(widths);
        let layout = mlp.clone().into_model().layout().clone();
        let mut values = Vec::with_capacity(layout.len());
        for parameter in layout.parameters() {
            values.extend(floats(tensors, &parameter.name, &parameter.shape)?);
        }
        Ok(Self { mlp, params: Params::new(Arc::new(layout), values), standardiser })
    }
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
