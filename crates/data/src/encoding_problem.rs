//! Problems with the columns of a table as inputs and targets of a model.

use std::fmt::{self, Display, Formatter};
use wengert_files::{excerpt, list};

/// A problem with a table as the data of a model.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the sentence of each variant explains its fields")]
pub enum EncodingProblem {
    /// No column has this `name` or number. The names are `known`, and one may be the `nearest`.
    UnknownColumn { name: String, known: Vec<String>, nearest: Option<String> },
    /// A column, `name`, has two roles: as a target, as the weights, or as one that is dropped.
    TwoRoles { name: String },
    /// No column is left as an input.
    NoInputs,
    /// No target was named, the `last` column would be taken, but another, the `candidate`, looks like one.
    TargetChoice { last: String, candidate: String },
    /// A value is missing.
    Missing,
    /// A value of the target is missing.
    MissingTarget,
    /// A value is missing in a column that had none in the training data.
    NewlyMissing,
    /// All values of a column, `name`, are missing in the training rows.
    Empty { name: String },
    /// Medians need all values of a column in memory.
    MedianOfStream,
    /// The scaling by quantiles needs all values of a column in memory.
    QuantilesOfStream,
    /// A number is infinite.
    NotFinite { value: f64 },
    /// A column of texts, `name`, has `found` different ones, more than the `limit`. If most of its cells are
    /// numbers, a `cell` that is not.
    Categories { name: String, found: usize, limit: usize, cell: Option<String> },
    /// The target has one `class` only.
    OneClass { class: String },
    /// The target has about as many `classes` as half of the `rows`, or more.
    ManyClasses { classes: usize, rows: usize },
    /// A `cell` of the target of a regression is not a number.
    TextTarget { cell: String },
    /// The target of a classification are dates.
    DateTarget,
    /// Several columns are targets of a classification.
    SeveralTargets { targets: usize },
    /// A `class` is not among the `known` ones.
    UnknownClass { class: String, known: Vec<String> },
    /// A text, `cell`, is not among the `known` ones of its column.
    UnknownCategory { cell: String, known: Vec<String> },
    /// The table lacks columns, `names`, that the model needs.
    MissingColumns { names: Vec<String> },
    /// The table has columns, `names`, that the model does not know; its columns are `known`.
    ExtraColumns { names: Vec<String>, known: Vec<String> },
    /// A table without a header has another number of columns, `found`, than the `inputs` or `all` columns.
    ColumnCount { found: usize, inputs: usize, all: usize },
    /// A column has other values than the one that the model was trained on: a `cell` for `needed`.
    Kind { cell: String, needed: &'static str },
}

impl Display for EncodingProblem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownColumn { .. }
            | Self::TwoRoles { .. }
            | Self::NoInputs
            | Self::TargetChoice { .. } => self.fmt_role(f),
            Self::OneClass { .. }
            | Self::ManyClasses { .. }
            | Self::TextTarget { .. }
            | Self::DateTarget
            | Self::SeveralTargets { .. }
            | Self::UnknownClass { .. } => self.fmt_target(f),
            Self::MissingColumns { .. } | Self::ExtraColumns { .. } | Self::ColumnCount { .. } => {
                self.fmt_columns(f)
            }
            _ => self.fmt_value(f),
        }
    }
}

impl EncodingProblem {
    /// A problem with the roles of columns.
    fn fmt_role(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownColumn { name, known, nearest } => {
                write!(f, "no column has the name or the number {:?}; ", excerpt(name))?;
                nearest.as_ref().map_or(Ok(()), |name| write!(f, "did you mean {name:?}? "))?;
                write!(f, "The names are {}", list(known))
            }
            Self::TwoRoles { name } => write!(
                f,
                "the column {name:?} has two roles; it can only be one of target, weight and dropped"
            ),
            Self::TargetChoice { last, candidate } => write!(
                f,
                "which column is the target? {candidate:?} looks like it, but the last column is {last:?}; \
                 say --target {candidate:?} or --target {last:?}"
            ),
            _ => f.write_str("no column is left as an input; at least one besides the target is needed"),
        }
    }

    /// A problem with a target.
    fn fmt_target(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneClass { class } => write!(
                f,
                "the target has one class only, {class:?}; at least two are needed: choose another column \
                 with --target"
            ),
            Self::ManyClasses { classes, rows } => write!(
                f,
                "the target has {classes} classes in {rows} rows, about one for each; choose another column \
                 with --target, or say --task regression if it has numbers"
            ),
            Self::TextTarget { cell } => write!(
                f,
                "{cell:?} is not a number, which the target of a regression must have; correct it, or say \
                 --task classification"
            ),
            Self::SeveralTargets { targets } => {
                write!(f, "{targets} columns are targets; a classification has one")
            }
            Self::UnknownClass { class, known } => {
                write!(f, "the class {class:?} is not one of the model, which knows {}", list(known))
            }
            _ => f.write_str("the target has dates, which are no classes; say --task regression"),
        }
    }

    /// A problem with the columns of a table for a model.
    fn fmt_columns(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingColumns { names } => {
                write!(f, "the model needs the columns {}, which the table lacks", list(names))
            }
            Self::ExtraColumns { names, known } => {
                let (names, known) = (list(names), list(known));
                write!(f, "the model does not know the columns {names}; remove them. It knows {known}")
            }
            Self::ColumnCount { found, inputs, all } => write!(
                f,
                "there are {found} columns; without a header, the model needs its {inputs} inputs, or all \
                 {all} columns of the table that it was trained on, in their order"
            ),
            _ => Ok(()),
        }
    }

    /// A problem with a value or the values of a column.
    fn fmt_value(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str(
                "the value is missing; fill it in, or say what to do with --missing mean, median, indicator \
                 or drop",
            ),
            Self::MissingTarget => f.write_str(
                "the value of the target is missing; fill it in, remove the row, or leave out such rows with \
                 --missing drop",
            ),
            Self::NewlyMissing => f.write_str(
                "the value is missing, but none was in this column when the model was trained; fill it in",
            ),
            Self::Empty { name } => write!(
                f,
                "the column {name:?} has no values in the training rows; leave it out with --drop {name:?}"
            ),
            Self::NotFinite { value } => write!(f, "{value} must be a finite number"),
            Self::Categories { name, found, limit, cell } => {
                if let Some(cell) = cell {
                    write!(
                        f,
                        "{cell:?} is not a number, unlike most cells of the column, and so all are texts: "
                    )?;
                }
                write!(
                    f,
                    "the column {name:?} has {found} different texts, more than the limit of {limit}; "
                )?;
                match cell {
                    Some(_) => write!(f, "correct the cell, or leave the column out with --drop {name:?}"),
                    None => {
                        write!(f, "leave it out with --drop {name:?}, or raise the limit with --categories")
                    }
                }
            }
            Self::UnknownCategory { cell, known } => write!(
                f,
                "{cell:?} did not occur in this column when the model was trained ({}); train with \
                 --unknown zeros to accept it",
                list(known)
            ),
            Self::MedianOfStream => f.write_str(
                "the median of a column needs all of its values in memory; say --missing mean, indicator or \
                 drop",
            ),
            Self::QuantilesOfStream => f.write_str(
                "robust scaling needs all values of a column in memory; say --scaling standardise, min-max \
                 or none",
            ),
            Self::Kind { cell, needed } => {
                write!(f, "{cell:?} should be one of the {needed} that this column had in training")
            }
            _ => Ok(()),
        }
    }
}
