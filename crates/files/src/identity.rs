//! Which paths and streams are the same file.

use std::fs::Metadata;
use std::path::Path;

/// What two paths of one file have in common, whatever links are between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    #[cfg(unix)]
    device_and_inode: (u64, u64),
    #[cfg(not(unix))]
    path: std::path::PathBuf,
}

impl Identity {
    /// The identity of the existing file at `path`, whose metadata are given.
    #[cfg(unix)]
    pub(crate) fn of(_: &Path, metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self { device_and_inode: (metadata.dev(), metadata.ino()) }
    }

    /// The identity of the existing file at `path`, whose metadata are given.
    #[cfg(not(unix))]
    pub(crate) fn of(path: &Path, _: &Metadata) -> Self {
        Self { path: path.canonicalize().unwrap_or_else(|_| path.to_owned()) }
    }
}

/// The standard stream that is redirected from or to this file.
#[cfg(unix)]
pub(crate) fn standard_stream(file: &Identity) -> Option<&'static str> {
    use std::fs::File;
    use std::io::{stderr, stdin, stdout};
    use std::os::fd::AsFd;

    let (stdin, stdout, stderr) = (stdin(), stdout(), stderr());
    let streams = [
        ("standard input", stdin.as_fd()),
        ("standard output", stdout.as_fd()),
        ("standard error", stderr.as_fd()),
    ];
    let is_the_file = |stream: &std::os::fd::BorrowedFd<'_>| {
        let metadata = stream.try_clone_to_owned().and_then(|stream| File::from(stream).metadata());
        metadata.is_ok_and(|metadata| Identity::of(Path::new(""), &metadata) == *file)
    };
    streams.into_iter().find(|(_, stream)| is_the_file(stream)).map(|(name, _)| name)
}

/// The standard stream that is redirected from or to this file: unknown on this system.
#[cfg(not(unix))]
pub(crate) fn standard_stream(_: &Identity) -> Option<&'static str> {
    None
}
