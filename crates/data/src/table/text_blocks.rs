//! A text in blocks of whole rows, so that blocks can be parsed independently of each other.

use crate::error::DataProblem;
use crate::table_problem::TableProblem;
use memchr::{memchr, memchr_iter, memchr3, memrchr};
use std::io::{ErrorKind, Read};
use wengert_files::excerpt;

/// The length of the first block in bytes, unless a row is longer: a block in which the kinds of the columns
/// are found.
const FIRST_BLOCK: usize = 1 << 20;

/// The length of the other blocks in bytes, unless a row is longer. A few of them are parsed at once, and a
/// byte of text may become four bytes of numbers, which are copied to be scaled and to be the input of a
/// model.
const BLOCK: usize = 1 << 18;

/// The largest length of a row in bytes. The longest useful rows, of images or genes, have some hundred
/// thousand numbers.
pub(super) const LONGEST_ROW: usize = 1 << 24;

/// Whole rows of a text.
#[derive(Debug)]
pub(super) struct TextBlock {
    pub(super) text: Vec<u8>,
    /// The line of its first byte, counted from 1.
    pub(super) line: usize,
    /// The position of its first byte in the text.
    pub(super) offset: u64,
}

/// The blocks of a text.
pub(super) struct TextBlocks {
    reader: Box<dyn Read + Send>,
    delimiter: u8,
    comment: u8,
    /// What was read after the end of the last block.
    rest: Vec<u8>,
    /// The length of the next block.
    length: usize,
    line: usize,
    offset: u64,
    is_at_end: bool,
}

/// A problem on a line.
pub(super) type LineProblem = (usize, DataProblem);

impl TextBlocks {
    /// The blocks of what `start` and then the reader contain, from this line and this
    /// position on.
    pub(super) fn new(
        start: Vec<u8>,
        (line, offset): (usize, u64),
        reader: Box<dyn Read + Send>,
        (delimiter, comment): (u8, u8),
    ) -> Self {
        Self { reader, delimiter, comment, rest: start, length: FIRST_BLOCK, line, offset, is_at_end: false }
    }

    /// The next block; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<TextBlock>, LineProblem> {
        let mut text = std::mem::take(&mut self.rest);
        let mut length = std::mem::replace(&mut self.length, BLOCK);
        let end = loop {
            self.fill(&mut text, length)?;
            let rows = Rows::scan(&text, self.delimiter, self.comment);
            rows.check_quotes(&text, self.line)?;
            if self.is_at_end {
                rows.check_end(&text, self.line)?;
                break text.len();
            }
            if let Some(end) = rows.end {
                break end;
            }
            if text.len() > LONGEST_ROW {
                return Err((self.line, TableProblem::LongRow { limit: LONGEST_ROW }.into()));
            }
            length = 2 * text.len();
        };
        self.rest = text.split_off(end);
        let (line, offset) = (self.line, self.offset);
        self.line += line_ends(&text);
        self.offset += text.len() as u64;
        Ok((!text.is_empty()).then_some(TextBlock { text, line, offset }))
    }

    /// Reads until the text has this length, or to the end.
    fn fill(&mut self, text: &mut Vec<u8>, length: usize) -> Result<(), LineProblem> {
        let missing = length.saturating_sub(text.len()) as u64;
        let line = |text: &[u8]| self.line + line_ends(text);
        match self.reader.by_ref().take(missing).read_to_end(text) {
            Ok(_) => {
                self.is_at_end = text.len() < length;
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::OutOfMemory => {
                Err((line(text), TableProblem::LongRow { limit: LONGEST_ROW }.into()))
            }
            Err(error) => Err((line(text), DataProblem::Unreadable(error))),
        }
    }
}

/// The number of line ends in a text. Files of old systems end lines by a carriage return only.
pub(super) fn line_ends(text: &[u8]) -> usize {
    match memchr_iter(b'\n', text).count() {
        0 => memchr_iter(b'\r', text).count(),
        lines => lines,
    }
}

/// The rows of a text that starts with a row.
pub(super) struct Rows {
    /// The end of the last whole row, if there is one.
    pub(super) end: Option<usize>,
    /// The start of a quoted cell that has no end.
    open_quote: Option<usize>,
    /// The marks before and after a cell that goes on after the second one.
    stray: Option<(usize, usize)>,
}

impl Rows {
    pub(super) fn scan(text: &[u8], delimiter: u8, comment: u8) -> Self {
        if memchr(b'"', text).is_none() {
            return Self { end: last_line_end(text), open_quote: None, stray: None };
        }
        Self::scan_quoted(text, delimiter, comment)
    }

    /// Checks that cells end with the mark that closes them. A cell that goes on was closed by a mark that
    /// opens another, since its own is missing.
    pub(super) fn check_quotes(&self, text: &[u8], line: usize) -> Result<(), LineProblem> {
        let Some((open, close)) = self.stray else { return Ok(()) };
        let cell = excerpt(&String::from_utf8_lossy(&text[open + 1..close]));
        let problem = match cell.contains('\n') {
            true => TableProblem::LineBreak { cell },
            false => TableProblem::TextAfterQuote { cell },
        };
        Err((line + line_ends(&text[..open]), problem.into()))
    }

