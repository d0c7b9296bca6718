//! Data sets in CSV files: numeric features, the class label last.
//!
//! A first row in which no cell is a number is taken for a header and skipped; so are empty lines. A file
//! that gzip compressed is decompressed. Numbers are read in 32 bits.

use std::io::Read;
use std::path::Path;
use std::str::FromStr;

use csv::{ByteRecord, Reader, ReaderBuilder, Trim};

use crate::open::open;
use crate::{CsvProblem, DataError, Dataset, Targets};

/// Reads a labelled data set: each row has the features, then the label, an integer that counts from 0.
///
/// The data set is called as the file, without the endings; it has one class more than its greatest label.
///
/// # Errors
/// If the file can't be read, has no rows, or has a row that is not as long as the first, a feature that is
/// not a finite number, or a label that is not a non-negative integer; the message names the file, the line
/// and the column.
pub fn read_csv(path: impl AsRef<Path>) -> Result<Dataset, DataError> {
    let path = path.as_ref();
    let stem = path.file_name().unwrap_or_default().to_string_lossy();
    let name = stem.trim_end_matches(".gz").trim_end_matches(".csv");
    labelled(name, path, &text_of(path)?)
}

/// Rows to predict from, and their labels if they came with them.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureRows {
    /// The features, row-major, shape `(examples, width)`.
    pub features: Vec<f32>,
    /// How many features a row has.
    pub width: usize,
    /// One label a row, if the file had them.
    pub labels: Option<Vec<u32>>,
}

/// Reads rows for a model that takes `width` features: `width` columns, or one more, whose last is the label.
///
/// # Errors
/// As [`read_csv`], and if the first row has any other number of columns; the message names both that are
/// accepted.
pub fn read_features_csv(path: impl AsRef<Path>, width: usize) -> Result<FeatureRows, DataError> {
    let path = path.as_ref();
    let text = text_of(path)?;
    let mut rows = Rows::new(path, &text);
    let mut read = FeatureRows { features: Vec::new(), width, labels: None };
    while let Some(row) = rows.next()? {
        let columns = row.columns();
        if columns != width && columns != width + 1 {
            return Err(row.blame(CsvProblem::Width { columns, width }));
        }
        row.features(width, &mut read.features)?;
        if columns == width + 1 {
            read.labels.get_or_insert_default().push(row.label()?);
        }
    }
    Ok(read)
}

/// A labelled data set from the text of a file; `path` is for messages.
fn labelled(name: &str, path: &Path, text: &[u8]) -> Result<Dataset, DataError> {
    let mut rows = Rows::new(path, text);
    let (mut features, mut labels, mut width) = (Vec::new(), Vec::new(), 0);
    while let Some(row) = rows.next()? {
        width = row.columns() - 1;
        if width == 0 {
            return Err(row.blame(CsvProblem::LabelOnly));
        }
        row.features(width, &mut features)?;
        labels.push(row.label()?);
    }
    let classes = labels.iter().max().map_or(0, |&label| label as usize + 1);
    Dataset::new(name, features, width, Targets::Classes { labels, classes })
}

/// The bytes of a file, decompressed if they are compressed.
fn text_of(path: &Path) -> Result<Vec<u8>, DataError> {
    let mut text = Vec::new();
    let read = open(path).and_then(|mut file| file.read_to_end(&mut text));
    read.map(|_| text).map_err(|error| blame(path, None, CsvProblem::Unreadable(error)))
}

fn blame(path: &Path, line: Option<usize>, problem: CsvProblem) -> DataError {
    DataError::Csv { path: path.to_owned(), line, problem }
}

/// The rows of a file after its header, all as long as the first; at least one.
struct Rows<'a> {
    path: &'a Path,
    text: &'a [u8],
    reader: Reader<&'a [u8]>,
    record: ByteRecord,
    /// Records read so far, the header among them.
    read: usize,
    columns: Option<usize>,
}

impl<'a> Rows<'a> {
    fn new(path: &'a Path, text: &'a [u8]) -> Self {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text); // the byte order mark of UTF-8
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(text);
        Self { path, text, reader, record: ByteRecord::new(), read: 0, columns: None }
    }

    fn next(&mut self) -> Result<Option<Row<'_>>, DataError> {
        if !self.advance()? {
            return match (self.read, self.columns) {
                (0, _) => Err(blame(self.path, None, CsvProblem::Empty)),
                (_, None) => Err(blame(self.path, None, CsvProblem::HeaderOnly)),
                (_, Some(_)) => Ok(None),
            };
        }
        if self.read == 1 && self.record.iter().all(|cell| parse::<f64>(cell).is_none()) {
            return self.next();
        }
        let row = Row { path: self.path, text: self.text, record: &self.record };
        let (columns, expected) = (row.columns(), *self.columns.get_or_insert(row.columns()));
        if columns != expected {
            return Err(row.blame(CsvProblem::Ragged { columns, expected }));
        }
        Ok(Some(row))
    }

    /// Reads the next record; false at the end of the file.
    fn advance(&mut self) -> Result<bool, DataError> {
        let more = self.reader.read_byte_record(&mut self.record);
        let more = more.map_err(|error| blame(self.path, None, CsvProblem::Unreadable(error.into())))?;
        self.read += usize::from(more);
        Ok(more)
    }
}

/// One row; its cells are parsed on demand.
struct Row<'a> {
    path: &'a Path,
    text: &'a [u8],
    record: &'a ByteRecord,
}

impl Row<'_> {
    fn columns(&self) -> usize {
        self.record.len()
    }

    /// Appends the first `width` cells.
    fn features(&self, width: usize, features: &mut Vec<f32>) -> Result<(), DataError> {
        for (i, bytes) in self.record.iter().take(width).enumerate() {
            let (column, cell) = (i + 1, || String::from_utf8_lossy(bytes).into_owned());
            match parse::<f32>(bytes) {
                Some(x) if x.is_finite() => features.push(x),
                Some(_) => return Err(self.blame(CsvProblem::NotFinite { column, cell: cell() })),
                None => return Err(self.blame(CsvProblem::NotANumber { column, cell: cell() })),
            }
        }
        Ok(())
    }

    /// The last cell as a label; `3.0` counts as the integer it is.
    fn label(&self) -> Result<u32, DataError> {
        let column = self.columns();
        let bytes = &self.record[column - 1];
        let whole = |x: &f64| x.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(x);
        parse::<f64>(bytes).filter(whole).map(|x| x as u32).ok_or_else(|| {
            self.blame(CsvProblem::NotALabel { column, cell: String::from_utf8_lossy(bytes).into_owned() })
        })
    }

    fn blame(&self, problem: CsvProblem) -> DataError {
        blame(self.path, Some(self.line()), problem)
    }

    /// The line on which the row starts. The reader's own count stops before the empty lines that it skips.
    fn line(&self) -> usize {
        let skipped = self.record.position().map_or(0, |position| position.byte() as usize);
        let (before, rest) = self.text.split_at(skipped);
        let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        1 + before.iter().chain(empty).filter(|&&byte| byte == b'\n').count()
    }
}

fn parse<T: FromStr>(cell: &[u8]) -> Option<T> {
    std::str::from_utf8(cell).ok()?.parse().ok()
}
