//! The error of saving or loading the state of a training run.

use super::error::{ModelProblem, shown};
use safetensors::SafeTensorError;
use std::fmt;
use std::path::PathBuf;
use wengert_files::{WriteError, shortened};

/// The reason why the state of a training run could not be saved or loaded.
#[derive(Debug)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The file could not be written. A file that was there before is unchanged.
    Unwritable(WriteError),
    /// The file could not be read.
    Io {
        /// The path of the file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The file is not a checkpoint of the model.
    NotACheckpoint {
        /// The path of the file.
        path: PathBuf,
        /// What is wrong.
        problem: CheckpointProblem,
    },
}

/// What is wrong with a file that should be a checkpoint.
#[derive(Debug)]
#[non_exhaustive]
pub enum CheckpointProblem {
    /// It is not a whole safetensors file.
    Format {
        /// The error of the parser.
        source: SafeTensorError,
    },
    /// It is a safetensors file of another kind, such as a saved model.
    OtherFile {
        /// Its entry `format`; empty if there is none.
        format: String,
    },
    /// It was written by a newer version of this crate.
    Newer {
        /// The version of its format.
        version: u32,
        /// The newest version that can be read.
        known: u32,
    },
    /// The checksum does not fit: some bytes are not those that were written.
    Damaged,
    /// Its content is not that of the model, or contradicts itself.
    Content(ModelProblem),
}

impl fmt::Display for CheckpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unwritable(error) => error.fmt(f),
            Self::Io { path, source } => write!(f, "{}: {source}", shown(path)),
            Self::NotACheckpoint { path, problem } => write!(f, "{}: {problem}", shown(path)),
        }
    }
}

impl fmt::Display for CheckpointProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format { source } => write!(
                f,
                "not a whole checkpoint ({}); give a file written by --checkpoint",
                shortened(&source.to_string(), 200)
            ),
            Self::OtherFile { format } => write!(
                f,
                "not a checkpoint: its format is {format:?}, must be wengert-run-1; give a file written by \
                 --checkpoint"
            ),
            Self::Newer { version, known } => write!(
                f,
                "the checkpoint has version {version} of the format, but this program reads versions up to \
                 {known}; update wengert"
            ),
            Self::Damaged => f.write_str(
                "the checkpoint is damaged: its checksum does not fit its bytes; use a copy, or start again",
            ),
            Self::Content(problem) => write!(f, "not a checkpoint of this run: {problem}"),
        }
    }
}

impl From<WriteError> for CheckpointError {
    fn from(error: WriteError) -> Self {
        Self::Unwritable(error)
    }
}

impl From<ModelProblem> for CheckpointProblem {
    fn from(problem: ModelProblem) -> Self {
        Self::Content(problem)
    }
}

impl std::error::Error for CheckpointError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unwritable(error) => error.source(),
            Self::Io { source, .. } => Some(source),
            Self::NotACheckpoint { problem, .. } => Some(problem),
        }
    }
}

impl std::error::Error for CheckpointProblem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Format { source } => Some(source),
            _ => None,
        }
    }
}
