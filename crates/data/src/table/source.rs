//! Sources of tables that can be read twice: files, and streams, which are kept while they are read.

use crate::open::{open, open_stream};
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// A file, or a stream: standard input (`-`), a pipe or a device.
pub(super) struct Source<'a> {
    path: &'a Path,
    stream: Option<Stream>,
}

/// A stream, and what was read of it.
struct Stream {
    rest: Arc<Mutex<Box<dyn Read + Send>>>,
    read: Arc<Mutex<Vec<u8>>>,
}

impl<'a> Source<'a> {
    /// # Errors
    /// If there is no such file.
    pub(super) fn of(path: &'a Path) -> io::Result<Self> {
        let stream =
            |rest: Box<dyn Read + Send>| Stream { rest: Arc::new(Mutex::new(rest)), read: Arc::default() };
        let stream = match path.as_os_str() == "-" {
            true => Some(stream(Box::new(io::stdin()))),
            false if !path.metadata()?.is_file() => Some(stream(Box::new(File::open(path)?))),
            false => None,
        };
        Ok(Self { path, stream })
    }

    /// The name in messages.
    pub(super) fn name(&self) -> String {
        if self.path.as_os_str() == "-" { "standard input".into() } else { self.path.display().to_string() }
    }

    /// The content from its start, decompressed.
    pub(super) fn read(&self) -> io::Result<Box<dyn Read + Send>> {
        let Some(Stream { rest, read }) = &self.stream else { return open(self.path) };
        let before = read.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let rest = Recorded { rest: rest.clone(), read: read.clone() };
        open_stream(Cursor::new(before).chain(rest))
    }

    /// The content, decompressed, which cannot be read again if it is a stream.
    pub(super) fn read_once(self) -> io::Result<Box<dyn Read + Send>> {
        match self.stream {
            None => open(self.path),
            Some(Stream { rest, .. }) => open_stream(Shared(rest)),
        }
    }
}

/// A stream whose bytes are kept.
struct Recorded {
    rest: Arc<Mutex<Box<dyn Read + Send>>>,
    read: Arc<Mutex<Vec<u8>>>,
}

impl Read for Recorded {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.rest.lock().unwrap_or_else(PoisonError::into_inner).read(bytes)?;
        self.read.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&bytes[..count]);
        Ok(count)
    }
}

struct Shared(Arc<Mutex<Box<dyn Read + Send>>>);

impl Read for Shared {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).read(bytes)
    }
}
