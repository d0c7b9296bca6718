//! Divergence of a training run, and its likely cause.

use crate::numerical_issue::{IssueKind, NumericalIssue};
use std::fmt;
use wengert_ad::Real;
use wengert_data::{Dataset, Targets};

/// Features and targets with an absolute value beyond this are named as the cause of a divergence: those of
/// standardised data are a few units.
const LARGE: f64 = 100.0;

/// Where a training run diverged, and the likely cause.
#[derive(Clone, Debug, PartialEq)]
pub struct Divergence {
    /// The epoch whose loss became infinite or NaN, counted from 1.
    pub epoch: usize,
    /// The step within the epoch, counted from 1.
    pub step: usize,
    /// The likely cause.
    pub cause: DivergenceCause,
    /// The first number that is not finite.
    pub issue: NumericalIssue,
}

/// The likely cause of a [`Divergence`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum DivergenceCause {
    /// A parameter that training started from is infinite or NaN.
    Start,
    /// A feature is so large that the loss is not finite before the first update, or that steps of the usual
    /// size overshoot.
    Feature {
        /// The column of the feature, counted from 0.
        column: usize,
        /// Its value that is largest in absolute value.
        value: f64,
    },
    /// As [`Feature`](Self::Feature), for a target of a regression.
    Target {
        /// The column of the target, counted from 0.
        column: usize,
        /// Its value that is largest in absolute value.
        value: f64,
    },
    /// The loss is not finite before the first update, although parameters and data are of moderate size.
    Model,
    /// An operation is not finite, in the value or in the derivative, although its operands are of moderate
    /// size.
    Operation,
    /// Weight decay alone enlarges the parameters in each step, as `rate` times `decay` is too large, and
    /// would be with a rate of at most 1.
    WeightDecay {
        /// The learning rate.
        rate: f64,
        /// The strength of the weight decay: `lambda`, or twice that of an L2 penalty.
        decay: f64,
        /// The products of both from which on the parameters grow.
        limit: f64,
    },
    /// The steps are too large.
    LearningRate {
        /// The learning rate of the last step.
        rate: f64,
    },
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { epoch, step, cause, issue } = self;
        let cause_of_issue = &issue.kind;
        write!(f, "the loss was not finite in epoch {epoch}, step {step} ({cause_of_issue}): {cause}")
    }
}

/// The cause, and what to do.
impl fmt::Display for DivergenceCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Start => f.write_str("the parameters at the start are not finite; start from others"),
            Self::Feature { column, value } => {
                write!(f, "feature {column} has the value {value:e}; standardise the features")
            }
            Self::Target { column, value } => {
                write!(f, "target {column} has the value {value:e}; standardise the targets")
            }
            Self::Model => {
                f.write_str("it was not finite before the first update; check the model and the loss")
            }
            Self::Operation => f.write_str("smaller steps need not change this; change the operation"),
            Self::WeightDecay { rate, decay, limit } => write!(
                f,
                "weight decay {} at learning rate {} enlarges the parameters in each step; use a weight \
                 decay below {}",
                short(decay),
                short(rate),
                short(limit / rate)
            ),
            Self::LearningRate { rate } => {
                write!(f, "the learning rate was {}; use a smaller one", short(rate))
            }
        }
    }
}

/// A setting, with an exponent if it is very large or small.
fn short(setting: f64) -> String {
    if (1e-4..1e6).contains(&setting) { setting.to_string() } else { format!("{setting:e}") }
}

/// What is known about the steps of a run that diverged.
pub(crate) struct Steps {
    /// The number of updates before it diverged.
    pub(crate) updates: u64,
    pub(crate) rate: f64,
    /// The strength of weight decay and penalties.
    pub(crate) decay: f64,
    /// The product of `rate` and `decay` from which on the parameters grow.
    pub(crate) decay_limit: f64,
}

impl DivergenceCause {
    /// The likely cause, from what is known about the steps, the first number that is not finite, and
    /// the data.
    pub(crate) fn find<T: Real>(steps: &Steps, issue: &IssueKind, data: &Dataset<T>) -> Self {
        let &Steps { updates, rate, decay, decay_limit } = steps;
        if updates == 0 && matches!(issue, IssueKind::NonFiniteParameter(_)) {
            return Self::Start;
        }
        if updates > 0 && issue.is_of_operation() {
            return Self::Operation;
        }
        // Of a product that is too large with a rate above 1, the rate is the factor that is too large.
        if updates > 0 && rate.min(1.0) * decay > decay_limit {
            return Self::WeightDecay { rate, decay, limit: decay_limit };
        }
        let (column, value) = largest(data.features(), data.width());
        if value.abs() > LARGE {
            return Self::Feature { column, value };
        }
        if let Targets::Values { values, width } = data.targets() {
            let (column, value) = largest(values, *width);
            if value.abs() > LARGE {
                return Self::Target { column, value };
            }
        }
        if updates == 0 { Self::Model } else { Self::LearningRate { rate } }
    }
}

/// The column and the value of the element with the largest absolute value.
fn largest<T: Real>(table: &[T], width: usize) -> (usize, f64) {
    let values = table.iter().map(|x| x.value()).enumerate();
    let (at, value) = values.fold((0, 0.0), |a: (usize, f64), b| if b.1.abs() > a.1.abs() { b } else { a });
    (at % width, value)
}
