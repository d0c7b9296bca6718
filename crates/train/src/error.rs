//! The error of a training run that cannot begin.

use crate::mismatch::Mismatch;
use crate::ranks::RankError;
#[cfg(feature = "safetensors")]
use crate::saved::CheckpointError;
use crate::state::ResumeError;
use rayon::ThreadPoolBuildError;
use std::fmt;
use wengert_data::DataError;
use wengert_nn::RowMixing;

/// The reason why training cannot begin or continue. The message says how to correct it.
#[derive(Debug)]
#[non_exhaustive]
pub enum TrainError {
    /// Model, loss and data do not fit together.
    Mismatch(Mismatch),
    /// A parameter is shrunk twice: by an L2 penalty on the loss and by the weight decay of the optimizer.
    DecayTwice {
        /// The name of the parameter.
        parameter: String,
        /// The strength of the penalty.
        l2: f64,
        /// The weight decay of the optimizer, or of the group of the parameter.
        weight_decay: f64,
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
    /// All examples of a part of the data have weight 0.
    NoWeight {
        /// The name of the part.
        part: &'static str,
    },
    /// Class weights are set, but the targets are values.
    ClassWeightsWithoutClasses,
    /// The number of class weights is not that of the classes.
    ClassWeightCount {
        /// The number of weights.
        found: usize,
        /// The number of classes.
        classes: usize,
    },
    /// The class weights are not valid.
    ClassWeights {
        /// The reason.
        source: DataError,
    },
    /// The best epoch is chosen by accuracy, but the targets are values.
    NoAccuracy,
    /// The outputs for a row depend on other rows, which the layout does not declare.
    MixedRows {
        /// The passes in which they do.
        observed: RowMixing,
    },
    /// The loss of an example depends on other examples, or on their number, which the loss does not declare.
    MixedExamples,
    /// The result of the optimizer is an average of its points, but the model has running statistics, which
    /// belong to the points.
    AveragedStatistics {
        /// The name of the optimizer.
        optimizer: &'static str,
    },
    /// Two passes over the same rows gave different outputs.
    NotRepeatable,
    /// Training cannot continue from the given state.
    Resume {
        /// The reason.
        source: ResumeError,
    },
    /// The state of the run could not be saved to a file, or loaded from it.
    #[cfg(feature = "safetensors")]
    Checkpoint {
        /// The reason.
        source: CheckpointError,
    },
    /// The run was [interrupted](crate::Trainer::interrupted_by).
    Interrupted {
        /// The epoch, counted from 1.
        epoch: usize,
        /// The number of steps of the epoch that are done.
        step: usize,
        /// Whether its state was saved: there is a checkpoint, and the loss is finite.
        is_saved: bool,
    },
    /// Early stopping and the choice of the best epoch need a validation part, but the data have none.
    NoValidation,
    /// Draws with replacement need all examples in memory.
    ReplacementFromStream,
    /// A metric of the program's own needs all examples in memory.
    MetricOfStream {
        /// The name of the metric.
        name: String,
    },
    /// Data that are not in memory could not be read.
    Data {
        /// The reason.
        source: DataError,
    },
    /// The ranks cannot train together, or no longer.
    Ranks {
        /// The reason.
        source: RankError,
    },
    /// The thread pool could not be created.
    Threads {
        /// The error of the thread pool.
        source: ThreadPoolBuildError,
    },
}

impl TrainError {
    /// Writes what is wrong with class weights.
    fn write_class_weights(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClassWeightsWithoutClasses => {
                f.write_str("class weights need targets that are classes, but they are values")
            }
            Self::ClassWeightCount { found, classes } => {
                write!(f, "there are {found} class weights for {classes} classes: give one for each class")
            }
            Self::ClassWeights { source } => write!(f, "class weights: {source}"),
            _ => Ok(()),
        }
    }
}

