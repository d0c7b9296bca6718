//! An operation of a training step whose result is infinite or NaN: its place in the code, and the remedy.

use std::fmt;
use std::panic::Location;
use wengert_ad::check::NonFinite;
use wengert_nn::diagnostics::{LibraryPart, library_part};

/// Operands up to this absolute value do not overflow by themselves.
const MODERATE: f64 = 100.0;

/// The operation of a training step that produced the first infinite or NaN element.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultyOperation {
    /// The operation, its operands and its result.
    pub found: NonFinite,
    /// The place in the code that applied the operation.
    pub place: Place,
}

/// The place in the code of an operation of a training step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// A line of the user's module or loss. If a layer or a loss of this library applied the operation, it
    /// is the line that calls it.
    Line(&'static Location<'static>),
    /// A layer of this library that training calls, and no line of the user's code: the parameters among the
    /// operands say which. Or it is called through `dyn Module`.
    Layer,
    /// A loss of this library that training calls, or the sum of the losses of the examples.
    Loss,
    /// The features of the batch.
    Features,
    /// The line at which training calls a module or a loss: that of the user is itself `#[track_caller]`, or
    /// it is the weighted sum of the losses of the examples.
    Training,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "at {line}"),
            Self::Layer => f.write_str("in a layer of this library"),
            Self::Loss => f.write_str("in the loss"),
            Self::Features => f.write_str("in the features of the batch"),
            Self::Training => f.write_str("in the model or the loss, where training calls it"),
        }
    }
}

impl fmt::Display for FaultyOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.found.write_with_place(f, &self.place)?;
        self.remedy().map_or(Ok(()), |remedy| write!(f, "; {remedy}"))
    }
}

impl FaultyOperation {
    pub(crate) fn new(found: NonFinite) -> Self {
        let place = Place::of(&found);
        Self { found, place }
    }

    /// What to change at its place; `None` if the operands are only too large.
    pub fn remedy(&self) -> Option<&'static str> {
        let grows_fast = matches!(self.found.operator, "exp" | "exp2" | "exp_m1" | "sinh" | "cosh");
        let smaller = "clamp the operand, or compute the logarithm of the result, as log_softmax and \
                       log_sum_exp do";
        self.domain().or(grows_fast.then_some(smaller))
    }

    /// The domain that the operands leave.
    fn domain(&self) -> Option<&'static str> {
        let NonFinite { operator, operands, .. } = &self.found;
        // The operand with the domain is the last one.
        let (low, high) = operands.last()?.finite?;
        Some(match *operator {
            "/" | "recip" if low <= 0.0 && high >= 0.0 => {
                "keep the divisor away from 0, for example by a small constant added to a positive one"
            }
            "ln" | "log2" | "log10" if low <= 0.0 => {
                "the operand of a logarithm must be positive: clamp it, or use log_softmax or log_sigmoid"
            }
            "ln_1p" if low <= -1.0 => "the operand must be above -1",
            "sqrt" if low < 0.0 => "the operand of a square root must not be negative",
            "sqrt" | "cbrt" if low <= 0.0 && high >= 0.0 => {
                "the derivative of the root is infinite at 0: add a small constant to the operand"
            }
            "powf" if low < 0.0 => "the base of a power must not be negative",
            "powf" if low == 0.0 => "the power or its derivative is infinite at 0: add a small constant",
            "asin" | "acos" | "atanh" if low <= -1.0 || high >= 1.0 => {
                "the operand must be between -1 and 1, without both for a finite derivative"
            }
            "acosh" if low <= 1.0 => "the operand must be above 1",
            "scale" | "shift" if low.abs().max(high.abs()) <= MODERATE => {
                "the number that the operand is multiplied by or added to is infinite, NaN or too large"
            }
            _ => return None,
        })
    }

    /// Whether operands of moderate size leave the domain of the operation, which smaller steps need not
    /// change.
    pub(crate) fn leaves_domain(&self) -> bool {
        let is_moderate = |&(low, high): &(f64, f64)| low.abs().max(high.abs()) <= MODERATE;
        self.domain().is_some()
            && self.found.operands.iter().filter_map(|x| x.finite.as_ref()).all(is_moderate)
    }
}

impl Place {
    fn of(found: &NonFinite) -> Self {
        match library_part(found.site) {
            Some(LibraryPart::Loss) => Self::Loss,
            Some(_) => Self::Layer,
            None if !is_of_training(found.site) => Self::Line(found.site),
            None if found.operator == "input" => Self::Features,
            None => Self::Training,
        }
    }
}

/// Whether the line is one of this crate.
fn is_of_training(site: &Location<'_>) -> bool {
    let own = file!();
    site.file().starts_with(&own[..own.len() - "faulty_operation.rs".len()])
}
