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
    /// The loss tells two classes apart, and the data have more.
    TooManyClasses {
        /// How many the data have.
        classes: usize,
    },
    /// The model takes rows of another width than the data have.
    Inputs {
        /// The width that the model takes.
        model: usize,
        /// The width of the data.
        data: usize,
    },
    /// The model gives another number of outputs than the targets need.
    Outputs {
        /// How many it gives.
        model: usize,
        /// How many are needed.
        data: usize,
    },
    /// A layer needs at least two examples in a batch to train with, and the last batch of an epoch has one.
    BatchOfOne {
        /// The number of training examples.
        examples: usize,
        /// The examples a step.
        batch_size: usize,
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
            Self::Targets { needed: TargetKind::TwoClasses } => {
                write!(f, "the loss needs two classes or values as targets")
            }
            Self::TooManyClasses { classes } => write!(
                f,
                "the loss tells two classes apart, but the data have {classes}: use cross-entropy or the multi-class \
                 hinge"
            ),
            Self::Inputs { model, data } => {
                write!(
                    f,
                    "the model takes rows of width {model}, but the data have {data}: make its first width {data}"
                )
            }
            Self::Outputs { model, data } => {
                write!(
                    f,
                    "the model gives {model} outputs, but the targets need {data}: make its last width {data}"
                )
            }
            Self::BatchOfOne { examples, batch_size } => write!(
                f,
                "{examples} training examples in batches of {batch_size} leave a last batch of 1, which has no variance \
                 for batch normalisation: choose another batch size"
            ),
            Self::NoValidation => {
                write!(f, "early stopping needs validation data: split off a validation part larger than 0")
            }
            Self::Threads(error) => write!(f, "the threads could not be started: {error}"),
        }
    }
}

impl std::error::Error for TrainError {}
