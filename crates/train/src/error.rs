//! Why a fit cannot begin, each reason with what to do about it.

use std::fmt;
use wengert_nn::TargetKind;

/// Why a fit could not begin.
#[derive(Debug)]
pub enum TrainError {
    /// The loss compares with another kind of targets than the data have.
    Targets {
        /// What the loss needs.
        needed: TargetKind,
    },
    /// Early stopping needs a validation set.
    NoValidation,
    /// The threads could not be started.
    Threads(rayon::ThreadPoolBuildError),
}

impl fmt::Display for TrainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Targets { needed: TargetKind::Classes } => {
                write!(f, "the loss needs classes as targets, but the data have values: use a squared loss")
            }
            Self::Targets { needed: TargetKind::Values } => {
                write!(f, "the loss needs values as targets, but the data have classes: use cross-entropy")
            }
            Self::NoValidation => {
                write!(f, "early stopping needs validation data: split off a validation part larger than 0")
            }
            Self::Threads(error) => write!(f, "the threads could not be started: {error}"),
        }
    }
}

impl std::error::Error for TrainError {}
