//! The protocol of GradBench, one JSON object per line in each direction, and the timing of functions.
//!
//! A function runs until it reaches the minimum number of runs and of seconds. Each run is timed
//! separately; reading the input and writing the output are not timed.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, Instant};

/// A function with its converted input. Each call is timed.
pub(crate) type Prepared = Box<dyn FnMut() -> Output>;

/// Finds a function of a module by its name and prepares it for an input.
pub(crate) type Evaluate = fn(function: &str, input: &Value) -> Result<Prepared, EvalError>;

/// The result of one run. It is converted to JSON later, so that the conversion is not timed.
pub(crate) struct Output(Box<dyn ToJson>);

impl Output {
    /// Stores a value that can be written as JSON.
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

/// Makes `run` a prepared function.
pub(crate) fn prepared<T: Serialize + 'static>(mut run: impl FnMut() -> T + 'static) -> Prepared {
    Box::new(move || Output::new(run()))
}

/// Parses the input.
pub(crate) fn read<T: DeserializeOwned>(input: &Value) -> Result<T, EvalError> {
    T::deserialize(input).map_err(EvalError::Input)
}

/// Fails unless `field` has `want` elements.
pub(crate) fn check_length(field: &'static str, have: usize, want: usize) -> Result<(), EvalError> {
    if have == want { Ok(()) } else { Err(EvalError::Length { field, have, want }) }
}

/// The reasons why a function cannot be evaluated.
#[derive(Debug)]
pub(crate) enum EvalError {
    /// There is no module of this name.
    Module(String),
    /// The module has no function of this name.
    Function {
        asked: String,
        /// The functions of the module.
        known: &'static [&'static str],
    },
    /// A field of the input is missing, or has the wrong type.
    Input(serde_json::Error),
    /// The length of an array contradicts the sizes in the input.
    Length {
        /// The array.
        field: &'static str,
        /// The actual length.
        have: usize,
        /// The expected length.
        want: usize,
    },
    /// A number of the input is outside the function's domain.
    Domain {
        /// The number.
        field: &'static str,
        /// The valid values.
        needed: &'static str,
    },
    /// The result cannot be written as JSON.
    Output(serde_json::Error),
}

impl EvalError {
    /// The error for a function that is not among the functions `known` of a module.
    pub(crate) fn unknown(asked: &str, known: &'static [&'static str]) -> Self {
        Self::Function { asked: asked.to_owned(), known }
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Module(asked) => write!(f, "there is no module {asked:?}"),
            Self::Function { asked, known } => {
                write!(f, "there is no function {asked:?}, only {}", known.join(", "))
            }
            Self::Input(error) => write!(f, "the input does not match the function: {error}"),
            Self::Length { field, have, want } => {
                write!(f, "{field} has {have} elements, but the sizes in the input require {want}")
            }
            Self::Domain { field, needed } => write!(f, "{field} must be {needed}"),
            Self::Output(error) => write!(f, "the output cannot be written as JSON: {error}"),
        }
    }
}

impl std::error::Error for EvalError {}

/// A message from the benchmark.
#[derive(Deserialize)]
struct Message<'a> {
    #[serde(default)]
    id: Value,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    module: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    function: Option<Cow<'a, str>>,
    #[serde(default)]
    input: Option<Value>,
}

/// What a message asks for.
enum Request<'a> {
    /// The start of a session.
    Start,
    /// Asks whether a module exists.
    Define { module: Cow<'a, str> },
    /// Runs a function.
    Evaluate {
        module: Cow<'a, str>,
        function: Cow<'a, str>,
        /// The input, with the minimum number of runs and of seconds.
        input: Value,
    },
    /// The verdict on an earlier response, or any other message; it needs no answer but its identifier.
    Remark,
}

impl<'a> Message<'a> {
    /// What the message asks for, or the field that is missing.
    fn request(self) -> Result<Request<'a>, &'static str> {
        Ok(match &*self.kind {
            "start" => Request::Start,
            "define" => Request::Define { module: self.module.ok_or("module")? },
            "evaluate" => Request::Evaluate {
                module: self.module.ok_or("module")?,
                function: self.function.ok_or("function")?,
                input: self.input.ok_or("input")?,
            },
            _ => Request::Remark,
        })
    }
}

/// A message to the benchmark.
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

/// The response to one line; the response to an invalid line contains the error.
pub(crate) fn answer(line: &str, find: impl Fn(&str) -> Option<Evaluate>) -> Response {
    let message: Message<'_> = match serde_json::from_str(line) {
        Ok(message) => message,
        Err(error) => return not_a_message(line, &error),
    };
    let id = message.id.clone();
    match message.request() {
        Err(field) => {
            failed(id, &format!("the message is not a GradBench message: it has no field `{field}`"))
        }
        Ok(Request::Start) => Response { id, tool: Some("wengert"), ..Response::default() },
        Ok(Request::Define { module }) => {
            Response { id, success: Some(find(&module).is_some()), ..Response::default() }
        }
        Ok(Request::Evaluate { module, function, input }) => {
            let evaluate = find(&module).ok_or_else(|| EvalError::Module(module.into_owned()));
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

/// The response to a line that is not a message, with its identifier if it is JSON and has one.
fn not_a_message(line: &str, error: &serde_json::Error) -> Response {
    match serde_json::from_str::<Value>(line) {
        Err(error) => failed(Value::Null, &format!("the line is not JSON: {error}")),
        Ok(message) => {
            let id = message.get("id").cloned().unwrap_or(Value::Null);
            failed(id, &format!("the message is not a GradBench message: {error}"))
        }
    }
}

fn failed(id: Value, error: &str) -> Response {
    Response { id, success: Some(false), error: Some(error.to_owned()), ..Response::default() }
}

/// The minimum number of runs and of seconds in an input; one run by default.
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
    let min_time = Duration::try_from_secs_f64(wanted.min_seconds)
        .map_err(|_| EvalError::Domain { field: "min_seconds", needed: "a non-negative time" })?;
    let (mut timings, mut elapsed) = (Vec::new(), Duration::ZERO);
    loop {
        let start = Instant::now();
        let output = run();
        let time = start.elapsed();
        elapsed += time;
        timings.push(Timing { name: "evaluate", nanoseconds: time.as_nanos() });
        if timings.len() >= wanted.min_runs && elapsed >= min_time {
            return Ok((output.0.to_json().map_err(EvalError::Output)?, timings));
        }
    }
}
