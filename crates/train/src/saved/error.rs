//! Why a model could not be saved or loaded.

use std::fmt;
use std::path::PathBuf;

/// Why a model could not be saved or loaded.
#[derive(Debug)]
pub enum SavedModelError {
    /// The file could not be written or read.
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is no safetensors file.
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: safetensors::SafeTensorError,
    },
    /// The file is a safetensors file, but not one of these models.
    NotAModel {
        /// The file.
        path: PathBuf,
        /// What is missing or wrong in it.
        problem: String,
    },
}

impl fmt::Display for SavedModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Format { path, source } => {
                write!(
                    f,
                    "{}: not a safetensors file ({source}); give a file that --save wrote",
                    path.display()
                )
            }
            Self::NotAModel { path, problem } => {
                write!(
                    f,
                    "{}: not a saved wengert model: {problem}; give a file that --save wrote",
                    path.display()
                )
            }
        }
    }
}

impl std::error::Error for SavedModelError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Format { source, .. } => Some(source),
            Self::NotAModel { .. } => None,
        }
    }
}
