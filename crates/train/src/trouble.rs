//! What was wrong with the numbers of a fit, and where it first appeared.

use crate::backprop::{Batch, forward};
use std::fmt;
use wengert_ad::check::NonFinite;
use wengert_ad::{ArrayTape, Real};
use wengert_nn::diagnostics::{LargeParameter, large_parameter};
use wengert_nn::{Loss, Module, Params, TrainingPass};

/// Something wrong with the numbers, where it first appeared.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    /// The epoch, counted from 1.
    pub epoch: usize,
    /// The step within the epoch, counted from 1; `None` for what is looked at once an epoch, after its last step.
    pub step: Option<usize>,
    /// What it was.
    pub cause: Cause,
}

/// What was wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Cause {
    /// A parameter was beyond the limit.
    Large(LargeParameter),
    /// A parameter was infinite or NaN before the step: the step before made it so.
    Parameter(LargeParameter),
    /// An operation gave a number that is not finite.
    Operation(Box<NonFinite>),
    /// The loss was not finite, but all is when the same batch is computed in one piece: sums over parts overflowed.
    Unexplained,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "epoch {}", self.epoch)?;
        if let Some(step) = self.step {
            write!(f, ", step {step}")?;
        }
        match &self.cause {
            Cause::Large(parameter) => write!(f, ": {parameter}, beyond the limit"),
            Cause::Parameter(parameter) => write!(f, ": {parameter}"),
            Cause::Operation(operation) => write!(f, ": {operation}"),
            Cause::Unexplained => f.write_str(": the loss is not finite"),
        }
    }
}

/// Why the loss of a batch is not finite: the batch is computed again under watch.
pub(crate) fn why_not_finite<T: Real>(
    module: &impl Module<T>,
    loss: &impl Loss<T>,
    params: &Params<T>,
    batch: Batch<'_, T>,
    training: TrainingPass,
) -> Cause {
    if let Some(parameter) = large_parameter(params.layout(), params.values(), f64::MAX) {
        return Cause::Parameter(parameter);
    }
    let mut tape = ArrayTape::new();
    tape.set_checks(true);
    let bound = params.bind(&tape).in_training(training);
    let (_, total) = forward(&tape, module, loss, &bound, batch, &mut Vec::new());
    drop(total.gradient());
    tape.first_non_finite().map_or(Cause::Unexplained, |found| Cause::Operation(Box::new(found)))
}
