//! Data sets in CSV files: numeric features, the class label last.
//!
//! A first row of names is a header and is skipped, as are empty lines. A row without a number is a row of
//! names unless a cell says that its value is missing, such as `NA` or `?`. A file compressed by gzip is
//! decompressed. Numbers are read in double precision. The text is read in pieces, so that a file of any size
//! takes the memory of its numbers, and a row is at most 16 MiB long.

use crate::csv_mistakes::{foreign_encoding, is_decimal_comma, is_header, mistaken_separator};
use crate::dataset::{Dataset, Targets};
use crate::error::{CsvProblem, DataError, DataProblem};
use crate::open::open;
use crate::recent_text::{LONGEST_ROW, RecentText};
use csv::{ByteRecord, Reader, ReaderBuilder, Trim};
use std::io::{BufRead, BufReader, Read};
use std::ops::Range;
use std::path::Path;
use std::str::FromStr;
use wengert_files::excerpt;

/// The number of classes that a file may have whatever the number of its examples.
const ALWAYS_ALLOWED_CLASSES: usize = 256;

/// Reads a labelled data set: each row has the features, then the label, an integer that counts from 0.
///
/// The name of the data set is that of the file without its endings. The number of classes is one more than
/// the largest label; more than 256 classes need as many examples. Features are stored in single precision, a
/// column that needs more digits by its differences: see [`Dataset::cast`].
///
/// # Errors
/// If the file cannot be read, has no rows, has a label that is too large for the number of examples, or has
/// a row whose length differs from that of the first, a feature that is not a finite number, or a label that
/// is not a non-negative integer. The error has the file, the line and the column.
pub fn read_csv(path: impl AsRef<Path>) -> Result<Dataset, DataError> {
    let path = path.as_ref();
    let stem = path.file_name().unwrap_or_default().to_string_lossy();
    let name = stem.trim_end_matches(".gz").trim_end_matches(".csv");
    labelled(name, path)
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

/// Reads examples for a model with `width` features: `width` columns, or these and the columns of the
/// targets. The number of classes of the targets is one more than the largest label.
///
/// # Errors
/// As [`read_csv`], and if the first row has any other number of columns.
pub fn read_features_csv(
    path: impl AsRef<Path>,
    width: usize,
    targets: TargetColumns,
) -> Result<FeatureRows, DataError> {
    let path = path.as_ref();
    let mut rows = Rows::open(path)?;
    let (mut features, mut labels, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let all = width + if let TargetColumns::Values(width) = targets { width } else { 1 };
    while let Some(row) = rows.next()? {
        let found = row.columns();
        if found != width && found != all {
            return Err(row.refused(CsvProblem::Columns { found, needed: width..=all }));
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

/// A labelled data set from the rows of the file at `path`.
fn labelled(name: &str, path: &Path) -> Result<Dataset, DataError> {
    let mut rows = Rows::open(path)?;
    let (mut features, mut labels, mut width) = (Vec::new(), Vec::new(), 0);
    while let Some(row) = rows.next()? {
        width = row.columns() - 1;
        if width == 0 {
            return Err(row.refused(CsvProblem::Columns { found: 1, needed: 2..=usize::MAX }));
        }
        row.numbers(0..width, &mut features)?;
        labels.push(row.label()?);
    }
    let classes = number_of_classes(&labels).map_err(|(row, problem)| {
        let mut error = DataProblem::from(problem).of_path(path);
        error.place.row = Some(row + 1);
        error
    })?;
    Ok(Dataset::new(name, features, width, Targets::Classes { labels, classes })?.cast())
}

/// One more than the largest label. Labels without an example between them are classes too, and a network has
/// an output for each, so labels are bounded by the number of examples. The error is the row, counted from 0.
fn number_of_classes(labels: &[u32]) -> Result<usize, (usize, CsvProblem)> {
    let largest = labels.iter().enumerate().max_by_key(|&(_, label)| label);
    let Some((row, &label)) = largest else { return Ok(0) };
    let (largest, examples) = (label as usize, labels.len());
    if largest >= examples.max(ALWAYS_ALLOWED_CLASSES) {
        return Err((row, CsvProblem::SparseLabels { label, examples }));
    }
    Ok(largest + 1)
}

/// The rows of a file after its header, all with the length of the first; at least one.
struct Rows<'a> {
    path: &'a Path,
    reader: Reader<RecentText<Box<dyn Read>>>,
    record: ByteRecord,
    /// The number of records read so far, including the header.
    read: usize,
    columns: Option<usize>,
    /// The error to report if the header is the only record, and has a cell of several lines: a quotation
    /// mark that is not closed makes the whole file a header.
    long_header: Option<DataError>,
}

impl<'a> Rows<'a> {
    fn open(path: &'a Path) -> Result<Self, DataError> {
        let unreadable = |error| DataProblem::Unreadable(error).of_path(path);
        let mut file = BufReader::new(open(path).map_err(unreadable)?);
        let start = file.fill_buf().map_err(unreadable)?;
        if let Some(encoding) = foreign_encoding(start) {
            return Err(DataProblem::from(CsvProblem::Encoding { encoding }).of_path(path));
        }
        let byte_order_mark = b"\xef\xbb\xbf";
        if start.starts_with(byte_order_mark) {
            file.consume(byte_order_mark.len());
        }
        let text = RecentText::new(Box::new(file) as Box<dyn Read>);
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(text);
        Ok(Self { path, reader, record: ByteRecord::new(), read: 0, columns: None, long_header: None })
    }

    fn next(&mut self) -> Result<Option<Row<'_>>, DataError> {
        if !self.advance()? {
            let no_rows =
                || self.long_header.take().unwrap_or_else(|| DataProblem::NoExamples.of_path(self.path));
            return self.columns.map(|_| None).ok_or_else(no_rows);
        }
        if self.read == 1 && is_header(&self.record) {
            self.long_header = self.row().line_break().map(|problem| self.row().error(problem));
            return self.next();
        }
        let first = *self.columns.get_or_insert(self.record.len());
        let row = self.row();
        let found = row.columns();
        if found != first {
            return Err(row.refused(CsvProblem::Columns { found, needed: first..=first }));
        }
        Ok(Some(row))
    }

    /// The record that was read last.
    fn row(&self) -> Row<'_> {
        Row { path: self.path, text: self.reader.get_ref(), record: &self.record }
    }

    /// Reads the next record; false at the end of the file.
    fn advance(&mut self) -> Result<bool, DataError> {
        let start = self.reader.position().byte();
        self.reader.get_mut().forget_before(start);
        let more = self.reader.read_byte_record(&mut self.record);
        let more = more.map_err(|error| {
            let problem = match self.reader.get_ref().is_too_long() {
                true => CsvProblem::LongRow { limit: LONGEST_ROW }.into(),
                false => DataProblem::Unreadable(error.into()),
            };
            problem.of_path(self.path)
        })?;
        self.read += usize::from(more);
        Ok(more)
    }
}

/// One row; its cells are parsed on demand.
struct Row<'a> {
    path: &'a Path,
    text: &'a RecentText<Box<dyn Read>>,
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

    /// The error of a row with this problem, or with the mistake in the format that explains it.
    fn refused(&self, problem: CsvProblem) -> DataError {
        self.error(self.mistake().unwrap_or(problem))
    }

    /// The error of the cell at an index, or the mistake in the format that explains it.
    fn cell_error(&self, index: usize, problem: impl FnOnce(String) -> CsvProblem) -> DataError {
        if let Some(mistake) = self.mistake() {
            return self.error(mistake);
        }
        let cell = excerpt(&String::from_utf8_lossy(&self.record[index]));
        let problem = if is_decimal_comma(&cell) { CsvProblem::DecimalComma { cell } } else { problem(cell) };
        let mut error = self.error(problem);
        error.place.column = Some(index + 1);
        error
    }

    fn error(&self, problem: CsvProblem) -> DataError {
        let mut error = DataProblem::from(problem).of_path(self.path);
        error.place.line = self.record.position().map(|position| self.text.line_of_row(position.byte()));
        error
    }

    fn mistake(&self) -> Option<CsvProblem> {
        self.line_break().or_else(|| mistaken_separator(self.record))
    }

    /// The problem of a row with a cell of several lines.
    fn line_break(&self) -> Option<CsvProblem> {
        let cell = self.record.iter().find(|cell| cell.contains(&b'\n'))?;
        Some(CsvProblem::LineBreak { cell: excerpt(&String::from_utf8_lossy(cell)) })
    }
}

fn parse<T: FromStr>(cell: &[u8]) -> Option<T> {
    std::str::from_utf8(cell).ok()?.parse().ok()
}
