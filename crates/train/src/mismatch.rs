//! Models, losses and data that do not fit together.

use std::fmt;
use wengert_nn::TargetKind;

/// The reason why a model, a loss and data do not fit together. The message says how to correct it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mismatch {
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
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TargetKind { needed } => f.write_str(targets_for(*needed)),
            Self::TooManyClasses { classes } => write!(
                f,
                "the loss distinguishes two classes, but the data have {classes}: use cross-entropy or the \
                 multi-class hinge loss"
            ),
            Self::OneClass => f.write_str(
                "all examples belong to one class, so there is nothing to learn: give examples of at least \
                 two classes",
            ),
            Self::OtherColumns { part } => write!(
                f,
                "the {part} part has another number of features, classes or target values than the training \
                 part: make them the same for all parts"
            ),
            Self::OtherScaling { part } => write!(
                f,
                "the {part} part is stored with another scaling than the training part: standardise the \
                 whole split, or bring the part to that scaling with Dataset::scaled_as"
            ),
            Self::ScaledTargets => f.write_str(
                "the targets are standardised, but the loss needs targets in their own units: leave out \
                 standardised_targets(), or use a squared, absolute or Huber loss",
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
        }
    }
}

fn targets_for(needed: TargetKind) -> &'static str {
    match needed {
        TargetKind::Classes => {
            "the loss needs classes as targets, but the data have values: use a squared loss"
        }
        TargetKind::Values => {
            "the loss needs values as targets, but the data have classes: use cross-entropy"
        }
        TargetKind::Probabilities => {
            "the loss needs probabilities as targets, but the data have classes: use cross-entropy"
        }
        TargetKind::TwoClasses => "the loss needs two classes or values as targets",
    }
}

impl std::error::Error for Mismatch {}
