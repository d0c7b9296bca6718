//! Problems with tables: with the text of a file, and with the columns that a model needs.

use std::fmt::{self, Display, Formatter};
use wengert_files::list;

/// A problem with a table, a row, a column or a cell.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the sentence of each variant explains its fields")]
pub enum TableProblem {
    /// The text is not in UTF-8, but in this `encoding`.
    Encoding { encoding: &'static str },
    /// The file is not a text, but has this `format`.
    Format { format: &'static str },
    /// An `array` of an archive, or the only one, has this `problem`.
    Array { array: Option<String>, problem: String },
    /// A `cell` is not in UTF-8.
    NotUtf8 { cell: String },
    /// The cells are separated by spaces.
    Spaces,
    /// A row is longer than the `limit` in bytes.
    LongRow { limit: usize },
    /// A quotation mark opens a cell that nothing closes.
    OpenQuote,
    /// A `cell` has several lines: a quotation mark before it may not be closed.
    LineBreak { cell: String },
    /// After the quotation mark that closes a `cell`, there is more text.
    TextAfterQuote { cell: String },
    /// A row has another number of columns, `found`, than the first row, `needed`, which may be a `header`.
    Columns { found: usize, needed: usize, header: bool },
    /// There are more columns than the `limit`.
    ManyColumns { found: usize, limit: usize },
    /// The first `row` may be names or data.
    AmbiguousHeader { row: Vec<String> },
    /// The first row is that of a file of scikit-learn, but the `rows` that it counts or the class of a row
    /// do not agree with the table.
    Preamble { rows: usize, found: usize, classes: usize },
    /// Some numbers have a `comma` before their decimals, and others a `point`.
    MixedDecimals { comma: String, point: String },
    /// A `cell` may have a comma before thousands or before decimals.
    Thousands { cell: String },
    /// A column of numbers, by `name`, has a `cell` with a comma, which is also between the columns.
    QuotedComma { name: String, cell: String },
    /// Two columns have the same `name`.
    DuplicateName { name: String },
    /// A column of a table in memory has another length, `found`, than the first, `needed`.
    Lengths { found: usize, needed: usize },
    /// A `code` of a table in memory is not below the number of `words`.
    Code { code: u32, words: usize },
    /// A `cell` is not a finite number, in a column of numbers.
    NotANumber { cell: String },
    /// A `cell` is not a date, in a column of dates.
    NotADate { cell: String },
}

impl Display for TableProblem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding { encoding } => write!(f, "the text is encoded in {encoding}; save it in UTF-8"),
            Self::Format { format } => {
                write!(f, "this is {format}, not a table that can be read; save it as a CSV file")
            }
            Self::Array { array: None, problem } => write!(f, "the array cannot be read: {problem}"),
            Self::Array { array: Some(array), problem } => {
                write!(f, "the array {array:?} cannot be read: {problem}")
            }
            Self::NotUtf8 { cell } => write!(f, "{cell:?} is not encoded in UTF-8; save the file in UTF-8"),
            Self::Spaces => f.write_str(
                "the columns are separated by spaces; separate them by commas, semicolons or tabs",
            ),
            Self::LongRow { limit } => write!(
                f,
                "a row has more than {} MiB; is a quotation mark missing, or is this not a table?",
                limit >> 20
            ),
            Self::OpenQuote => f.write_str(
                "a quotation mark opens a cell that is not closed; add the second mark, or remove it",
            ),
            Self::LineBreak { cell } => write!(
                f,
                "the cell {cell:?} has several lines; is a quotation mark missing after it, or one too many \
                 before it?"
            ),
            Self::TextAfterQuote { cell } => write!(
                f,
                "the quoted cell {cell:?} is followed by more text; write quotation marks within it twice"
            ),
            _ => self.fmt_row(f),
        }
    }
}

impl TableProblem {
    /// A problem with rows, names and numbers.
    fn fmt_row(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Columns { found, needed, header } => {
                let first = if *header { "header" } else { "first row" };
                write!(f, "the row has {found} columns, must have {needed} like the {first}")
            }
            Self::ManyColumns { found, limit } => {
                write!(f, "the first row has {found} columns; at most {limit} can be read")
            }
            Self::AmbiguousHeader { row } => write!(
                f,
                "the first row ({}) may be names or data; say which with --header yes or --header no \
                 (TableOptions::header)",
                list(row)
            ),
            Self::Preamble { rows, found, classes } => write!(
                f,
                "the first row promises {rows} rows with classes below {classes} in the last column, as \
                 files of scikit-learn do, but there are {found} rows or other classes; remove the first row"
            ),
            Self::MixedDecimals { comma, point } => write!(
                f,
                "{comma:?} has a decimal comma, but {point:?} elsewhere a decimal point; say which is \
                 meant with --decimal comma or --decimal point (TableOptions::decimal)"
            ),
            Self::Thousands { cell } => write!(
                f,
                "the comma in {cell:?} may be before thousands or decimals; remove it, or say --decimal \
                 comma or --decimal point (TableOptions::decimal)"
            ),
            Self::QuotedComma { name, cell } => write!(
                f,
                "the column {name:?} has numbers with a comma within quotation marks, such as {cell:?}; say \
                 --decimal comma if decimals follow it, or --decimal point to take them for texts \
                 (TableOptions::decimal)"
            ),
            Self::DuplicateName { name } => write!(f, "two columns have the name {name:?}; rename one"),
            Self::Lengths { found, needed } => {
                write!(f, "the column has {found} rows, must have {needed} like the first column")
            }
            Self::Code { code, words } => {
                write!(f, "the code {code} must be below the number of words, {words}, or MISSING")
            }
            Self::NotANumber { cell } => write!(f, "{cell:?} must be a finite number"),
            Self::NotADate { cell } => write!(f, "{cell:?} must be a date like the others of the column"),
            _ => Ok(()),
        }
    }
}
