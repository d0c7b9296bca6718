//! Bounds on what a command line may ask for, and the parsers of numbers that apply them.
//!
//! A number in an argument has any number of digits, and a file any number of columns. What would take more
//! memory than a computer has, or more time than anybody waits, is refused with a message before it is begun.

use crate::error::CliError;
use std::ops::RangeInclusive;

/// The largest number of parameters that `train` accepts. Parameters, gradient and the state of the optimizer
/// take about 2 GB.
const MOST_PARAMETERS: u128 = 100_000_000;
/// The largest number of hidden layers and of units per layer.
const MOST_LAYERS: usize = 1000;
const MOST_UNITS: usize = 1_000_000;
/// The largest number of outputs of all layers for the examples of one step. With their adjoints, they take
/// about 2 GB.
const MOST_ACTIVATIONS: u128 = 250_000_000;
/// The largest learning rate and weight decay: single precision has to hold them.
const LARGEST_RATE: f64 = 1e38;

/// The widths of hidden layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Widths(pub(crate) Vec<usize>);

/// Widths separated by commas, or `none`.
pub(crate) fn widths(text: &str) -> Result<Widths, String> {
    if text == "none" {
        return Ok(Widths(Vec::new()));
    }
    let width = |part: &str| part.trim().parse().ok().filter(|width| (1..=MOST_UNITS).contains(width));
    let all: Option<Vec<usize>> = text.split(',').map(width).collect();
    all.filter(|all| all.len() <= MOST_LAYERS).map(Widths).ok_or_else(|| {
        format!(
            "expected positive widths separated by commas, such as 128,64, or none; at most {MOST_LAYERS} \
             layers of at most {MOST_UNITS} units"
        )
    })
}

/// A whole number in a range.
fn count(text: &str, range: RangeInclusive<usize>) -> Result<usize, String> {
    let count = text.trim().parse().ok().filter(|count| range.contains(count));
    count.ok_or_else(|| {
        format!("expected a whole number of at least {} and at most {}", range.start(), range.end())
    })
}

pub(crate) fn epochs(text: &str) -> Result<usize, String> {
    count(text, 1..=1_000_000)
}

pub(crate) fn batch_size(text: &str) -> Result<usize, String> {
    count(text, 1..=1_000_000_000)
}

pub(crate) fn threads(text: &str) -> Result<usize, String> {
    count(text, 0..=1024)
}

pub(crate) fn learning_rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (1.0 / LARGEST_RATE..=LARGEST_RATE).contains(rate));
    rate.ok_or_else(|| {
        format!(
            "expected a positive number, such as 0.001, from {:e} to {LARGEST_RATE:e}",
            1.0 / LARGEST_RATE
        )
    })
}

pub(crate) fn weight_decay(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (0.0..=LARGEST_RATE).contains(rate));
    rate.ok_or_else(|| format!("expected a number of at least 0, such as 0.01, and at most {LARGEST_RATE:e}"))
}

pub(crate) fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("expected a whole number of at least 0 and at most {}", u64::MAX))
}

pub(crate) fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..0.9).contains(share));
    share.ok_or_else(|| "expected a number of at least 0 and below 0.9, such as 0.2".to_owned())
}

/// A length of time; at most a day.
pub(crate) fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok().filter(|seconds| (0.01..=86_400.0).contains(seconds));
    seconds.ok_or_else(|| "expected a number of seconds from 0.01 to 86400, such as 10".to_owned())
}

/// Checks that a network with these widths can be trained in steps of `batch` examples.
pub(crate) fn check_network(widths: &[usize], batch: usize) -> Result<(), CliError> {
    let remedy = "choose smaller widths with --hidden";
    let layers = widths.windows(2).map(|fans| (fans[0] as u128 + 1) * fans[1] as u128);
    at_most(MOST_PARAMETERS, layers.sum(), "parameters of the network", remedy)?;
    let units: u128 = widths.iter().map(|&width| width as u128).sum();
    let remedy = "choose a smaller --batch-size, or smaller widths with --hidden";
    at_most(MOST_ACTIVATIONS, units * batch as u128, "inputs and outputs of the layers in a step", remedy)
}

/// Checks that a number of things is within its limit.
pub(crate) fn at_most(
    limit: u128,
    size: u128,
    what: &'static str,
    remedy: &'static str,
) -> Result<(), CliError> {
    if size <= limit { Ok(()) } else { Err(CliError::TooMany { what, size, limit, remedy }) }
}
