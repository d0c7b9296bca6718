//! Reading of a whole table, and of one in blocks of rows.

use super::columns::Table;
use super::options::TableOptions;
use super::reading::Reading;
use super::source::Source;
use crate::error::{DataError, DataProblem};
use std::path::Path;

/// Reads a table from a text file, or from standard input if the path is `-`.
///
/// The file has one row per line and columns between commas, tabs, semicolons or vertical bars, quoted as in RFC
/// 4180, in UTF-8 with or without a byte order mark, plain or compressed by gzip (crate feature `gzip`). Empty
/// lines, and lines that start with `#`, are skipped. Delimiter, header, decimal comma, and the kinds of the
/// columns are detected, unless the options say what they are; what is not evident is in
/// [`notes`](Table::notes), and what is ambiguous is an error that says how to decide. A column is one of numbers
/// if all of its cells are numbers, of dates if all are dates of one form, and of texts otherwise; cells that say
/// that a value is missing do not count.
///
/// Rows are parsed on all threads, with the same result for any number of them. The memory is that of the values
/// and a few megabytes; of a stream, which cannot be read twice, also that of the text.
///
/// # Errors
/// If the file cannot be read, is not in UTF-8, has no rows, a row whose length differs from that of the first,
/// two columns with the same name, or a quotation mark that nothing closes; with the line and the column.
pub fn read_table(path: impl AsRef<Path>, options: &TableOptions) -> Result<Table, DataError> {
    let path = path.as_ref();
    let source = Source::of(path).map_err(|error| DataProblem::Unreadable(error).of_path(path))?;
    let name = source.name();
    let open = || {
        let text = source.read().map_err(|error| DataProblem::Unreadable(error).of(&*name))?;
        Reading::open(&name, text, options)
    };
    if let Some(table) = open()?.table()? {
        return Ok(table);
    }
    // A cell far down is not of the kind that the first rows have: all rows decide.
    let survey = open()?.survey()?;
    let mut reading = open()?;
    reading.settle(&survey, options)?;
    reading.table()?.ok_or_else(|| DataProblem::Changed.of(&*name))
}

/// A table in blocks of some megabytes of text, for files that are larger than the memory.
///
/// The kinds of the columns are those of the first rows, or those that the options say: a later cell of another
/// kind is an error.
pub struct TableBlocks {
    reading: Reading,
    has_ended: bool,
}

impl TableBlocks {
    /// Opens a file, or standard input if the path is `-`; as [`read_table`].
    ///
    /// # Errors
    /// If the file cannot be read, or for what [`read_table`] refuses in the first rows.
    pub fn open(path: impl AsRef<Path>, options: &TableOptions) -> Result<Self, DataError> {
        let path = path.as_ref();
        let unreadable = |error| DataProblem::Unreadable(error).of_path(path);
        let source = Source::of(path).map_err(unreadable)?;
        let name = source.name();
        let reading = Reading::open(&name, source.read_once().map_err(unreadable)?, options)?;
        Ok(Self { reading, has_ended: false })
    }

    /// The names of the columns.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.reading.layout.names
    }
}

impl Iterator for TableBlocks {
    type Item = Result<Table, DataError>;

    /// The next rows: at least one. Notes are in the first block.
    fn next(&mut self) -> Option<Self::Item> {
        if self.has_ended {
            return None;
        }
        let next = self.reading.next_rows().transpose();
        self.has_ended = !matches!(next, Some(Ok(_)));
        next
    }
}
