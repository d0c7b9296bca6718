//! Why a picture or a report cannot be written.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use wengert_files::{WriteError, excerpt};

/// Why a picture cannot be written.
#[derive(Debug)]
#[non_exhaustive]
pub enum SaveError {
    /// The extension of the path is not that of a format of pictures.
    Extension {
        /// The path.
        path: PathBuf,
    },
    /// The file cannot be written.
    Write(WriteError),
}

impl fmt::Display for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Extension { path } => {
                let png =
                    if cfg!(feature = "png") { " or .png" } else { "; for .png, build with the feature png" };
                write!(
                    f,
                    "{}: a picture needs a path that ends in .svg{png}",
                    excerpt(&path.display().to_string())
                )
            }
            Self::Write(error) => error.fmt(f),
        }
    }
}

impl Error for SaveError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Extension { .. } => None,
            Self::Write(error) => error.source(),
        }
    }
}

impl From<WriteError> for SaveError {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}
