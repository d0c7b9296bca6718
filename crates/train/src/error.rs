//! The error of a training run that cannot begin.

use crate::state::ResumeError;
use rayon::ThreadPoolBuildError;
use std::fmt;
use wengert_nn::{RowMixing, TargetKind};

/// The reason why training cannot begin or continue. The message says how to correct it.
#[derive(Debug)]
#[non_exhaustive]
pub enum TrainError {
    /// The loss needs another kind of targets than the data have.
    TargetKind {
        /// The kind that the loss needs.
        needed: TargetKind,
    },
    /// The loss distinguishes two classes, but the data have more.
    TooManyClasses {
        /// The number of classes in the data.
        classes: usize,
    },
    /// All examples of the data belong to one class, so that there is nothing to learn: the softmax of a
    /// single output is 1.
    OneClass,
    /// The validation or the test part has other numbers of features, of classes or of target values than the
    /// training part.
    OtherColumns {
        /// The name of the part.
        part: &'static str,
    },
    /// The validation or the test part is stored with another scaling than the training part.
    OtherScaling {
        /// The name of the part.
        part: &'static str,
    },
    /// The targets are standardised, but the loss is not one of differences: it needs probabilities, or one
    /// of two numbers.
    ScaledTargets,
    /// The input width of the model differs from the number of features.
    InputWidth {
        /// The input width of the model.
        model: usize,
        /// The number of features in the data.
        data: usize,
    },
    /// The output width of the model differs from the width that the targets need.
    OutputWidth {
        /// The output width of the model.
        model: usize,
        /// The width that the targets need.
        data: usize,
    },
    /// Batch normalisation needs at least two examples per batch, but the last batch of each epoch
    /// would have one.
    BatchOfOne {
        /// The number of training examples.
        examples: usize,
        /// The number of examples per batch.
        batch_size: usize,
    },
    /// There are no training examples.
    NoExamples,
    /// The outputs for a row depend on other rows, which the layout does not declare.
    MixedRows {
        /// The passes in which they do.
        observed: RowMixing,
    },
    /// The loss of an example depends on other examples, or on their number, which the loss does not declare.
    MixedExamples,
    /// Two passes over the same rows gave different outputs.
    NotRepeatable,
    /// Training cannot continue from the given state.
    Resume {
        /// The reason.
        source: ResumeError,
    },
    /// Early stopping needs a validation part, but the data have none.
    NoValidation,
    /// The thread pool could not be created.
    Threads {
        /// The error of the thread pool.
        source: ThreadPoolBuildError,
    },
}

impl fmt::Display for TrainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TargetKind { needed: TargetKind::Classes } => {
                write!(f, "the loss needs classes as targets, but the data have values: use a squared loss")
            }
            Self::TargetKind { needed: TargetKind::Values } => {
                write!(f, "the loss needs values as targets, but the data have classes: use cross-entropy")
            }
            Self::TargetKind { needed: TargetKind::Probabilities } => write!(
                f,
                "the loss needs probabilities as targets, but the data have classes: use cross-entropy"
            ),
            Self::TargetKind { needed: TargetKind::TwoClasses } => {
                write!(f, "the loss needs two classes or values as targets")
            }
            Self::TooManyClasses { classes } => write!(
                f,
                "the loss distinguishes two classes, but the data have {classes}: use cross-entropy or the \
                 multi-class hinge loss"
            ),
            Self::OneClass => write!(
                f,
                "all examples belong to one class, so there is nothing to learn: give examples of at least two \
                 classes"
            ),
            Self::OtherColumns { part } => write!(
                f,
                "the {part} part has another number of features, classes or target values than the training \
                 part: make them the same for all parts"
            ),
            Self::OtherScaling { part } => write!(
                f,
                "the {part} part is stored with another scaling than the training part: standardise the whole \
                 split, or bring the part to that scaling with Dataset::scaled_as"
            ),
            Self::ScaledTargets => write!(
                f,
                "the targets are standardised, but the loss needs targets in their own units: leave out \
                 standardised_targets(), or use a squared, absolute or Huber loss"
            ),
            Self::InputWidth { model, data } => write!(
                f,
                "the model takes {model} features, but the data have {data}: make the first width of the \
                 model {data}"
            ),
            Self::OutputWidth { model, data } => write!(
                f,
                "the model has {model} outputs, but the targets need {data}: make the last width of the \
                 model {data}"
            ),
            Self::BatchOfOne { examples, batch_size } => write!(
                f,
                "{examples} training examples in batches of {batch_size} leave a last batch of 1, which \
                 has no variance for batch normalisation: choose another batch size"
            ),
            Self::NoExamples => f.write_str("there are no training examples; training needs at least one"),
            Self::MixedRows { observed } => write!(
                f,
                "the outputs of the model for a row depend on other rows of the batch, so batches must not be \
                 split: declare it with layout.mix_rows(RowMixing::{observed:?}) where the layer is created"
            ),
            Self::MixedExamples => f.write_str(
                "the loss of an example depends on other examples of the batch: if this is intended, declare \
                 it with `fn mixes_rows(&self) -> bool { true }` in the loss, so that batches are not split; \
                 if the loss returns a mean over the examples, return their sum instead",
            ),
            Self::NotRepeatable => f.write_str(
                "two passes of the model over the same rows gave different outputs: draw random numbers from \
                 the TrainingPass, so that they follow from the seed",
            ),
            Self::Resume { source } => source.fmt(f),
            Self::NoValidation => {
                write!(f, "early stopping needs validation data: split off a validation part larger than 0")
            }
            Self::Threads { source } => write!(f, "the threads could not be started: {source}"),
        }
    }
}

impl std::error::Error for TrainError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Threads { source } => Some(source),
            Self::Resume { source } => Some(source),
            _ => None,
        }
    }
}
