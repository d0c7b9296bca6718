//! Data sets in CSV files: numeric features, the class label last.
//!
//! A first row without a number is a header and is skipped, as are empty lines. A file compressed by gzip is
//! decompressed. Numbers are read in double precision.

use crate::dataset::{Dataset, Targets};
use crate::error::{CsvProblem, DataError, DataProblem};
use crate::open::open;
use csv::{ByteRecord, Reader, ReaderBuilder, Trim};
use std::io::Read;
use std::ops::Range;
use std::path::Path;
use std::str::FromStr;

/// Reads a labelled data set: each row has the features, then the label, an integer that counts from 0.
///
/// The name of the data set is that of the file without its endings. The number of classes is one more than
/// the largest label. Features are stored in single precision, a column that needs more digits by its
/// differences: see [`Dataset::cast`].
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

/// Examples to predict from, in the units of the file, with their targets if the file has them.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureRows {
    /// The features, row-major, shape `(examples, width)`.
    pub features: Vec<f64>,
    /// The number of features per example.
    pub width: usize,
    /// The targets of the examples, if the file has them.
    pub targets: Option<Targets<f64>>,
}

/// What the columns after the features of a file contain, if it has such columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetColumns {
    /// One column with the label, a whole number that counts from 0.
    Label,
    /// The values of a regression, in this number of columns.
    Values(usize),
}

/// Reads examples for a model with `width` features: `width` columns, or these and the columns of the targets.
/// The number of classes of the targets is one more than the largest label.
///
/// # Errors
/// As [`read_csv`], and if the first row has any other number of columns.
pub fn read_features_csv(
    path: impl AsRef<Path>,
    width: usize,
    targets: TargetColumns,
) -> Result<FeatureRows, DataError> {
    let path = path.as_ref();
    let content = content_of(path)?;
    let mut rows = Rows::new(path, &content);
    let (mut features, mut labels, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let all = width + if let TargetColumns::Values(width) = targets { width } else { 1 };
    while let Some(row) = rows.next()? {
        let found = row.columns();
        if found != width && found != all {
            return Err(row.error(CsvProblem::Columns { found, needed: width..=all }));
        }
        row.numbers(0..width, &mut features)?;
        match targets {
            TargetColumns::Label if found == all => labels.push(row.label()?),
            TargetColumns::Values(_) if found == all => row.numbers(width..all, &mut values)?,
            _ => {}
        }
    }
    let classes = labels.iter().max().map(|&label| label as usize + 1);
    let labels = classes.map(|classes| Targets::Classes { labels, classes });
    let values = (!values.is_empty()).then(|| Targets::Values { values, width: all - width });
    Ok(FeatureRows { features, width, targets: labels.or(values) })
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
        row.numbers(0..width, &mut features)?;
        labels.push(row.label()?);
    }
    let classes = labels.iter().max().map_or(0, |&label| label as usize + 1);
    Ok(Dataset::new(name, features, width, Targets::Classes { labels, classes })?.cast())
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

    /// Appends the numbers in some columns.
    fn numbers(&self, columns: Range<usize>, numbers: &mut Vec<f64>) -> Result<(), DataError> {
        for i in columns {
            let Some(x) = parse::<f64>(&self.record[i]).filter(|x| x.is_finite()) else {
                return Err(self.cell_error(i, |cell| CsvProblem::NotANumber { cell }));
            };
            numbers.push(x);
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
