//! Numerical issues during training, and the search for their origin.

use crate::batch::{ExampleBuffers, forward, mean_weight};
use std::fmt;
use wengert_ad::check::NonFinite;
use wengert_ad::{ArrayTape, Real};
use wengert_data::Batch;
use wengert_nn::diagnostics::{LargeParameter, large_parameter};
use wengert_nn::{Loss, Module, Params, TrainingPass};

/// A numerical issue during training, and where it first occurred.
#[derive(Clone, Debug, PartialEq)]
pub struct NumericalIssue {
    /// The epoch, counted from 1.
    pub epoch: usize,
    /// The step within the epoch, counted from 1; `None` for parameters beyond the limit, which are
    /// looked for after the last step of each epoch.
    pub step: Option<usize>,
    /// The kind of issue, and the parameter or operation concerned.
    pub kind: IssueKind,
}

/// The kind of a [`NumericalIssue`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum IssueKind {
    /// The absolute value of a parameter exceeded the [limit](crate::Trainer::parameter_limit).
    LargeParameter(LargeParameter),
    /// A parameter was infinite or NaN at the beginning of the step, so the previous step made it so.
    NonFiniteParameter(LargeParameter),
    /// All parameters were finite, but an operation of the step produced an infinite or NaN element.
    NonFiniteOperation(Box<NonFinite>),
    /// The loss was not finite, although every element is finite when the batch is computed in one
    /// piece: a sum over shards overflowed. Or the loss on all training data was not finite after the last
    /// step.
    NonFiniteLoss,
}

impl fmt::Display for NumericalIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "epoch {}", self.epoch)?;
        if let Some(step) = self.step {
            write!(f, ", step {step}")?;
        }
        write!(f, ": {}", self.kind)
    }
}

impl fmt::Display for IssueKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LargeParameter(parameter) => write!(f, "{parameter}, beyond the limit"),
            Self::NonFiniteParameter(parameter) => parameter.fmt(f),
            Self::NonFiniteOperation(operation) => operation.fmt(f),
            Self::NonFiniteLoss => f.write_str("the loss is not finite"),
        }
    }
}

/// Finds out why the loss of a batch is not finite, by computing it again with checks on every operation.
pub(crate) fn locate_non_finite<T: Real>(
    module: &impl Module<T>,
    loss: &impl Loss<T>,
    params: &Params<T>,
    batch: Batch<'_, T>,
    training: TrainingPass,
) -> IssueKind {
    if let Some(parameter) = large_parameter(params.layout(), params.values(), f64::MAX) {
        return IssueKind::NonFiniteParameter(parameter);
    }
    let mut tape = ArrayTape::new();
    tape.set_checks(true);
    let bound = params.bind_for_training(&tape, training);
    let (weight, mut examples) = (mean_weight(batch), ExampleBuffers::default());
    let (_, total) = forward(&tape, module, loss, &bound, batch, weight, &mut examples);
    drop(total.gradient());
    let operation = tape.first_non_finite();
    operation.map_or(IssueKind::NonFiniteLoss, |operation| IssueKind::NonFiniteOperation(Box::new(operation)))
}
