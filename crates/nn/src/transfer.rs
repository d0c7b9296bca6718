//! Why parameters could not be moved from one model to another.

use std::fmt;

/// Why parameters could not be copied by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransferError {
    /// No parameter of the target has a name that matches.
    NothingMatches {
        /// The pattern.
        pattern: String,
        /// The names there are.
        names: String,
    },
    /// The source has no parameter of this name.
    Missing {
        /// The name.
        name: String,
    },
    /// Source and target have a parameter of this name, but not of the same shape.
    Shape {
        /// The name.
        name: String,
        /// The shape at the source.
        source: Vec<usize>,
        /// The shape at the target.
        target: Vec<usize>,
    },
}

impl fmt::Display for TransferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingMatches { pattern, names } => {
                write!(f, "no parameter matches {pattern:?}; give a pattern for some of {names}")
            }
            Self::Missing { name } => {
                write!(
                    f,
                    "the source has no {name:?}; give a pattern that leaves it out, or rename the layer"
                )
            }
            Self::Shape { name, source, target } => write!(
                f,
                "{name:?} has shape {source:?} at the source and {target:?} at the target; give a pattern that leaves \
                 it out, or layers of equal widths"
            ),
        }
    }
}

impl std::error::Error for TransferError {}
