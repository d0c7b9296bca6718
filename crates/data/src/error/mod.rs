//! What can be wrong with data. Each message says what was found, where, and what would be right.

mod csv;
mod idx;

pub use csv::CsvProblem;
pub use idx::IdxProblem;

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;

use crate::catalogue::data_set_names;

/// Why data can't be used. Rows, columns and lines count from 1.
#[derive(Debug)]
#[non_exhaustive]
pub enum DataError {
    /// A data set has no examples.
    Empty {
        /// The data set.
        name: String,
    },
    /// The values of a data set do not fill its rows.
    Shape {
        /// The data set.
        name: String,
        /// Which of its tables.
        part: Part,
        /// How many values there are.
        values: usize,
        /// How many values a row should have.
        width: usize,
        /// How many rows there should be, where that is known.
        examples: Option<usize>,
    },
    /// A label is not below the number of classes.
    LabelOutOfRange {
        /// The data set.
        name: String,
        /// The example.
        row: usize,
        /// Its label.
        label: u32,
        /// The number of classes.
        classes: usize,
    },
    /// A value is infinite or NaN.
    NotFinite {
        /// The data set.
        name: String,
        /// Which of its tables.
        part: Part,
        /// The example.
        row: usize,
        /// The feature or the component of the target.
        column: usize,
        /// The value.
        value: f64,
    },
    /// Fractions of a split that do not add up to a whole.
    Fractions {
        /// To train on.
        train: f64,
        /// To choose hyper-parameters on.
        validation: f64,
        /// To report.
        test: f64,
    },
    /// A part of a split would have no example, though its fraction is positive.
    TooFewExamples {
        /// The data set.
        name: String,
        /// How many examples it has.
        examples: usize,
        /// The part: train, validation or test.
        part: &'static str,
        /// Its fraction.
        fraction: f64,
    },
    /// No data set has this name.
    UnknownName {
        /// The name asked for.
        name: String,
        /// A known name that is spelt almost like it.
        nearest: Option<&'static str>,
    },
    /// A CSV file can't be used.
    Csv {
        /// The file.
        path: PathBuf,
        /// The line, where one is to blame.
        line: Option<usize>,
        /// What is wrong.
        problem: CsvProblem,
    },
    /// An IDX file, or a folder of them, can't be used.
    Idx {
        /// The file or the folder.
        path: PathBuf,
        /// What is wrong.
        problem: IdxProblem,
    },
}

/// One of the two tables of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What the model sees.
    Features,
    /// What it should answer.
    Targets,
}

impl Display for DataError {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        match self {
            Self::Empty { name } => write!(f, "{name}: no examples; give at least one"),
            Self::Shape { name, part, values, width, examples: None } => {
                write!(
                    f,
                    "{name}: {values} {part} do not fill rows of width {width}; \
                     give a multiple of a positive width"
                )
            }
            Self::Shape { name, part, values, width, examples: Some(examples) } => {
                write!(
                    f,
                    "{name}: {values} {part} are not {examples} rows of width {width}; \
                     give one row an example, of positive width"
                )
            }
            Self::LabelOutOfRange { name, row, label, classes } => {
                write!(
                    f,
                    "{name}: row {row} has label {label}, but there are {classes} classes; \
                     labels count from 0"
                )
            }
            Self::NotFinite { name, part, row, column, value } => {
                write!(
                    f,
                    "{name}: row {row}, column {column} of the {part} is {value}; every value must be finite"
                )
            }
            Self::Fractions { train, validation, test } => {
                write!(
                    f,
                    "split {train} / {validation} / {test} (train / validation / test): \
                     the fractions must lie in 0 to 1 and sum to 1, and train must be positive"
                )
            }
            Self::TooFewExamples { name, examples, part, fraction } => {
                write!(
                    f,
                    "{name}: the {part} part, {fraction} of {examples} examples, would be empty; \
                     give more examples or another fraction"
                )
            }
            Self::UnknownName { name, nearest } => {
                write!(f, "no data set is called {name:?}; ")?;
                if let Some(nearest) = nearest {
                    write!(f, "did you mean {nearest:?}? ")?;
                }
                write!(f, "Known are: {}", data_set_names().collect::<Vec<_>>().join(", "))
            }
            Self::Csv { path, line: None, problem } => write!(f, "{}: {problem}", path.display()),
            Self::Csv { path, line: Some(line), problem } => {
                write!(f, "{}, line {line}: {problem}", path.display())
            }
            Self::Idx { path, problem } => write!(f, "{}: {problem}", path.display()),
        }
    }
}

impl Display for Part {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Features => "features",
            Self::Targets => "targets",
        })
    }
}

impl Error for DataError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Csv { problem: CsvProblem::Unreadable(error), .. }
            | Self::Idx { problem: IdxProblem::Unreadable(error), .. } => Some(error),
            _ => None,
        }
    }
}