const MIXED_EXAMPLES: &str = "the loss of an example depends on other examples of the batch: if this is \
                              intended, declare it with `fn mixes_rows(&self) -> bool { true }` in the \
                              loss, so that batches are not split; if the loss returns a mean over the \
                              examples, return their sum instead";
const NOT_REPEATABLE: &str = "two passes of the model over the same rows gave different outputs: draw \
                              random numbers from the TrainingPass, so that they follow from the seed";

impl fmt::Display for TrainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mismatch(mismatch) => mismatch.fmt(f),
            Self::DecayTwice { parameter, l2, weight_decay } => write!(
                f,
                "the L2 penalty ({l2}) and the weight decay of the optimizer ({weight_decay}) both shrink \
                 {parameter}: use one of them, or exclude the parameter from one"
            ),
            Self::BatchOfOne { examples, batch_size } => write!(
                f,
                "{examples} training examples in batches of {batch_size} leave a last batch of 1, which \
                 has no variance for batch normalisation: choose another batch size"
            ),
            Self::ClassWeightsWithoutClasses | Self::ClassWeightCount { .. } | Self::ClassWeights { .. } => {
                self.write_class_weights(f)
            }
            Self::NoAccuracy => f.write_str(
                "the best epoch cannot be chosen by accuracy, as the targets are values: choose by loss",
            ),
            Self::NoExamples => f.write_str("there are no training examples; training needs at least one"),
            Self::NoWeight { part } => {
                write!(f, "all examples of the {part} part have weight 0; at least one must count")
            }
            Self::MixedRows { observed } => write!(
                f,
                "the outputs of the model for a row depend on other rows of the batch, so batches must not \
                 be split: declare it with layout.mix_rows(RowMixing::{observed:?}) where the layer is \
                 created"
            ),
            Self::MixedExamples => f.write_str(MIXED_EXAMPLES),
            Self::AveragedStatistics { optimizer } => write!(
                f,
                "the result of {optimizer} is an average of its points, but running statistics, such as \
                 those of batch normalisation, belong to the points: use layer normalisation or another \
                 optimizer"
            ),
            Self::NotRepeatable => f.write_str(NOT_REPEATABLE),
            Self::Resume { source } => source.fmt(f),
            #[cfg(feature = "safetensors")]
            Self::Checkpoint { source } => source.fmt(f),
            Self::Interrupted { epoch, step, is_saved } => {
                let saved = if *is_saved { "its state is saved" } else { "its state is not saved" };
                write!(f, "the run was interrupted after step {step} of epoch {epoch}; {saved}")
            }
            Self::NoValidation => f.write_str(
                "early stopping and the choice of the best epoch need validation data: split off a \
                     validation part larger than 0",
            ),
            Self::ReplacementFromStream => f.write_str(
                "draws with replacement need all training examples in memory: reshuffle them in each epoch",
            ),
            Self::MetricOfStream { name } => write!(
                f,
                "the metric {name:?} needs all examples in memory: leave it out, or compute it in a callback"
            ),
            Self::Data { source } => source.fmt(f),
            Self::Ranks { source } => source.fmt(f),
            Self::Threads { source } => write!(f, "the threads could not be started: {source}"),
        }
    }
}

impl From<Mismatch> for TrainError {
    fn from(mismatch: Mismatch) -> Self {
        Self::Mismatch(mismatch)
    }
}

impl From<DataError> for TrainError {
    fn from(source: DataError) -> Self {
        Self::Data { source }
    }
}

impl From<RankError> for TrainError {
    fn from(source: RankError) -> Self {
        Self::Ranks { source }
    }
}

impl std::error::Error for TrainError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Threads { source } => Some(source),
            Self::Resume { source } => Some(source),
            Self::Ranks { source } => Some(source),
            #[cfg(feature = "safetensors")]
            Self::Checkpoint { source } => Some(source),
            Self::ClassWeights { source } | Self::Data { source } => Some(source),
            _ => None,
        }
    }
}
