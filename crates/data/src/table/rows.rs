//! The rows of a block of text, and their cells.

use super::cells::CellRules;
use super::text_blocks::{LineProblem, TextBlock, line_ends};
use crate::table_problem::TableProblem;
use csv::{ByteRecord, Reader, ReaderBuilder};
use memchr::{memchr, memchr2};
use wengert_files::excerpt;

/// How a row is divided into cells, and how cells are read.
#[derive(Clone, Debug)]
pub(super) struct RowRules {
    pub(super) delimiter: u8,
    pub(super) comment: u8,
    pub(super) cells: CellRules,
    /// Whether the first row is a header, for messages.
    pub(super) has_header: bool,
}

impl RowRules {
    /// The bytes between cells and before comments.
    pub(super) fn bytes(&self) -> (u8, u8) {
        (self.delimiter, self.comment)
    }

    /// The records of a text.
    pub(super) fn records<'a>(&self, text: &'a [u8]) -> Reader<&'a [u8]> {
        records(text, self.delimiter, self.comment)
    }
}

/// The records of a text.
pub(super) fn records(text: &[u8], delimiter: u8, comment: u8) -> Reader<&[u8]> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .comment(Some(comment))
        .from_reader(text)
}

/// A row, divided into cells.
pub(super) struct Row<'a> {
    text: &'a [u8],
    /// The start and the end of each cell.
    cells: &'a [(usize, usize)],
    pub(super) line: usize,
}

impl Row<'_> {
    /// The cells, without spaces around them.
    pub(super) fn cells(&self) -> impl Iterator<Item = &[u8]> {
        self.cells.iter().map(|&(start, end)| self.text[start..end].trim_ascii())
    }

    /// Checks that the row has the number of columns that is needed.
    pub(super) fn check_width(&self, needed: usize, rules: &RowRules) -> Result<(), LineProblem> {
        let found = self.cells.len();
        if found == needed {
            return Ok(());
        }
        let problem = match self.cells().find(|cell| cell.contains(&b'\n')) {
            Some(cell) => TableProblem::LineBreak { cell: shown(cell) },
            None => TableProblem::Columns { found, needed, header: rules.has_header },
        };
        Err((self.line, problem.into()))
    }
}

/// A cell in a message.
pub(super) fn shown(cell: &[u8]) -> String {
    excerpt(&String::from_utf8_lossy(&cell[..cell.len().min(4096)]))
}

/// Calls `take` with each row of a block.
pub(super) fn each_row<E>(
    block: &TextBlock,
    rules: &RowRules,
    take: impl FnMut(Row<'_>) -> Result<(), E>,
) -> Result<(), E> {
    match memchr(b'"', &block.text) {
        Some(_) => each_quoted_row(block, rules, take),
        None => each_plain_row(block, rules, take),
    }
}

/// The rows of a text without quotation marks, where every delimiter and every line end counts: a third of
/// the time of a reader for all texts.
fn each_plain_row<E>(
    block: &TextBlock,
    rules: &RowRules,
    mut take: impl FnMut(Row<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let text = &*block.text;
    let (mut cells, mut start, mut line) = (Vec::new(), 0, block.line);
    let counted = if memchr(b'\n', text).is_some() { b'\n' } else { b'\r' };
    while start < text.len() {
        let end = memchr2(b'\n', b'\r', &text[start..]).map_or(text.len(), |length| start + length);
        if start < end && text[start] != rules.comment {
            divide(&text[start..end], rules.delimiter, &mut cells);
            take(Row { text: &text[start..end], cells: &cells, line })?;
        }
        line += usize::from(text.get(end) == Some(&counted));
        start = end + 1;
    }
    Ok(())
}

fn divide(row: &[u8], delimiter: u8, cells: &mut Vec<(usize, usize)>) {
    cells.clear();
    let mut start = 0;
    // Cells are short, so that a loop over bytes is faster than a search with vector instructions.
    for (end, &byte) in row.iter().enumerate() {
        if byte == delimiter {
            cells.push((start, end));
            start = end + 1;
        }
    }
    cells.push((start, row.len()));
}

/// The rows of a text with quotation marks.
fn each_quoted_row<E>(
    block: &TextBlock,
    rules: &RowRules,
    mut take: impl FnMut(Row<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = rules.records(&block.text);
    let (mut record, mut cells) = (ByteRecord::new(), Vec::new());
    let (mut line, mut counted) = (block.line, 0);
    while reader.read_byte_record(&mut record).expect("a text in memory can be read") {
        let start = record.position().map_or(0, |position| position.byte() as usize);
        let start = start + skipped(&block.text[start..], rules.comment);
        line += line_ends(&block.text[counted..start]);
        counted = start;
        cells.clear();
        cells.extend((0..record.len()).filter_map(|i| record.range(i)).map(|range| (range.start, range.end)));
        take(Row { text: record.as_slice(), cells: &cells, line })?;
    }
    Ok(())
}

/// The length of the empty lines and comments at the start of a text.
fn skipped(text: &[u8], comment: u8) -> usize {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += match byte {
            b'\r' | b'\n' => 1,
            byte if byte == comment => memchr(b'\n', &text[at..]).unwrap_or(text.len() - at),
            _ => break,
        };
    }
    at
}

#[cfg(test)]
mod tests {
    use super::super::cells::Decimal;
    use super::*;

    /// The lines and the cells of the rows that a reader finds.
    type Found = Vec<(usize, Vec<Vec<u8>>)>;

    #[test]
    fn texts_without_quotation_marks_are_divided_as_by_the_general_reader() {
        let cells = CellRules { decimal: Decimal::Point, is_told: false, missing: Vec::new() };
        let rules = RowRules { delimiter: b',', comment: b'#', cells, has_header: false };
        for text in [
            "1,2\n3,4\n",
            "1,2\r\n3,4\r\n\r\n5,6",
            "1,2\r3,4\r",
            "\n\n1,2\n\n# comment, with commas\n 3 , 4 \n#\n",
            ",,\n,\n\n,,,",
            "a b, c#d\n  \n",
            "",
            "\u{e9},\u{fc}\n",
        ] {
            let block = TextBlock { text: text.into(), line: 7, offset: 0 };
            let (mut plain, mut general): (Found, Found) = Default::default();
            let take = |all: &mut Found, row: Row<'_>| {
                all.push((row.line, row.cells().map(<[u8]>::to_vec).collect()));
                Ok::<(), ()>(())
            };
            each_plain_row(&block, &rules, |row| take(&mut plain, row)).unwrap();
            each_quoted_row(&block, &rules, |row| take(&mut general, row)).unwrap();
            assert_eq!(plain, general, "{text:?}");
        }
    }
}
