//! The error of this crate: a place in the data, and a problem there. Each message says what was found and
//! what is needed.

#[cfg(feature = "csv")]
use crate::encoding_problem::EncodingProblem;
#[cfg(feature = "csv")]
use crate::table_problem::TableProblem;
use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::io;
use std::path::Path;
use wengert_files::{excerpt, list, shortened};

/// The reason why data cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub struct DataError {
    /// Where the problem is.
    pub place: Box<Place>,
    /// What the problem is.
    pub problem: DataProblem,
}

/// A place in a file or in a data set. Lines, rows and columns count from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The path of a file or a folder, or the name of a data set.
    pub name: String,
    /// The line of a text file.
    pub line: Option<usize>,
    /// The row of a table in memory: the example.
    pub row: Option<usize>,
    /// The column of a text file or a table.
    pub column: Option<usize>,
    /// The name of the column.
    pub column_name: Option<String>,
}

/// What the columns of a data set are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The inputs of the model.
    Features,
    /// The desired outputs.
    Targets,
}

/// Items of a data set that may have names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedItems {
    /// The columns of the features.
    Features,
    /// The columns of the targets.
    Targets,
    /// The classes.
    Classes,
}

/// A problem with data.
#[derive(Debug)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the sentence of each variant explains its fields")]
pub enum DataProblem {
    /// A file cannot be opened, read or decompressed.
    Unreadable(io::Error),
    /// There are no examples.
    NoExamples,
    /// The examples have no features.
    NoFeatures,
    /// The number of `values` of a table is not a multiple of its `width`, or not `width` times the number of
    /// `examples`.
    Shape { table: Role, values: usize, width: usize, examples: Option<usize> },
    /// A row has this number of `values`, the rows before it have `width`.
    RowLength { values: usize, width: usize },
    /// A `label` is not below the number of `classes`.
    LabelOutOfRange { label: u32, classes: usize },
    /// A `value` of a table is infinite or NaN.
    NotFinite { table: Role, value: f64 },
    /// There are `found` names for `needed` items.
    NameCount { items: NamedItems, found: usize, needed: usize },
    /// There are `found` weights for a number of `examples`.
    WeightCount { found: usize, examples: usize },
    /// The weight of an example is neither 0 nor from 1e-300 to 1e300.
    Weight { value: f64 },
    /// The `sum` of all weights is 0 or infinite.
    WeightSum { sum: f64 },
    /// A problem with dividing the examples.
    Split(SplitProblem),
    /// No data set has this name. The `known` names, and among them the `nearest`, which differs in one or
    /// two letters.
    UnknownName { known: Vec<&'static str>, nearest: Option<&'static str> },
    /// The files of the bundled data sets are not part of this build.
    NotIncluded,
    /// A text is not the file of this bundled data set.
    NotItsFile,
    /// A file exists, but the crate was compiled without the reader of CSV files.
    NoReader,
    /// A problem with IDX files.
    Idx(IdxProblem),
    /// A problem with a table.
    #[cfg(feature = "csv")]
    Table(TableProblem),
    /// A problem with a table as the data of a model.
    #[cfg(feature = "csv")]
    Encoding(EncodingProblem),
    /// A file changed while it was read.
    Changed,
}

