//! Opening of files. Content compressed by gzip is decompressed whatever the name of the file: browsers and
//! download programs may or may not decompress a data set, and do not always rename the file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// The first bytes of a gzip file (RFC 1952, section 2.3.1). No text and no IDX file begins with them.
pub(crate) const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The content of a file.
pub(crate) fn open(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    open_stream(File::open(path)?)
}

/// The content of a stream.
pub(crate) fn open_stream(stream: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let mut stream = BufReader::with_capacity(1 << 16, stream);
    if stream.fill_buf()?.starts_with(&GZIP) { decompressed(stream) } else { Ok(Box::new(stream)) }
}

#[cfg(feature = "gzip")]
fn decompressed(stream: BufReader<impl Read + Send + 'static>) -> io::Result<Box<dyn Read + Send>> {
    Ok(Box::new(crate::decompressed::Decompressed::new(stream)))
}

#[cfg(not(feature = "gzip"))]
fn decompressed<R>(_: BufReader<R>) -> io::Result<Box<dyn Read + Send>> {
    let problem = "the file is compressed, and the crate feature \"gzip\" is off; decompress the file first";
    Err(io::Error::new(io::ErrorKind::Unsupported, problem))
}
