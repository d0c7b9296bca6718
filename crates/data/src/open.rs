//! Opening of files. Content compressed by gzip is decompressed whatever the name of the file: browsers and
//! download programs may or may not decompress a data set, and do not always rename the file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// The first bytes of a gzip file (RFC 1952, section 2.3.1). No text and no IDX file begins with them.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The content of a file.
pub(crate) fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    let mut file = BufReader::with_capacity(1 << 16, File::open(path)?);
    if file.fill_buf()?.starts_with(&GZIP) { decompressed(file) } else { Ok(Box::new(file)) }
}

#[cfg(feature = "gzip")]
fn decompressed(file: BufReader<File>) -> io::Result<Box<dyn Read>> {
    Ok(Box::new(crate::decompressed::Decompressed::new(file)))
}

#[cfg(not(feature = "gzip"))]
fn decompressed(_: BufReader<File>) -> io::Result<Box<dyn Read>> {
    let problem = "the file is compressed, and the crate feature \"gzip\" is off; decompress the file first";
    Err(io::Error::new(io::ErrorKind::Unsupported, problem))
}
