//! The reason why a file cannot be written.

use crate::excerpt::shortened;
use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::io;
use std::path::{Path, PathBuf};

/// The reason why a file cannot be written. The file is as it was before.
#[derive(Debug)]
#[non_exhaustive]
pub struct WriteError {
    /// The path as it was given.
    pub path: PathBuf,
    /// What the problem is.
    pub problem: WriteProblem,
}

/// A problem with an output file.
#[derive(Debug)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the sentence of each variant explains its fields")]
pub enum WriteProblem {
    /// The path is empty, or ends in a separator: it does not name a file.
    NoName,
    /// The path is that of a folder.
    Folder,
    /// The path is that of a disk or a socket.
    Device,
    /// The `folder` of the file does not exist, or is not a folder.
    NoFolder { folder: PathBuf },
    /// The file is the same as the `input`.
    Input { input: PathBuf },
    /// One of the standard streams is redirected from or to the file.
    StandardStream { stream: &'static str },
    /// The existing file is not writable.
    NotWritable { source: io::Error },
    /// No file can be created in the `folder`, or the new file cannot be moved to its place.
    NotReplaceable { folder: PathBuf, source: io::Error },
    /// The path cannot be followed, or the content cannot be written.
    Io { source: io::Error },
}

impl Display for WriteError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write {}: {}", shown(&self.path), self.problem)
    }
}

impl Display for WriteProblem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName => f.write_str("the path must end in the name of a file"),
            Self::Folder => f.write_str("it is a folder; add the name of a file"),
            Self::Device => f.write_str("it is a disk or a socket; choose a file"),
            Self::NoFolder { folder } => {
                write!(f, "there is no folder {}; create it first", shown(folder))
            }
            Self::Input { input } => {
                write!(f, "it is the input {}, which would be lost; choose another file", shown(input))
            }
            Self::StandardStream { stream } => {
                write!(f, "{stream} is redirected to or from the same file; choose another file")
            }
            Self::NotWritable { source } => {
                write!(f, "the existing file is not writable: {source}; choose another file")
            }
            Self::NotReplaceable { folder, source } => {
                write!(f, "a new file cannot be created in {}: {source}", shown(folder))
            }
            Self::Io { source } => source.fmt(f),
        }
    }
}

/// A path for a message; an argument may have any length.
fn shown(path: &Path) -> String {
    shortened(&path.display().to_string(), 1000)
}

impl Error for WriteError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            WriteProblem::NotWritable { source }
            | WriteProblem::NotReplaceable { source, .. }
            | WriteProblem::Io { source } => Some(source),
            _ => None,
        }
    }
}
