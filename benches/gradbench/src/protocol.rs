//! What goes over the wire, and what a module of this tool gives back: one JSON object a line in each direction.
//!
//! The clock stands here too: a prepared function runs until its minimum of runs and seconds is reached, each run timed
//! by itself; reading the input before and writing the output after are not timed.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use std::fmt;
use std::time::{Duration, Instant};

/// A function with its input read and converted: what is run under the clock.
pub(crate) type Prepared = Box<dyn FnMut() -> Output>;

/// What a module offers: its function of that name, with this input.
pub(crate) type Evaluate = fn(function: &str, input: &Value) -> Result<Prepared, EvalError>;

/// The result of one run, converted to JSON after the clock has stopped.
pub(crate) struct Output(Box<dyn ToJson>);

impl Output {
    /// Any value that can be written as JSON.
    pub(crate) fn new(value: impl Serialize + 'static) -> Self {
        Self(Box::new(value))
    }
}

trait ToJson {
    fn to_json(&self) -> serde_json::Result<Box<RawValue>>;
}

impl<T: Serialize> ToJson for T {
    fn to_json(&self) -> serde_json::Result<Box<RawValue>> {
        to_raw_value(self)
    }
}

/// A function that runs `run` and keeps its result.
pub(crate) fn prepared<T: Serialize + 'static>(mut run: impl FnMut() -> T + 'static) -> Prepared {
    Box::new(move || Output::new(run()))
}

/// The input as a `T`.
pub(crate) fn read<T: DeserializeOwned>(input: &Value) -> Result<T, EvalError> {
    T::deserialize(input).map_err(EvalError::Input)
}

/// Fails unless `field` holds `want` elements.
pub(crate) fn expect_length(field: &'static str, have: usize, want: usize) -> Result<(), EvalError> {
    if have == want { Ok(()) } else { Err(EvalError::Length { field, have, want }) }
}

/// Why a function could not be evaluated.
#[derive(Debug)]
pub(crate) enum EvalError {
    /// There is no such module.
    Module(String),
    /// The module has no such function.
    Function {
        /// What was asked for.
        asked: String,
        /// What there is.
        known: &'static [&'static str],
    },
    /// The input has not the fields or types that the function needs.
    Input(serde_json::Error),
    /// An array of the input has another length than the sizes beside it say.
    Length {
        /// The name of the array.
        field: &'static str,
        /// Its length.
        have: usize,
        /// The length it should have.
        want: usize,
    },
    /// A number of the input is outside the function's domain.
    Domain {
        /// The name of the number.
        field: &'static str,
        /// What it should be.
        needed: &'static str,
    },
    /// The result cannot be written.
    Output(serde_json::Error),
}

impl EvalError {
    /// The module has only the functions `known`.
    pub(crate) fn unknown(asked: &str, known: &'static [&'static str]) -> Self {
        Self::Function { asked: asked.to_owned(), known }
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Module(asked) => write!(f, "there is no module {asked:?} here"),
            Self::Function { asked, known } => {
                write!(f, "there is no function {asked:?}, only {}", known.join(", "))
            }
            Self::Input(error) => write!(f, "the input does not fit the function: {error}"),
            Self::Length { field, have, want } => {
                write!(f, "{field} has {have} elements, but the sizes in the input ask for {want}")
            }
            Self::Domain { field, needed } => write!(f, "{field} must be {needed}"),
            Self::Output(error) => write!(f, "the output cannot be written as JSON: {error}"),
        }
    }
}

impl std::error::Error for EvalError {}

/// A line from the benchmark.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Request {
    /// The beginning.
    Start,
    /// Whether there is such a module.
    Define {
        /// Its name.
        module: String,
    },
    /// Run a function.
    Evaluate {
        /// The module it is in.
        module: String,
        /// Its name.
        function: String,
        /// What it is given, and how often and how long it should run.
        input: Value,
    },
    /// What the benchmark thought of an earlier answer, or a kind of message that this tool need not know.
    #[serde(other)]
    Remark,
}

/// A line to the benchmark.
#[derive(Default, Serialize)]
pub(crate) struct Response {
    id: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    success: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timings: Option<Vec<Timing>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct Timing {
    name: &'static str,
    nanoseconds: u128,
}

/// The answer to one line; a line that makes no sense is answered with what is wrong with it.
pub(crate) fn answer(line: &str, find: impl Fn(&str) -> Option<Evaluate>) -> Response {
    let message: Value = match serde_json::from_str(line) {
        Ok(message) => message,
        Err(error) => return failed(Value::Null, &format!("the line is not JSON: {error}")),
    };
    let id = message.get("id").cloned().unwrap_or(Value::Null);
    match serde_json::from_value(message) {
        Err(error) => failed(id, &format!("the message is not one of GradBench's: {error}")),
        Ok(Request::Start) => Response { id, tool: Some("wengert"), ..Response::default() },
        Ok(Request::Define { module }) => {
            Response { id, success: Some(find(&module).is_some()), ..Response::default() }
        }
        Ok(Request::Evaluate { module, function, input }) => {
            let evaluate = find(&module).ok_or(EvalError::Module(module));
            match evaluate.and_then(|evaluate| evaluate(&function, &input)).and_then(|f| timed(f, &input)) {
                Ok((output, timings)) => {
                    let (success, output, timings) = (Some(true), Some(output), Some(timings));
                    Response { id, success, output, timings, ..Response::default() }
                }
                Err(error) => failed(id, &error.to_string()),
            }
        }
        Ok(Request::Remark) => Response { id, ..Response::default() },
    }
}

fn failed(id: Value, error: &str) -> Response {
    Response { id, success: Some(false), error: Some(error.to_owned()), ..Response::default() }
}

/// How often and how long the input wants a function to run; once if it does not say.
#[derive(Deserialize)]
struct Repetitions {
    #[serde(default = "once")]
    min_runs: usize,
    #[serde(default)]
    min_seconds: f64,
}

fn once() -> usize {
    1
}

fn timed(mut run: Prepared, input: &Value) -> Result<(Box<RawValue>, Vec<Timing>), EvalError> {
    let wanted = if input.is_object() { read(input)? } else { Repetitions { min_runs: 1, min_seconds: 0.0 } };
    let least = Duration::try_from_secs_f64(wanted.min_seconds)
        .map_err(|_| EvalError::Domain { field: "min_seconds", needed: "a time that is not negative" })?;
    let (mut timings, mut elapsed) = (Vec::new(), Duration::ZERO);
    loop {
        let start = Instant::now();
        let output = run();
        let time = start.elapsed();
        elapsed += time;
        timings.push(Timing { name: "evaluate", nanoseconds: time.as_nanos() });
        if timings.len() >= wanted.min_runs && elapsed >= least {
            return Ok((output.0.to_json().map_err(EvalError::Output)?, timings));
        }
    }
}
