//! The part of a text that was read last, for the number of the line of a row and for a bound on its length.

use std::io::{self, ErrorKind, Read};

/// The largest length of a row in bytes. The longest useful rows, of images or genes, have some hundred
/// thousand numbers.
pub(crate) const LONGEST_ROW: usize = 1 << 24;

/// The number of bytes that are forgotten at a time: forgetting moves the others.
const FORGOTTEN: usize = 1 << 16;

/// A text that remembers what was read since the start of the last row.
pub(crate) struct RecentText<R> {
    text: R,
    recent: Vec<u8>,
    /// The position of the first remembered byte.
    start: u64,
    /// The number of line ends before it.
    line_ends: usize,
    is_too_long: bool,
}

impl<R> RecentText<R> {
    pub(crate) fn new(text: R) -> Self {
        Self { text, recent: Vec::new(), start: 0, line_ends: 0, is_too_long: false }
    }

    /// Whether reading failed because a row is too long.
    pub(crate) fn is_too_long(&self) -> bool {
        self.is_too_long
    }

    /// Forgets the bytes before a position, at which a row starts.
    pub(crate) fn forget_before(&mut self, position: u64) {
        let count = self.index(position);
        if count >= FORGOTTEN {
            self.line_ends += line_ends(&self.recent[..count]);
            self.recent.drain(..count);
            self.start = position;
        }
    }

    /// The line of the row at a position, counted from 1 as in an editor. The position may be before empty
    /// lines, which the reader skips.
    pub(crate) fn line_of_row(&self, position: u64) -> usize {
        let (before, rest) = self.recent.split_at(self.index(position));
        let skipped = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        1 + self.line_ends + line_ends(before) + line_ends(&rest[..skipped])
    }

    fn index(&self, position: u64) -> usize {
        position.saturating_sub(self.start).min(self.recent.len() as u64) as usize
    }
}

fn line_ends(text: &[u8]) -> usize {
    text.iter().filter(|&&byte| byte == b'\n').count()
}

impl<R: Read> Read for RecentText<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.text.read(bytes)?;
        self.recent.extend_from_slice(&bytes[..count]);
        if self.recent.len() > LONGEST_ROW + FORGOTTEN {
            self.is_too_long = true;
            return Err(io::Error::new(ErrorKind::InvalidData, "a row is too long"));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_after_bytes_were_forgotten() {
        let line = [b'x'; 99].into_iter().chain([b'\n']);
        let content: Vec<u8> = line.cycle().take(100 * 5000).collect();
        let mut text = RecentText::new(&*content);
        let mut buffer = [0; 1000];
        for (row, read) in (0..5000).zip(1..) {
            let position = 100 * row as u64;
            text.forget_before(position);
            while text.start + (text.recent.len() as u64) < position + 100 {
                assert_eq!(text.read(&mut buffer).unwrap(), buffer.len());
            }
            assert_eq!(text.line_of_row(position), read);
            assert!(text.recent.len() <= FORGOTTEN + 2 * buffer.len(), "row {row}: {}", text.recent.len());
        }
        assert!(text.start > 0, "bytes should be forgotten");
    }

    #[test]
    fn a_row_without_an_end_is_an_error_and_not_an_endless_buffer() {
        let mut text = RecentText::new(io::repeat(b'x'));
        let mut bytes = vec![0; 1 << 20];
        let reads = (0..100).take_while(|_| text.read(&mut bytes).is_ok()).count();
        assert!(text.is_too_long() && reads <= 17, "{reads}");
    }
}
