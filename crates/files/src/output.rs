//! Output files.

use crate::identity::{Identity, standard_stream};
use crate::replacement::{check, replace};
use crate::write_error::{WriteError, WriteProblem};
use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A file to be written: checked when it is created, before a long computation, and written after it.
///
/// | the path is that of | effect |
/// |---|---|
/// | nothing | a new file is created |
/// | a file | the file is replaced as a whole |
/// | a link | as for the path that the link leads to; the link stays |
/// | a pipe, a terminal, or a device such as `/dev/null` | the content is written into it |
/// | a folder, a disk, a socket | refused |
/// | a file that standard input, output or error is redirected from or to | refused |
///
/// The permissions of a replaced file stay, and its owner and group if the system allows it. Other hard links
/// to it keep the old content.
///
/// The new content is written to a new file in the same folder, flushed to the disk, and renamed. If that
/// fails at any point, the old file is unchanged, and the new one is removed.
#[derive(Clone, Debug)]
pub struct Output {
    path: PathBuf,
    target: Target,
}

/// What a path leads to.
#[derive(Clone, Debug)]
enum Target {
    /// A place in a folder, where there may be a file.
    Place { folder: PathBuf, file: PathBuf, existing: Option<Box<Metadata>> },
    /// A pipe or a device that takes a stream.
    Stream,
}

impl Output {
    /// Checks that a file can be written at `path`.
    ///
    /// # Errors
    /// If it cannot be: because of what is there (see the table above), because the folder does not exist, or
    /// because the existing file or its folder is not writable.
    pub fn new(path: impl AsRef<Path>) -> Result<Self, WriteError> {
        let path = path.as_ref();
        let target = Target::of(path).and_then(Target::checked);
        let error = |problem| WriteError { path: path.to_owned(), problem };
        Ok(Self { path: path.to_owned(), target: target.map_err(error)? })
    }

    /// Checks that this is not the same file as `input`. A path that does not exist is no input.
    ///
    /// # Errors
    /// If both are the same file.
    pub fn not_onto(self, input: impl AsRef<Path>) -> Result<Self, WriteError> {
        let input = input.as_ref();
        let Target::Place { file, existing: Some(existing), .. } = &self.target else { return Ok(self) };
        let is_input = fs::metadata(input)
            .is_ok_and(|metadata| Identity::of(input, &metadata) == Identity::of(file, existing));
        if !is_input {
            return Ok(self);
        }
        Err(WriteError { path: self.path, problem: WriteProblem::Input { input: input.to_owned() } })
    }

    /// Writes the content.
    ///
    /// # Errors
    /// As [`new`](Self::new), whose checks are repeated, and if the disk is full or fails. A file that was
    /// there before is unchanged.
    pub fn write(&self, content: &[u8]) -> Result<(), WriteError> {
        self.write_with(&mut |writer| writer.write_all(content))
    }

    /// Writes content that is made bit by bit, and need not fit in memory: `fill` writes it, in pieces of any
    /// size. If it returns an error, a file that was there before is unchanged.
    ///
    /// # Errors
    /// As [`write`](Self::write), and the error of `fill`.
    pub fn write_with(
        &self,
        fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), WriteError> {
        let written = Target::of(&self.path).and_then(Target::checked).and_then(|target| match target {
            Target::Place { folder, file, existing } => {
                let moved = replace(&folder, &file, existing.as_deref(), fill);
                moved.map_err(|source| match source.kind() {
                    ErrorKind::StorageFull | ErrorKind::QuotaExceeded => WriteProblem::Io { source },
                    _ => WriteProblem::NotReplaceable { folder, source },
                })
            }
            Target::Stream => pour(&self.path, fill).map_err(|source| WriteProblem::Io { source }),
        });
        written.map_err(|problem| WriteError { path: self.path.clone(), problem })
    }
}

impl Target {
    fn of(path: &Path) -> Result<Self, WriteProblem> {
        if path.as_os_str().is_empty() {
            return Err(WriteProblem::NoName);
        }
        let place = |file: PathBuf, existing| {
            let folder = match file.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
                _ => PathBuf::from("."),
            };
            Self::Place { folder, file, existing }
        };
        let io = |source| WriteProblem::Io { source };
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => Err(WriteProblem::Folder),
            Ok(metadata) if metadata.is_file() => {
                Ok(place(path.canonicalize().map_err(io)?, Some(Box::new(metadata))))
            }
            Ok(metadata) if takes_a_stream(&metadata) => Ok(Self::Stream),
            Ok(_) => Err(WriteProblem::Device),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let names_a_folder = path.to_string_lossy().ends_with(std::path::is_separator);
                let file = end_of_links(path).map_err(io)?;
                match file.file_name() {
                    Some(_) if !names_a_folder => Ok(place(file, None)),
                    _ => Err(WriteProblem::NoName),
                }
            }
            Err(source) => Err(WriteProblem::Io { source }),
        }
    }

    /// The same target, if it can be written.
    fn checked(self) -> Result<Self, WriteProblem> {
        let Self::Place { folder, file, existing } = &self else { return Ok(self) };
        if !folder.is_dir() {
            return Err(WriteProblem::NoFolder { folder: folder.clone() });
        }
        if let Some(existing) = existing {
            if let Some(stream) = standard_stream(&Identity::of(file, existing)) {
                return Err(WriteProblem::StandardStream { stream });
            }
            let opened = OpenOptions::new().write(true).open(file);
            opened.map_err(|source| WriteProblem::NotWritable { source })?;
        }
        check(folder).map_err(|source| WriteProblem::NotReplaceable { folder: folder.clone(), source })?;
        Ok(self)
    }
}

/// Where a path leads to through links, although there is nothing.
fn end_of_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    // The system has followed the links before, so that there are no more of them than it allows.
    while path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink()) {
        let to = fs::read_link(&path)?;
        path = path.parent().unwrap_or(Path::new("")).join(to);
    }
    Ok(path)
}

#[cfg(unix)]
fn takes_a_stream(metadata: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    metadata.file_type().is_fifo() || metadata.file_type().is_char_device()
}

#[cfg(not(unix))]
fn takes_a_stream(_: &Metadata) -> bool {
    false
}

/// Writes into a pipe or a device.
fn pour(path: &Path, fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut stream = BufWriter::new(OpenOptions::new().write(true).open(path)?);
    fill(&mut stream)?;
    stream.flush()
}
