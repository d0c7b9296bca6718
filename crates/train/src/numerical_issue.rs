//! Numerical issues during training, and the search for their origin.

use crate::batch::{ExampleBuffers, forward, gather, mean_weight};
use crate::faulty_operation::FaultyOperation;
use std::fmt;
use std::ops::Range;
use std::panic::Location;
use wengert_ad::primitive::{Primitive, Recorded, View};
use wengert_ad::tape::TapeObserver;
use wengert_ad::{ArrayTape, Real, Scalar};
use wengert_data::Batch;
use wengert_nn::diagnostics::{LargeParameter, large_parameter};
use wengert_nn::{Layout, Loss, Module, Params, TrainingPass};

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
    /// A parameter that training started from was infinite or NaN.
    NonFiniteParameter(LargeParameter),
    /// The update after an earlier step made a parameter infinite or NaN.
    NonFiniteUpdate {
        /// The first such parameter.
        parameter: LargeParameter,
        /// An operation whose derivative is not finite, found with earlier parameters, which are finite, on
        /// the batch of this step. `None` if there is none, or if no earlier parameters are known.
        derivative: Option<Box<FaultyOperation>>,
    },
    /// All parameters were finite, but an operation of the step produced an infinite or NaN element.
    NonFiniteOperation(Box<FaultyOperation>),
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
            Self::NonFiniteUpdate { parameter, derivative } => {
                write!(f, "{parameter}, after the update of an earlier step; ")?;
                match derivative {
                    Some(operation) => write!(f, "with earlier parameters, {operation}"),
                    None => f.write_str("what caused it is not known, as that step is past"),
                }
            }
            Self::NonFiniteOperation(operation) => operation.fmt(f),
            Self::NonFiniteLoss => f.write_str("the loss is not finite"),
        }
    }
}

impl IssueKind {
    /// Whether an operation outside of its domain is the issue, and not the size of the parameters.
    pub(crate) fn is_of_operation(&self) -> bool {
        match self {
            Self::NonFiniteOperation(operation) => operation.leaves_domain(),
            Self::NonFiniteUpdate { derivative, .. } => {
                derivative.as_ref().is_some_and(|operation| operation.leaves_domain())
            }
            _ => false,
        }
    }
}

/// A step, to repeat it in the search for the first number that is not finite.
pub(crate) struct Suspect<'a, T: Real> {
    pub(crate) module: &'a dyn Module<T>,
    pub(crate) loss: &'a dyn Loss<T>,
    pub(crate) batch: Batch<'a, T>,
    pub(crate) training: TrainingPass,
    /// Whether an update came before it.
    pub(crate) is_updated: bool,
}

impl<T: Real> Suspect<'_, T> {
    /// The number that is not finite in the step with these parameters; `None` if all are finite when the
    /// batch is computed in one piece. After updates, `earlier` gives parameters of earlier steps.
    pub(crate) fn issue<'p>(
        &self,
        params: &Params<T>,
        earlier: impl IntoIterator<Item = &'p Params<T>>,
    ) -> Option<IssueKind> {
        let Some(parameter) = first_non_finite(params) else {
            return self.operation(params).map(|found| IssueKind::NonFiniteOperation(Box::new(found)));
        };
        if !self.is_updated {
            return Some(IssueKind::NonFiniteParameter(parameter));
        }
        let finite = earlier.into_iter().find(|params| first_non_finite(params).is_none());
        let derivative = finite.and_then(|params| self.operation(params)).map(Box::new);
        Some(IssueKind::NonFiniteUpdate { parameter, derivative })
    }

    /// The operation that produces the first element that is not finite, with checks on every operation.
    fn operation(&self, params: &Params<T>) -> Option<FaultyOperation> {
        let mut found = self.repeated(params, &|tape| tape.set_checks(true)).first_non_finite()?;
        let tape = self.repeated(params, &|tape| tape.set_observer(ParameterOperands::of(params.values())));
        found.application =
            tape.observer::<ParameterOperands>().and_then(|operands| operands.names(params.layout()));
        Some(FaultyOperation::new(found))
    }

    /// The tape of the step and of its reverse sweep.
    fn repeated(&self, params: &Params<T>, observe: &dyn Fn(&mut ArrayTape<T>)) -> ArrayTape<T> {
        let &Self { module, loss, batch, training, .. } = self;
        let mut tape = ArrayTape::new();
        observe(&mut tape);
        let bound = params.bind_for_training(&tape, training);
        let (weight, mut examples) = (mean_weight(batch), ExampleBuffers::default());
        let (_, total) = forward(module, loss, &bound, batch, Some(weight), &mut examples, gather);
        drop(total.gradient());
        tape
    }
}

/// The first parameter that is infinite or NaN.
fn first_non_finite<T: Real>(params: &Params<T>) -> Option<LargeParameter> {
    large_parameter(params.layout(), params.values(), f64::MAX)
}

/// The parameters among the operands of the first operation with a result that is not finite. They tell which
/// layer it is, while the line of code is that of the call of the layer.
#[derive(Debug)]
struct ParameterOperands {
    /// The addresses of all parameters, which a tape shares.
    addresses: Range<usize>,
    /// The number of bytes of one.
    size: usize,
    /// The index of the first element of each operand that is a parameter.
    found: Option<Vec<usize>>,
}

impl ParameterOperands {
    fn of<T: Real>(params: &[T]) -> Self {
        let Range { start, end } = params.as_ptr_range();
        Self { addresses: start.addr()..end.addr(), size: size_of::<T>(), found: None }
    }

    fn look<T: Real>(&mut self, operands: &[View<'_, T>], result: &[T]) {
        if self.found.is_none() && !result.iter().all(|&x| Scalar::is_finite(x)) {
            let addresses = operands.iter().map(|x| x.data.as_ptr().addr());
            let of_parameters = addresses.filter(|address| self.addresses.contains(address));
            let starts = of_parameters.map(|address| (address - self.addresses.start) / self.size);
            self.found = Some(starts.collect());
        }
    }

    /// The names of the parameters; `None` if there are none.
    fn names(&self, layout: &Layout) -> Option<String> {
        let entry = |start: &usize| layout.parameters().iter().find(|entry| entry.range.contains(start));
        let names: Vec<_> = self.found.iter().flatten().filter_map(entry).map(|entry| &*entry.name).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }
}

impl<T: Real> TapeObserver<T> for ParameterOperands {
    fn on_input(&mut self, value: View<'_, T>, _: &'static Location<'static>) {
        self.look(&[], value.data);
    }

    fn on_operation(
        &mut self,
        _: &mut dyn Primitive<T>,
        xs: &[View<'_, T>],
        y: View<'_, T>,
        _: &'static Location<'static>,
    ) {
        self.look(xs, y.data);
    }

    fn on_pullback(
        &mut self,
        _: &dyn Primitive<T>,
        _: usize,
        at: Recorded<'_, T>,
        adjoint: &[T],
        _: &'static Location<'static>,
    ) {
        self.look(at.xs, adjoint);
    }
}
