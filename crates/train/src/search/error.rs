//! The error of a hyper-parameter search.

#[cfg(feature = "tables")]
use super::results_error::ResultsError;
use crate::error::TrainError;
use crate::ranks::RankError;
use std::fmt;

/// The reason why a hyper-parameter search has no result. The message says how to correct it.
#[derive(Debug)]
#[non_exhaustive]
pub enum SearchError {
    /// There are no settings.
    NoSettings,
    /// A grid does not know which values of a range to take.
    NoSteps {
        /// The name of the setting.
        name: String,
    },
    /// There are too many trials.
    TooManyTrials {
        /// Their number.
        trials: u128,
        /// The largest possible number.
        limit: u128,
    },
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
    /// The training run of a trial could not begin.
    Trial {
        /// The number of the trial, counted from 1.
        number: usize,
        /// Its settings.
        settings: String,
        /// The error of the training run.
        source: Box<TrainError>,
    },
    /// The results cannot be kept or continued.
    #[cfg(feature = "tables")]
    Results {
        /// The reason.
        source: ResultsError,
    },
    /// The ranks cannot search together, or no longer.
    Ranks {
        /// The reason.
        source: RankError,
    },
    /// The validation loss of every trial is infinite or NaN.
    AllDiverged,
}

impl fmt::Display for SearchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSettings => f.write_str("search: there are no settings; give at least one"),
            Self::NoSteps { name } => write!(
                f,
                "search: {name} is a range, of which a grid takes equally distant values: give their number, \
                 steps, or list the values"
            ),
            Self::TooManyTrials { trials, limit } => {
                write!(f, "search: {trials} trials are too many; give at most {limit}")
            }
            Self::TooFewFolds { folds } => {
                write!(f, "cross-validation: there are {folds} folds; give at least 2")
            }
            Self::NoValidation => f.write_str(
                "search: settings are compared on validation data: split off a validation part larger than 0",
            ),
            Self::Train { source } => source.fmt(f),
            Self::Trial { number, settings, source } => write!(f, "trial {number} ({settings}): {source}"),
            #[cfg(feature = "tables")]
            Self::Results { source } => source.fmt(f),
            Self::Ranks { source } => source.fmt(f),
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
            Self::Trial { source, .. } => Some(&**source),
            #[cfg(feature = "tables")]
            Self::Results { source } => Some(source),
            Self::Ranks { source } => Some(source),
            _ => None,
        }
    }
}

impl From<RankError> for SearchError {
    fn from(source: RankError) -> Self {
        Self::Ranks { source }
    }
}

#[cfg(feature = "tables")]
impl From<ResultsError> for SearchError {
    fn from(source: ResultsError) -> Self {
        Self::Results { source }
    }
}
