//! The error of saving or loading a model.

use safetensors::SafeTensorError;
use safetensors::tensor::Dtype;
use std::fmt;
use std::path::{Path, PathBuf};
use wengert_data::{Role, StandardiserError};
use wengert_files::{WriteError, list, shortened};

/// The reason why a model could not be saved or loaded.
#[derive(Debug)]
#[non_exhaustive]
pub enum SavedModelError {
    /// The file could not be written.
    Unwritable(WriteError),
    /// The file could not be read.
    Io {
        /// The path of the file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The activation of the model is not in the table of rules, so that a file could not say what it is.
    CustomActivation {
        /// The name of the rule.
        name: String,
    },
    /// The file is not a safetensors file.
    Format {
        /// The path of the file.
        path: PathBuf,
        /// The error of the parser.
        source: SafeTensorError,
    },
    /// The file is a safetensors file, but does not contain the expected model.
    NotAModel {
        /// The path of the file.
        path: PathBuf,
        /// What is missing or wrong in the file.
        problem: ModelProblem,
    },
}

/// What is missing or wrong in a file that should contain a model.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ModelProblem {
    /// The metadata lack an entry.
    MissingMetadata {
        /// The key of the entry.
        key: &'static str,
    },
    /// An entry of the metadata has an invalid value.
    Metadata {
        /// The key of the entry.
        key: &'static str,
        /// Its value.
        value: String,
        /// The valid values.
        expected: String,
    },
    /// There are fewer tensors than layers.
    TooFewTensors {
        /// The number of layers that the metadata describe.
        layers: usize,
        /// The number of tensors.
        tensors: usize,
    },
    /// A tensor is missing.
    MissingTensor {
        /// The name of the tensor.
        name: String,
    },
    /// A tensor has another element type or shape than the model needs.
    Tensor {
        /// The name of the tensor.
        name: String,
        /// Its element type.
        dtype: Dtype,
        /// Its shape.
        shape: Vec<usize>,
        /// The element type and the shape that the model needs.
        expected: (Dtype, Vec<usize>),
    },
    /// A tensor contains an infinite or NaN element.
    NotFinite {
        /// The name of the tensor.
        name: String,
        /// The index of the element in row-major order, from 0.
        index: usize,
        /// The element.
        value: f32,
    },
    /// The tensors of the scaling do not define one.
    Scaling {
        /// The features or the targets.
        table: Role,
        /// The reason.
        problem: StandardiserError,
    },
}

impl fmt::Display for SavedModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unwritable(error) => error.fmt(f),
            Self::Io { path, source } => write!(f, "{}: {source}", shown(path)),
            Self::CustomActivation { name } => write!(
                f,
                "the activation {name} is not in the table of rules, from which a saved model is loaded; \
                 save the parameters with save_params"
            ),
            Self::Format { path, source } => write!(
                f,
                "{}: not a safetensors file ({}); give a file written by --save",
                shown(path),
                shortened(&source.to_string(), 200)
            ),
            Self::NotAModel { path, problem } => write!(
                f,
                "{}: not a saved wengert model: {problem}; give a file written by --save",
                shown(path)
            ),
        }
    }
}

/// A path for a message; an argument may have any length.
pub(super) fn shown(path: &Path) -> String {
    shortened(&path.display().to_string(), 1000)
}

impl fmt::Display for ModelProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingMetadata { key } => write!(f, "the metadata have no entry {key:?}"),
            Self::Metadata { key, value, expected } => write!(f, "{key} is {value:?}, must be {expected}"),
            Self::TooFewTensors { layers, tensors } => {
                write!(f, "there are {tensors} tensors for {layers} layers, each of which has a weight")
            }
            Self::MissingTensor { name } => write!(f, "there is no tensor {name:?}"),
            Self::Tensor { name, dtype, shape, expected: (expected, of_shape) } => {
                let shape = list(shape);
                write!(
                    f,
                    "tensor {name:?} is {dtype:?} of shape [{shape}], must be {expected:?} of shape \
                     {of_shape:?}"
                )
            }
            Self::Scaling { table, problem } => write!(f, "the scaling of the {table}: {problem}"),
            Self::NotFinite { name, index, value } => {
                write!(f, "element {index} of tensor {name:?} is {value}, must be finite")
            }
        }
    }
}

impl From<WriteError> for SavedModelError {
    fn from(error: WriteError) -> Self {
        Self::Unwritable(error)
    }
}

impl std::error::Error for SavedModelError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unwritable(error) => error.source(),
            Self::Io { source, .. } => Some(source),
            Self::Format { source, .. } => Some(source),
            Self::NotAModel { .. } | Self::CustomActivation { .. } => None,
        }
    }
}
