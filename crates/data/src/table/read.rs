//! Reading of a whole table, and of one in blocks of rows.

use super::columns::Table;
#[cfg(feature = "npy")]
use super::npy::{MAGICS, read_arrays};
use super::options::TableOptions;
use super::reading::Reading;
use super::source::Source;
use crate::error::{DataError, DataProblem};
use std::io::Cursor;
#[cfg(feature = "npy")]
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

/// Reads a table from a text file, or from standard input if the path is `-`.
///
/// The file has one row per line and columns between commas, tabs, semicolons or vertical bars, quoted as in
/// RFC 4180, in UTF-8 with or without a byte order mark, plain or compressed by gzip (crate feature `gzip`).
/// Empty lines, and lines that start with `#`, are skipped. With the crate feature `npy`, it may be an array
/// of NumPy, or an archive of arrays with the same number of rows (NPY and NPZ). Delimiter, header, decimal
/// comma, and the kinds of the columns are detected, unless the options say what they are; what is not
/// evident is in [`notes`](Table::notes), and what is ambiguous is an error that says how to decide. A column
/// is one of numbers if all of its cells are numbers, of dates if all are dates of one form, and of texts
/// otherwise; cells that say that a value is missing do not count.
///
/// Rows are parsed on all threads, with the same result for any number of them. The memory is that of the
/// values and a few megabytes; of a stream, which cannot be read twice, also that of the text.
///
/// # Errors
/// If the file cannot be read, is not in UTF-8, has no rows, a row whose length differs from that of the
/// first, two columns with the same name, or a quotation mark that nothing closes; with the line and the
/// column.
pub fn read_table(path: impl AsRef<Path>, options: &TableOptions) -> Result<Table, DataError> {
    let path = path.as_ref();
    let source = Source::of(path).map_err(|error| DataProblem::Unreadable(error).of_path(path))?;
    let name = source.name();
    let unreadable = |error| DataProblem::Unreadable(error).of(&*name);
    #[cfg(feature = "npy")]
    if let Sniffed::Arrays(bytes) = Sniffed::of(source.read().map_err(unreadable)?).map_err(unreadable)? {
        return read_arrays(&name, &bytes);
    }
    read_twice(&name, options, || Reading::open(&name, source.read().map_err(unreadable)?, options))
}

/// Reads a table from a text in memory, as [`read_table`] from a file. The name is for messages.
///
/// ```
/// use wengert_data::{TableOptions, table_from_text};
///
/// let text = "size,age,price\n100,5,2.5\n120,30,2.25\n80,1,2.125\n";
/// let houses = table_from_text("houses", text, &TableOptions::default())?.target("price")?;
/// assert_eq!((houses.examples(), houses.width()), (3, 2));
/// # Ok::<(), wengert_data::DataError>(())
/// ```
///
/// # Errors
/// As [`read_table`], except for those of files.
pub fn table_from_text(name: &str, text: &str, options: &TableOptions) -> Result<Table, DataError> {
    let content: Arc<[u8]> = text.as_bytes().into();
    read_twice(name, options, || Reading::open(name, Box::new(Cursor::new(content.clone())), options))
}

/// Reads a table by the kinds of its first rows, and again by those of all rows if these differ.
fn read_twice(
    name: &str,
    options: &TableOptions,
    open: impl Fn() -> Result<Reading, DataError>,
) -> Result<Table, DataError> {
    if let Some(table) = open()?.table()? {
        return Ok(table);
    }
    // A cell far down is not of the kind that the first rows have: all rows decide.
    let survey = open()?.survey()?;
    let mut reading = open()?;
    reading.settle(&survey, options)?;
    reading.table()?.ok_or_else(|| DataProblem::Changed.of(name))
}

/// Reads a table, and detects everything: [`read_table`] with the default options.
///
/// ```
/// use wengert_data::read_csv;
///
/// # let mut file = tempfile::NamedTempFile::new()?;
/// # let text = "size,age,price\n100,5,2.5\n120,30,2.25\n80,1,2.125\n";
/// # std::io::Write::write_all(&mut file, text.as_bytes())?;
/// # let path = file.path();
/// let houses = read_csv(path)?.target("price")?;
/// assert_eq!(houses.feature_names().unwrap_or_default(), ["size", "age"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`read_table`].
pub fn read_csv(path: impl AsRef<Path>) -> Result<Table, DataError> {
    read_table(path, &TableOptions::default())
}

/// A table in blocks of about a megabyte of text, for files that are larger than the memory.
///
/// The kinds of the columns are those of the first rows, or those that the options say: a later cell of
/// another kind is an error.
pub struct TableBlocks {
    rows: Rows,
    has_ended: bool,
}

/// Where the rows come from.
enum Rows {
    Text(Box<Reading>),
    #[cfg(feature = "npy")]
    Arrays(Table),
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
        let content = source.read_once().map_err(unreadable)?;
        #[cfg(feature = "npy")]
        let content = match Sniffed::of(content).map_err(unreadable)? {
            Sniffed::Text(text) => text,
            Sniffed::Arrays(bytes) => {
                return Ok(Self { rows: Rows::Arrays(read_arrays(&name, &bytes)?), has_ended: false });
            }
        };
        let reading = Reading::open(&name, content, options)?;
        Ok(Self { rows: Rows::Text(Box::new(reading)), has_ended: false })
    }

    /// The names of the columns.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        match &self.rows {
            Rows::Text(reading) => reading.parser.layout.names.clone(),
            #[cfg(feature = "npy")]
            Rows::Arrays(table) => table.columns().iter().map(|column| column.name.clone()).collect(),
        }
    }
}

impl Iterator for TableBlocks {
    type Item = Result<Table, DataError>;

    /// The next rows: at least one. Notes are in the first block.
    fn next(&mut self) -> Option<Self::Item> {
        if self.has_ended {
            return None;
        }
        let next = match &mut self.rows {
            Rows::Text(reading) => reading.next_rows().transpose(),
            #[cfg(feature = "npy")]
            Rows::Arrays(table) => {
                self.has_ended = true;
                return Some(Ok(table.clone()));
            }
        };
        self.has_ended = !matches!(next, Some(Ok(_)));
        next
    }
}

/// Content, recognised by its first bytes.
#[cfg(feature = "npy")]
enum Sniffed {
    Text(Box<dyn Read + Send>),
    Arrays(Vec<u8>),
}

#[cfg(feature = "npy")]
impl Sniffed {
    fn of(mut content: Box<dyn Read + Send>) -> io::Result<Self> {
        let mut start = Vec::new();
        content.by_ref().take(6).read_to_end(&mut start)?;
        if MAGICS.iter().any(|magic| start.starts_with(magic)) {
            content.read_to_end(&mut start)?;
            return Ok(Self::Arrays(start));
        }
        Ok(Self::Text(Box::new(Cursor::new(start).chain(content))))
    }
}