/// A problem with dividing the examples into parts.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the sentence of each variant explains its fields")]
pub enum SplitProblem {
    /// The fractions of a split are negative, do not add up to 1, or leave nothing to train on.
    Fractions { train: f64, validation: f64, test: f64 },
    /// A `part` of a split with a positive `fraction` of the `examples` would be empty.
    EmptyPart { part: &'static str, fraction: f64, examples: usize },
    /// The number of parts, `count`, of a cross-validation is below 2 or above the number of `examples`.
    Folds { count: usize, examples: usize },
}

/// A problem with an IDX file, a pair of them, or a folder of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the sentence of each variant explains its fields")]
pub enum IdxProblem {
    /// A folder has no `file` of this name, neither plain nor with the ending `.gz`.
    MissingFile { file: String },
    /// The first four `bytes` are not those of an IDX file of unsigned bytes.
    NotUnsignedBytes { bytes: [u8; 4] },
    /// The number of dimensions, `rank`, is wrong for a file of this table.
    Rank { rank: usize, table: Role },
    /// One of the `extents` is 0, or their product overflows.
    Extents { extents: Vec<usize> },
    /// The file ends after the elements `found`, fewer than its `extents` say.
    Truncated { found: usize, extents: Vec<usize> },
    /// The file has more elements than its `extents` say.
    TooLong { extents: Vec<usize> },
    /// The number of `labels` differs from the number of `images`.
    LabelCount { labels: usize, images: usize },
    /// The test images have another number of pixels, `found`, than the training images, `needed`.
    ImageSize { found: usize, needed: usize },
    /// A compressed file of images cannot be read in pieces.
    Compressed,
}

#[cfg(feature = "csv")]
impl From<EncodingProblem> for DataProblem {
    fn from(problem: EncodingProblem) -> Self {
        Self::Encoding(problem)
    }
}

#[cfg(feature = "csv")]
impl From<TableProblem> for DataProblem {
    fn from(problem: TableProblem) -> Self {
        Self::Table(problem)
    }
}

impl From<SplitProblem> for DataProblem {
    fn from(problem: SplitProblem) -> Self {
        Self::Split(problem)
    }
}

impl From<IdxProblem> for DataProblem {
    fn from(problem: IdxProblem) -> Self {
        Self::Idx(problem)
    }
}

impl DataProblem {
    /// The error of this problem in a data set, a file or a folder.
    pub(crate) fn of(self, name: impl Into<String>) -> DataError {
        let place = Box::new(Place { name: name.into(), ..Place::default() });
        DataError { place, problem: self }
    }

    /// The error of this problem in a file or a folder.
    pub(crate) fn of_path(self, path: &Path) -> DataError {
        self.of(path.display().to_string())
    }
}

impl DataError {
    /// The error of examples of the program's own that cannot be read from where `name` says.
    #[must_use]
    pub fn unreadable(name: impl Into<String>, error: io::Error) -> Self {
        DataProblem::Unreadable(error).of(name)
    }
}

impl Display for DataError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&shortened(&self.name, 1000))?;
        let numbers = [("line", self.line), ("row", self.row), ("column", self.column)];
        let mut known = numbers.iter().filter_map(|(what, number)| Some((what, (*number)?)));
        known.try_for_each(|(what, number)| write!(f, ", {what} {number}"))?;
        self.column_name.as_ref().map_or(Ok(()), |name| write!(f, " ({:?})", excerpt(name)))
    }
}

impl Display for Role {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Features => "features",
            Self::Targets => "targets",
        })
    }
}

impl Display for NamedItems {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Features => "features",
            Self::Targets => "columns of targets",
            Self::Classes => "classes",
        })
    }
}

