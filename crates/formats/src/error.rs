//! The reasons why a model cannot be written for, or read from, another program.

use std::fmt;
use std::path::{Path, PathBuf};
use wengert_files::{WriteError, list, shortened};
use wengert_train::SavedModelError;

/// The reason why a model or its parameters could not be written or read.
#[derive(Debug)]
#[non_exhaustive]
pub enum FormatError {
    /// The file could not be written.
    Unwritable(WriteError),
    /// The file could not be read.
    Io {
        /// The path of the file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The format cannot express the model.
    Inexpressible {
        /// The name of the format.
        format: &'static str,
        /// What it cannot express.
        problem: Inexpressible,
    },
    /// The file is not what it should be.
    Unreadable {
        /// The path of the file.
        path: PathBuf,
        /// What is missing or wrong.
        problem: FileProblem,
    },
    /// The contents of the file do not make a model.
    Model(SavedModelError),
}

/// What a format cannot express.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Inexpressible {
    /// The activation.
    Activation {
        /// Its name.
        name: String,
        /// The activations that the format can express.
        known: Vec<&'static str>,
    },
    /// A parameter that is infinite or NaN.
    NotFinite {
        /// The name of the parameter.
        name: String,
        /// The index of the element in row-major order, from 0.
        index: usize,
        /// The element.
        value: f32,
    },
    /// A preprocessing that cannot be read.
    Preprocessing {
        /// Why not.
        problem: String,
    },
    /// A name that is not an identifier of the language.
    Name {
        /// The name.
        name: String,
    },
}

/// What is missing or wrong in a file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FileProblem {
    /// The content is not of the format.
    Damaged {
        /// The name of the format.
        format: &'static str,
        /// Why not.
        reason: String,
    },
    /// The weights have the wrong order of dimensions.
    Layout {
        /// The format that the file states.
        found: String,
        /// What reads it.
        reader: &'static str,
    },
    /// Something that the file does not say.
    Unknown {
        /// What.
        what: &'static str,
        /// How to say it.
        remedy: &'static str,
    },
    /// The names of the tensors are not those of a sequence of layers.
    Names {
        /// The name that is not.
        found: String,
        /// What names are.
        expected: &'static str,
    },
    /// A tensor that is missing.
    MissingTensor {
        /// Its name.
        name: String,
    },
    /// A tensor of another type or shape.
    Tensor {
        /// Its name.
        name: String,
        /// Its element type and shape.
        found: String,
        /// The element type and the shape that are needed.
        expected: String,
    },
    /// A step of the computation that a perceptron does not have at this place.
    Step {
        /// The step: an operator or a layer.
        found: String,
        /// What could be there.
        expected: String,
    },
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unwritable(error) => error.fmt(f),
            Self::Io { path, source } => write!(f, "{}: {source}", shown(path)),
            Self::Inexpressible { format, problem } => write!(f, "{format} cannot express {problem}"),
            Self::Unreadable { path, problem } => write!(f, "{}: {problem}", shown(path)),
            Self::Model(error) => error.fmt(f),
        }
    }
}

/// A path for a message; an argument may have any length.
fn shown(path: &Path) -> String {
    shortened(&path.display().to_string(), 1000)
}

impl fmt::Display for Inexpressible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Activation { name, known } => {
                write!(f, "the activation {name}; it has {}", list(known))
            }
            Self::NotFinite { name, index, value } => {
                write!(f, "element {index} of {name:?}, which is {value}; numbers must be finite")
            }
            Self::Preprocessing { problem } => write!(f, "the preprocessing of the model: {problem}"),
            Self::Name { name } => write!(
                f,
                "the name {:?}; give a lower-case word of letters, digits and underscores that is no keyword",
                shortened(name, 60)
            ),
        }
    }
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged { format, reason } => {
                write!(f, "not a file of the format {format} ({})", shortened(reason, 300))
            }
            Self::Layout { found, reader } => write!(
                f,
                "a file of the format {:?}, whose weights have another order of dimensions; {reader} reads \
                 it",
                shortened(found, 60)
            ),
            Self::Unknown { what, remedy } => write!(f, "the file does not say {what}; {remedy}"),
            Self::Names { found, expected } => {
                write!(f, "there is a tensor {:?}; {expected}", shortened(found, 60))
            }
            Self::MissingTensor { name } => write!(f, "there is no tensor {:?}", shortened(name, 60)),
            Self::Tensor { name, found, expected } => {
                write!(f, "tensor {:?} is {found}, must be {expected}", shortened(name, 60))
            }
            Self::Step { found, expected } => {
                write!(f, "there is {}; a perceptron has {expected} here", shortened(found, 200))
            }
        }
    }
}

impl std::error::Error for FormatError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unwritable(error) => error.source(),
            Self::Io { source, .. } => Some(source),
            Self::Model(error) => error.source(),
            Self::Inexpressible { .. } | Self::Unreadable { .. } => None,
        }
    }
}

impl From<WriteError> for FormatError {
    fn from(error: WriteError) -> Self {
        Self::Unwritable(error)
    }
}

impl From<SavedModelError> for FormatError {
    fn from(error: SavedModelError) -> Self {
        Self::Model(error)
    }
}