    /// Checks that the text does not end in a cell that is not closed.
    pub(super) fn check_end(&self, text: &[u8], line: usize) -> Result<(), LineProblem> {
        let Some(quote) = self.open_quote else { return Ok(()) };
        Err((line + line_ends(&text[..quote]), TableProblem::OpenQuote.into()))
    }

    /// The rows of a text with quotation marks. A mark at the start of a cell opens it, and two marks in an
    /// open cell are one of its text; a mark within an unquoted cell has no meaning (RFC 4180).
    fn scan_quoted(text: &[u8], delimiter: u8, comment: u8) -> Self {
        let (mut end, mut at) = (None, 0);
        let (mut starts_row, mut stray) = (true, None);
        while at < text.len() {
            let byte = text[at];
            if starts_row && byte == comment {
                at = match memchr(b'\n', &text[at..]) {
                    Some(length) => at + length,
                    None => break,
                };
                continue;
            }
            if byte == b'"' {
                match closing_quote(text, at + 1) {
                    Some(close) => {
                        let after = text[close + 1..].iter();
                        let next = after.copied().find(|&next| next == delimiter || !b" \t".contains(&next));
                        if next.is_some_and(|next| next != delimiter && next != b'\r' && next != b'\n') {
                            stray = stray.or(Some((at, close)));
                        }
                        at = close + 1;
                    }
                    None => return Self { end, open_quote: Some(at), stray },
                }
            }
            // The rest of the cell.
            let Some(length) = memchr3(delimiter, b'\n', b'\r', &text[at..]) else { break };
            at += length + 1;
            starts_row = text[at - 1] != delimiter;
            if starts_row {
                at += usize::from(text[at - 1] == b'\r' && text.get(at) == Some(&b'\n'));
                end = Some(at);
            }
        }
        Self { end, open_quote: None, stray }
    }
}

/// The mark that closes a cell, which was opened before `at`.
fn closing_quote(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr(b'"', &text[at..])?;
        if text.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

fn last_line_end(text: &[u8]) -> Option<usize> {
    let last = |end: u8| memrchr(end, text).map(|at| at + 1);
    // A carriage return at the very end may belong to a line feed that was not read yet.
    last(b'\n').or_else(|| last(b'\r').filter(|&end| end < text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &str) -> (Option<usize>, Option<usize>) {
        let rows = Rows::scan(text.as_bytes(), b',', b'#');
        (rows.end, rows.open_quote)
    }

    #[test]
    fn rows_end_at_line_ends_outside_of_quotes() {
        assert_eq!(scan("1,2\n3,4\n5"), (Some(8), None));
        assert_eq!(scan("1,2\r3,4\r5"), (Some(8), None));
        assert_eq!(scan("1,2\r"), (None, None));
        assert_eq!(scan("1,\"a\nb\"\n3,4"), (Some(8), None));
        assert_eq!(scan("1,\"a\"\"\nb\"\r\n3,4"), (Some(11), None));
        assert_eq!(scan("1,\"a\nb"), (None, Some(2)));
        assert_eq!(scan("1,2\n\"a\nb"), (Some(4), Some(4)));
        let stray = |text: &str| Rows::scan(text.as_bytes(), b',', b'#').stray;
        assert_eq!(stray("1,\"2\n3,\"4\n"), Some((2, 7)));
        assert_eq!(stray("\"a\" ,\"b\"\n\"c\",\"d\"\"\"\n"), None);
        // A mark within a cell opens nothing, and neither does one in a comment.
        assert_eq!(scan("5\" pipe,2\n3,4\n"), (Some(14), None));
        assert_eq!(scan("# it's 5\" long\n3,4\n5"), (Some(19), None));
    }

    #[test]
    fn blocks_are_whole_rows_and_know_their_lines() {
        let rows: String = (0..200_000).map(|i| format!("{i},\"a\nb\"\n")).collect();
        let reader = Box::new(std::io::Cursor::new(rows.clone().into_bytes()));
        let mut blocks = TextBlocks::new(Vec::new(), (1, 0), reader, (b',', b'#'));
        let (mut all, mut count) = (Vec::new(), 0);
        while let Some(block) = blocks.next().unwrap() {
            assert_eq!(block.line, 1 + line_ends(&all));
            assert!(block.text.ends_with(b"b\"\n"));
            all.extend(block.text);
            count += 1;
        }
        assert!(count > 2 && all == rows.as_bytes());
    }

    #[test]
    fn a_row_without_an_end_is_an_error_and_not_an_endless_buffer() {
        let reader = Box::new(std::io::repeat(b'x'));
        let mut blocks = TextBlocks::new(Vec::new(), (1, 0), reader, (b',', b'#'));
        let (line, problem) = blocks.next().unwrap_err();
        assert!(line == 1 && problem.to_string().contains("more than 16 MiB"), "{problem}");
        let reader = Box::new(std::io::Cursor::new(b"1,2\n3,\"4\n5,6\n".to_vec()));
        let mut blocks = TextBlocks::new(Vec::new(), (1, 0), reader, (b',', b'#'));
        assert_eq!(blocks.next().unwrap_err().0, 2);
    }
}
