//! Data sets in CSV files: numeric features, the class label last.
//!
//! A first row without a number is a header and is skipped, as are empty lines. A file compressed by gzip is
//! decompressed. Features are read in 32 bits.

use crate::dataset::{Dataset, Targets};
use crate::error::{CsvProblem, DataError, DataProblem};
use crate::open::open;
use csv::{ByteRecord, Reader, ReaderBuilder, Trim};
use std::io::Read;
use std::path::Path;
use std::str::FromStr;

/// Reads a labelled data set: each row has the features, then the label, an integer that counts from 0.
///
/// The name of the data set is that of the file without its endings. The number of classes is one more than
/// the largest label.
///
/// # Errors
/// If the file cannot be read, has no rows, or has a row whose length differs from that of the first, a
/// feature that is not a finite number, or a label that is not a non-negative integer. The error has the
/// file, the line and the column.
pub fn read_csv(path: impl AsRef<Path>) -> Result<Dataset, DataError> {
    let path = path.as_ref();
    let stem = path.file_name().unwrap_or_default().to_string_lossy();
    let name = stem.trim_end_matches(".gz").trim_end_matches(".csv");
    labelled(name, path, &content_of(path)?)
}

/// Examples to predict from, with their labels if the file has them.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureRows {
    /// The features, row-major, shape `(examples, width)`.
    pub features: Vec<f32>,
    /// The number of features per example.
    pub width: usize,
    /// One label per example, if the file has labels.
    pub labels: Option<Vec<u32>>,
}

/// Reads examples for a model with `width` features: `width` columns, or one more, the last of which is the
/// label.
///
/// # Errors
/// As [`read_csv`], and if the first row has any other number of columns.
pub fn read_features_csv(path: impl AsRef<Path>, width: usize) -> Result<FeatureRows, DataError> {
    let path = path.as_ref();
    let content = content_of(path)?;
    let mut rows = Rows::new(path, &content);
    let mut read = FeatureRows { features: Vec::new(), width, labels: None };
    while let Some(row) = rows.next()? {
        let columns = row.columns();
        if columns != width && columns != width + 1 {
            return Err(row.error(CsvProblem::Columns { found: columns, needed: width..=width + 1 }));
        }
        row.features(width, &mut read.features)?;
        if columns == width + 1 {
            read.labels.get_or_insert_default().push(row.label()?);
        }
    }
    Ok(read)
}

/// A labelled data set from the content of the file at `path`.
fn labelled(name: &str, path: &Path, content: &[u8]) -> Result<Dataset, DataError> {
    let mut rows = Rows::new(path, content);
    let (mut features, mut labels, mut width) = (Vec::new(), Vec::new(), 0);
    while let Some(row) = rows.next()? {
        width = row.columns() - 1;
        if width == 0 {
            return Err(row.error(CsvProblem::Columns { found: 1, needed: 2..=usize::MAX }));
        }
        row.features(width, &mut features)?;
        labels.push(row.label()?);
    }
    let classes = labels.iter().max().map_or(0, |&label| label as usize + 1);
    Dataset::new(name, features, width, Targets::Classes { labels, classes })
}

/// The content of a file, decompressed if it is compressed.
fn content_of(path: &Path) -> Result<Vec<u8>, DataError> {
    let mut content = Vec::new();
    let read = open(path).and_then(|mut file| file.read_to_end(&mut content));
    read.map(|_| content).map_err(|error| DataProblem::Unreadable(error).of_path(path))
}

/// The rows of a file after its header, all with the length of the first; at least one.
struct Rows<'a> {
    path: &'a Path,
    content: &'a [u8],
    reader: Reader<&'a [u8]>,
    record: ByteRecord,
    /// The number of records read so far, including the header.
    read: usize,
    columns: Option<usize>,
}

impl<'a> Rows<'a> {
    fn new(path: &'a Path, content: &'a [u8]) -> Self {
        let byte_order_mark = b"\xef\xbb\xbf";
        let content = content.strip_prefix(byte_order_mark).unwrap_or(content);
        let reader =
            ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(content);
        Self { path, content, reader, record: ByteRecord::new(), read: 0, columns: None }
    }

    fn next(&mut self) -> Result<Option<Row<'_>>, DataError> {
        if !self.advance()? {
            let no_rows = || DataProblem::NoExamples.of_path(self.path);
            return self.columns.map(|_| None).ok_or_else(no_rows);
        }
        if self.read == 1 && self.record.iter().all(|cell| parse::<f64>(cell).is_none()) {
            return self.next();
        }
        let row = Row { path: self.path, content: self.content, record: &self.record };
        let (found, first) = (row.columns(), *self.columns.get_or_insert(row.columns()));
        if found != first {
            return Err(row.error(CsvProblem::Columns { found, needed: first..=first }));
        }
        Ok(Some(row))
    }

    /// Reads the next record; false at the end of the file.
    fn advance(&mut self) -> Result<bool, DataError> {
        let more = self.reader.read_byte_record(&mut self.record);
        let more = more.map_err(|error| DataProblem::Unreadable(error.into()).of_path(self.path))?;
        self.read += usize::from(more);
        Ok(more)
    }
}

/// One row; its cells are parsed on demand.
struct Row<'a> {
    path: &'a Path,
    content: &'a [u8],
    record: &'a ByteRecord,
}

impl Row<'_> {
    fn columns(&self) -> usize {
        self.record.len()
    }

    /// Appends the first `width` cells.
    fn features(&self, width: usize, features: &mut Vec<f32>) -> Result<(), DataError> {
        for (i, cell) in self.record.iter().take(width).enumerate() {
            let Some(x) = parse::<f32>(cell).filter(|x| x.is_finite()) else {
                return Err(self.cell_error(i, |cell| CsvProblem::NotANumber { cell }));
            };
            features.push(x);
        }
        Ok(())
    }

    /// The last cell as a label; `3.0` is read as 3.
    fn label(&self) -> Result<u32, DataError> {
        let last = self.columns() - 1;
        let whole = |x: &f64| x.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(x);
        let label = parse::<f64>(&self.record[last]).filter(whole).map(|x| x as u32);
        label.ok_or_else(|| self.cell_error(last, |cell| CsvProblem::NotALabel { cell }))
    }

    fn error(&self, problem: CsvProblem) -> DataError {
        let mut error = DataProblem::from(problem).of_path(self.path);
        error.place.line = Some(self.line());
        error
    }

    /// The error of the cell at an index.
    fn cell_error(&self, index: usize, problem: impl FnOnce(String) -> CsvProblem) -> DataError {
        let mut error = self.error(problem(String::from_utf8_lossy(&self.record[index]).into_owned()));
        error.place.column = Some(index + 1);
        error
    }

    /// The line on which the row starts. The line that the reader counts is before the empty lines that it
    /// skips.
    fn line(&self) -> usize {
        let skipped = self.record.position().map_or(0, |position| position.byte() as usize);
        let (before, rest) = self.content.split_at(skipped);
        let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        1 + before.iter().chain(empty).filter(|&&byte| byte == b'\n').count()
    }
}

fn parse<T: FromStr>(cell: &[u8]) -> Option<T> {
    std::str::from_utf8(cell).ok()?.parse().ok()
}
