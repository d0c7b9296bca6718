//! The error of keeping or continuing the results of a search.

use std::path::PathBuf;
use std::{fmt, io};
use wengert_files::{WriteError, excerpt};

/// The version of the format of results.
pub(super) const VERSION: u64 = 1;

/// The reason why results of a search cannot be kept or continued.
#[derive(Debug)]
#[non_exhaustive]
pub enum ResultsError {
    /// The file cannot be written. One that was there before is unchanged.
    Unwritable(WriteError),
    /// The file cannot be read.
    Unreadable {
        /// The path of the file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The file does not have the results of a search.
    NoResults {
        /// The path of the file.
        path: PathBuf,
        /// The number of the line, counted from 1.
        line: usize,
        /// What is wrong there.
        problem: String,
    },
    /// The file was written by a newer version of this crate.
    Newer {
        /// The path of the file.
        path: PathBuf,
        /// The version of its format.
        version: u64,
    },
    /// The results are those of another search.
    OtherSearch {
        /// The path of the file.
        path: PathBuf,
        /// The first line that differs, in the file and here.
        lines: [String; 2],
    },
}

impl fmt::Display for ResultsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |path: &PathBuf| excerpt(&path.display().to_string());
        match self {
            Self::Unwritable(error) => error.fmt(f),
            Self::Unreadable { path, source } => write!(f, "cannot read {}: {source}", shown(path)),
            Self::NoResults { path, line, problem } => write!(
                f,
                "{}, line {line}: {problem}; give a file that a search wrote, or a new one",
                shown(path)
            ),
            Self::Newer { path, version } => write!(
                f,
                "{}: the file has version {version} of the results of searches, and this program knows \
                 version {VERSION}; update the program",
                shown(path)
            ),
            Self::OtherSearch { path, lines: [file, own] } => write!(
                f,
                "{} has the results of another search: {:?} there, {:?} here; give another file, or the data \
                 and settings of that search",
                shown(path),
                excerpt(file),
                excerpt(own)
            ),
        }
    }
}

impl std::error::Error for ResultsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unwritable(error) => Some(error),
            Self::Unreadable { source, .. } => Some(source),
            _ => None,
        }
    }
}
