//! The error of a hyper-parameter search.

use crate::error::TrainError;
use std::fmt;

/// The reason why a hyper-parameter search has no result. The message says how to correct it.
#[derive(Debug)]
#[non_exhaustive]
pub enum SearchError {
    /// There are no settings.
    NoSettings,
    /// There are fewer than two folds.
    TooFewFolds {
        /// The number of folds.
        folds: usize,
    },
    /// The data have no validation part.
    NoValidation,
    /// A training run could not begin.
    Train {
        /// The error of the training run.
        source: TrainError,
    },
    /// The validation loss of every trial is infinite or NaN.
    AllDiverged,
}

impl fmt::Display for SearchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSettings => f.write_str("search: there are no settings; give at least one"),
            Self::TooFewFolds { folds } => {
                write!(f, "cross-validation: there are {folds} folds; give at least 2")
            }
            Self::NoValidation => f.write_str(
                "search: settings are compared on validation data: split off a validation part larger than 0",
            ),
            Self::Train { source } => source.fmt(f),
            Self::AllDiverged => {
                f.write_str("search: no setting has a finite validation loss; give smaller learning rates")
            }
        }
    }
}

impl std::error::Error for SearchError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Train { source } => Some(source),
            _ => None,
        }
    }
}