impl Display for DataProblem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "cannot be read: {error}"),
            Self::NoExamples => write!(f, "there are no examples; at least one is needed"),
            Self::NoFeatures => write!(f, "the examples have no features; at least one column is needed"),
            Self::Shape { table, values, width, examples: None } => {
                write!(f, "{values} {table} do not fill rows of width {width}")
            }
            Self::Shape { table, values, width, examples: Some(n) } => {
                write!(f, "{values} {table} do not fill {n} rows of width {width}, one per example")
            }
            Self::RowLength { values, width } => {
                write!(f, "there are {values} values, must be {width} as in the rows before")
            }
            Self::LabelOutOfRange { label, classes } => {
                write!(f, "the label {label} must be below the number of classes, {classes}")
            }
            Self::NotFinite { table, value } => write!(f, "{value} in the {table} must be finite"),
            Self::NameCount { items, found, needed } => {
                write!(f, "there are {found} names for {needed} {items}; one per item is needed")
            }
            Self::WeightCount { found, examples } => {
                write!(f, "there are {found} weights for {examples} examples; one per example is needed")
            }
            Self::Weight { value } => write!(f, "the weight {value:?} must be 0 or from 1e-300 to 1e300"),
            Self::WeightSum { sum } => {
                write!(f, "the weights add up to {sum}; their sum must be positive and finite")
            }
            Self::Split(problem) => problem.fmt(f),
            Self::UnknownName { known, nearest } => {
                let hint = nearest.map(|name| format!("did you mean {name:?}? ")).unwrap_or_default();
                write!(f, "no data set has this name; {hint}The names are {}", known.join(", "))?;
                f.write_str("; of a file, give the path")
            }
            Self::NotIncluded => f.write_str(
                "this build does not contain the file of the data set; give its content to \
                 `NamedDataSet::read`",
            ),
            Self::NotItsFile => f.write_str("this is not the file of the data set; give that of the package"),
            Self::NoReader => f.write_str("to read this file, turn on the crate feature \"csv\""),
            Self::Idx(problem) => problem.fmt(f),
            #[cfg(feature = "csv")]
            Self::Table(problem) => problem.fmt(f),
            #[cfg(feature = "csv")]
            Self::Encoding(problem) => problem.fmt(f),
            Self::Changed => f.write_str("the file changed while it was read; read it again"),
        }
    }
}

impl Display for SplitProblem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fractions { train, validation, test } => write!(
                f,
                "the fractions {train} / {validation} / {test} (train / validation / test) must be from 0 \
                 to 1 and add up to 1, and train must be positive"
            ),
            Self::EmptyPart { part, fraction, examples } => write!(
                f,
                "the {part} part, {fraction} of {examples} examples, would be empty; use a larger \
                 fraction, 0, or more examples"
            ),
            Self::Folds { count, examples } => write!(
                f,
                "{examples} examples cannot be divided into {count} folds; 2 to {examples} are possible"
            ),
        }
    }
}

impl Display for IdxProblem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingFile { file } => write!(
                f,
                "there is no {file} or {file}.gz; a folder in the form of MNIST has \
                 {{train,t10k}}-images-idx3-ubyte and {{train,t10k}}-labels-idx1-ubyte"
            ),
            Self::NotUnsignedBytes { bytes } => write!(
                f,
                "the file begins with the bytes {bytes:02x?}; an IDX file of unsigned bytes begins with \
                 [00, 00, 08] and its number of dimensions"
            ),
            Self::Rank { rank, table: Role::Features } => {
                write!(f, "images have at least 2 dimensions, not {rank}; are images and labels swapped?")
            }
            Self::Rank { rank, table: Role::Targets } => {
                write!(f, "labels have 1 dimension, not {rank}; are images and labels swapped?")
            }
            Self::Extents { extents } => {
                write!(
                    f,
                    "the dimensions {} must be positive, and their product must fit in memory",
                    times(extents)
                )
            }
            Self::Truncated { found, extents } => {
                write!(f, "the file ends after {found} of {} elements; fetch it again", times(extents))
            }
            Self::TooLong { extents } => {
                write!(f, "the file has more than {} elements; fetch it again", times(extents))
            }
            Self::LabelCount { labels, images } => {
                write!(f, "there are {labels} labels for {images} images; one per image is needed")
            }
            Self::ImageSize { found, needed } => {
                write!(f, "the images have {found} pixels, must have {needed} like the training images")
            }
            Self::Compressed => {
                f.write_str("a compressed file cannot be read in pieces; decompress it with gunzip first")
            }
        }
    }
}

/// A shape as people write it: `60000 x 28 x 28`.
fn times(extents: &[usize]) -> String {
    list(extents).replace(", ", " x ")
}

impl Error for DataError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            DataProblem::Unreadable(error) => Some(error),
            _ => None,
        }
    }
}
