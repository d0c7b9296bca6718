//! Decompression of gzip data, with a bound on what comes out.
//!
//! A compressed file of a megabyte may contain a gigabyte of zeros. Data compress to a tenth, tables of
//! mostly zeros to a thirtieth, so that more than 64 times the compressed size is refused; what is right can
//! be decompressed beforehand.

use flate2::bufread::MultiGzDecoder;
use std::io::{self, BufRead, ErrorKind, Read};

/// The number of bytes that may come out of each compressed byte, and of the first.
const RATIO: u64 = 64;
const ALLOWANCE: u64 = 1 << 23;

/// The decompressed content of gzip data. Its errors say what is wrong with the data.
pub(crate) struct Decompressed<R> {
    decoder: MultiGzDecoder<Counted<R>>,
    bytes: u64,
}

impl<R: BufRead> Decompressed<R> {
    pub(crate) fn new(compressed: R) -> Self {
        Self { decoder: MultiGzDecoder::new(Counted { text: compressed, consumed: 0 }), bytes: 0 }
    }
}

impl<R: BufRead> Read for Decompressed<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let damaged = |error| {
            let problem = format!("the gzip data are damaged ({error}); fetch the file again");
            io::Error::new(ErrorKind::InvalidData, problem)
        };
        let count = self.decoder.read(bytes).map_err(damaged)?;
        self.bytes += count as u64;
        if self.bytes > ALLOWANCE + RATIO * self.decoder.get_ref().consumed {
            let problem = format!(
                "the gzip data become more than {RATIO} times as large, like a decompression bomb; if they \
                 are right, decompress the file with gunzip first"
            );
            return Err(io::Error::new(ErrorKind::InvalidData, problem));
        }
        Ok(count)
    }
}

/// Counts the bytes that were consumed.
struct Counted<R> {
    text: R,
    consumed: u64,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.text.read(bytes)?;
        self.consumed += count as u64;
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.text.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.consumed += count as u64;
        self.text.consume(count);
    }
}
