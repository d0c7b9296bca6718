//! Files for tests.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use tempfile::TempDir;

/// A directory with one file in it.
pub(crate) struct Given {
    _directory: TempDir,
    pub(crate) path: PathBuf,
}

pub(crate) fn given(name: &str, content: impl AsRef<[u8]>) -> Given {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join(name);
    fs::write(&path, content).expect("a writable file");
    Given { _directory: directory, path }
}

pub(crate) fn compressed(content: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content.as_bytes()).expect("memory takes bytes");
    encoder.finish().expect("memory takes bytes")
}
