//! Files that grow while others read them.

use crate::write_error::{WriteError, WriteProblem};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A new file to which records are appended, for programs that follow it while it grows, such as TensorBoard.
///
/// Files with a result are [`Output`](crate::Output)s, which are replaced whole. This file is never one that
/// existed before. Each record is written at once, so that a reader sees whole records, except for the
/// last one if the disk is full or the program is killed.
#[derive(Debug)]
pub struct GrowingFile {
    file: File,
    path: PathBuf,
}

impl GrowingFile {
    /// Creates a file in a folder, which is made if it does not exist. Its name is `PREFIX.0`, or with the
    /// first number that is not taken.
    ///
    /// # Errors
    /// If the folder cannot be made, or is not writable.
    pub fn new_in(folder: impl AsRef<Path>, prefix: &str) -> Result<Self, WriteError> {
        let folder = folder.as_ref();
        fs::create_dir_all(folder).map_err(|source| error(folder, source))?;
        let mut number = 0;
        loop {
            let path = folder.join(format!("{prefix}.{number}"));
            match OpenOptions::new().append(true).create_new(true).open(&path) {
                Ok(file) => return Ok(Self { file, path }),
                Err(source) if source.kind() == ErrorKind::AlreadyExists => number += 1,
                Err(source) => return Err(error(&path, source)),
            }
        }
    }

    /// Appends a record.
    ///
    /// # Errors
    /// If the disk is full or fails.
    pub fn append(&mut self, record: &[u8]) -> Result<(), WriteError> {
        let written = self.file.write_all(record).and_then(|()| self.file.flush());
        written.map_err(|source| error(&self.path, source))
    }

    /// The path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn error(path: &Path, source: io::Error) -> WriteError {
    WriteError { path: path.to_owned(), problem: WriteProblem::Io { source } }
}
