//! What can be wrong with a CSV file.

use std::fmt::{self, Display, Formatter};
use std::io;

/// What is wrong with a CSV file, or with one of its lines.
#[derive(Debug)]
#[non_exhaustive]
pub enum CsvProblem {
    /// The file can't be opened, read or decompressed.
    Unreadable(io::Error),
    /// The file has no lines.
    Empty,
    /// The file has a header and no rows.
    HeaderOnly,
    /// There is one column, so nothing stands before the label.
    LabelOnly,
    /// A row is not as long as the first.
    Ragged {
        /// Its columns.
        columns: usize,
        /// The columns of the first row.
        expected: usize,
    },
    /// A row holds neither the features of a model nor these and a label.
    Width {
        /// Its columns.
        columns: usize,
        /// The features of the model.
        width: usize,
    },
    /// A cell is not a number.
    NotANumber {
        /// Its column.
        column: usize,
        /// What it holds.
        cell: String,
    },
    /// A cell is infinite, NaN or too large for 32 bits.
    NotFinite {
        /// Its column.
        column: usize,
        /// What it holds.
        cell: String,
    },
    /// The last cell of a row is not a label.
    NotALabel {
        /// Its column.
        column: usize,
        /// What it holds.
        cell: String,
    },
}

impl Display for CsvProblem {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "can't be read: {error}"),
            Self::Empty => write!(f, "the file is empty; give one row an example"),
            Self::HeaderOnly => write!(f, "nothing follows the header; give one row an example"),
            Self::LabelOnly => write!(f, "one column; give the features first and the label last"),
            Self::Ragged { columns, expected } => {
                write!(
                    f,
                    "the row has {columns} columns, but the first has {expected}; \
                     all rows must be equally long"
                )
            }
            Self::Width { columns, width } => {
                let with_label = width + 1;
                write!(
                    f,
                    "the row has {columns} columns; \
                     the model takes {width} (features) or {with_label} (features, then the label)"
                )
            }
            Self::NotANumber { column, cell } => {
                write!(f, "column {column} is {cell:?}, which is not a number")
            }
            Self::NotFinite { column, cell } => {
                write!(f, "column {column} is {cell:?}; every feature must be finite and fit in 32 bits")
            }
            Self::NotALabel { column, cell } => {
                write!(
                    f,
                    "column {column} is {cell:?}; \
                     the last column must be the label, an integer that counts from 0"
                )
            }
        }
    }
}
