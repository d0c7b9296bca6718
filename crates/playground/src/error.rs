//! The reasons why a request has no answer.

use std::fmt;
use wengert_data::DataError;
use wengert_files::{excerpt, shortened};
use wengert_formats::FormatError;
use wengert_formula::ParseError;
use wengert_optim::ScheduleError;
use wengert_settings::ChoiceError;
use wengert_train::{ResumeError, SavedModelError};

/// The reason why a request has no answer; the message says what to change.
#[derive(Debug)]
pub(crate) enum RequestError {
    /// The request is longer than the limit.
    TooLong { bytes: usize, limit: usize },
    /// The request is not a JSON object of the documented form.
    Malformed(String),
    /// A number is out of its range.
    OutOfRange { what: &'static str, value: f64, low: f64, high: f64 },
    /// The text is not a formula.
    Formula(ParseError),
    /// The formula has a variable without a value.
    NoValue { variable: String },
    /// The formula of a surface has another variable than `x` and `y`.
    NotASurface { variable: String },
    /// A choice by name is not valid.
    Choice(ChoiceError),
    /// The run is too short for the schedule.
    Schedule(ScheduleError),
    /// The data cannot be used.
    Data(DataError),
    /// There is nothing of this name.
    UnknownName { what: &'static str, name: String, known: String },
    /// The loss does not compare outputs with targets of this kind.
    Loss { loss: String, needed: &'static str },
    /// All examples are of one class.
    OneClass,
    /// Early stopping needs examples for validation.
    NoValidation,
    /// A slot has no network.
    NoNetwork { slot: usize },
    /// The network has other inputs than the request says.
    Inputs { given: usize, needed: usize },
    /// There is no such step to go back to.
    NoStep { step: u64, taken: u64 },
    /// An earlier state cannot be restored.
    Resume(ResumeError),
    /// The model cannot be written in a format.
    Format(FormatError),
    /// The model cannot be saved.
    Model(SavedModelError),
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { bytes, limit } => {
                write!(f, "the request has {bytes} bytes; it may have at most {limit}")
            }
            Self::Malformed(problem) => write!(f, "the request cannot be read: {}", shortened(problem, 400)),
            Self::OutOfRange { what, value, low, high } => {
                write!(f, "{what} is {value}, must be a number from {low} to {high}")
            }
            Self::Formula(error) => error.fmt(f),
            Self::NoValue { variable } => write!(f, "the variable {} has no value", excerpt(variable)),
            Self::NotASurface { variable } => {
                write!(f, "a surface is a function of x and y; {} is another variable", excerpt(variable))
            }
            Self::Choice(error) => error.fmt(f),
            Self::Schedule(error) => error.fmt(f),
            Self::Data(error) => error.fmt(f),
            Self::UnknownName { what, name, known } => {
                write!(f, "there is no {what} {:?}; there are {known}", excerpt(name))
            }
            Self::Loss { loss, needed } => {
                write!(f, "the loss {loss} is for {needed}; choose another loss, or other data")
            }
            Self::OneClass => f.write_str("all examples are of one class; add examples of another class"),
            Self::NoValidation => {
                f.write_str("early stopping needs examples for validation; hold out a share of them")
            }
            Self::NoNetwork { slot } => write!(f, "there is no network in slot {slot}; create one"),
            Self::Inputs { given, needed } => {
                write!(f, "there are {given} numbers, which must be rows of {needed}")
            }
            Self::NoStep { step, taken } => {
                write!(f, "there is no step {step} to go back to; {taken} steps have been taken")
            }
            Self::Resume(error) => error.fmt(f),
            Self::Format(error) => error.fmt(f),
            Self::Model(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RequestError {}

/// Implements the conversion from an error of a crate below.
macro_rules! from {
    ($($Error:ident => $variant:ident),+) => {
        $(impl From<$Error> for RequestError {
            fn from(error: $Error) -> Self {
                Self::$variant(error)
            }
        })+
    };
}

from! {
    ParseError => Formula, ChoiceError => Choice, ScheduleError => Schedule, DataError => Data,
    ResumeError => Resume, FormatError => Format, SavedModelError => Model
}
