//! Bounds on what a command line may ask for, and the parsers of numbers that apply them.
//!
//! A number in an argument has any number of digits, and a file any number of columns. What would take more
//! memory than a computer has, or more time than anybody waits, is refused with a message before it is begun.

use crate::error::CliError;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use wengert::data::{Missing, ScalingMethod, Task, UnknownCategory};
use wengert::train::{BestBy, ChooseBy, ClassWeights, Every, Sampling};

/// The largest number of parameters that `train` accepts. Parameters, gradient and the state of the optimizer
/// take about 2 GB.
const MOST_PARAMETERS: u128 = 100_000_000;
/// The largest number of hidden layers and of units per layer.
const MOST_LAYERS: usize = 1000;
const MOST_UNITS: usize = 1_000_000;
/// The largest number of outputs of all layers for the examples of one step. With their adjoints, they take
/// about 2 GB.
const MOST_ACTIVATIONS: u128 = 250_000_000;
/// The largest learning rate: single precision has to hold it.
const LARGEST_RATE: f64 = 1e38;
/// The largest weight decay that optimizers accept.
const LARGEST_DECAY: f64 = 1e6;

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

/// A number of epochs, or of steps.
pub(crate) fn every(text: &str) -> Result<Every, String> {
    match text.strip_suffix("steps") {
        Some(steps) => Ok(Every::Steps(count(steps.trim_end(), 1..=1_000_000_000)? as u64)),
        None => epochs(text).map(Every::Epochs),
    }
}

pub(crate) fn folds(text: &str) -> Result<usize, String> {
    count(text, 2..=10_000)
}

/// A number of trials of a search.
pub(crate) fn trials(text: &str) -> Result<usize, String> {
    count(text, 1..=10_000)
}

/// The factor of successive halving.
pub(crate) fn factor(text: &str) -> Result<usize, String> {
    count(text, 2..=1000)
}

pub(crate) fn batch_size(text: &str) -> Result<usize, String> {
    count(text, 1..=1_000_000_000)
}

pub(crate) fn categories(text: &str) -> Result<usize, String> {
    count(text, 1..=100_000)
}

/// A number of ranks.
pub(crate) fn ranks(text: &str) -> Result<usize, String> {
    count(text, 1..=65_536)
}

/// The number of shards of a step.
pub(crate) fn shards(text: &str) -> Result<usize, String> {
    count(text, 1..=65_536)
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
    let rate = text.parse().ok().filter(|rate| (0.0..=LARGEST_DECAY).contains(rate));
    rate.ok_or_else(|| format!("expected a number of at least 0, such as 0.01, and at most {LARGEST_DECAY}"))
}

pub(crate) fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("expected a whole number of at least 0 and at most {}", u64::MAX))
}

pub(crate) fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..0.9).contains(share));
    share.ok_or_else(|| "expected a number of at least 0 and below 0.9, such as 0.2".to_owned())
}

/// Which examples a part of the data has.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    /// A share of the training examples.
    Share(f64),
    /// The examples of a file.
    File(PathBuf),
    /// The examples that the data come with as this part.
    Own,
}

/// A share, `own`, or a file.
pub(crate) fn part(text: &str) -> Result<Part, String> {
    match text {
        "own" => Ok(Part::Own),
        _ if text.parse::<f64>().is_ok() => share(text).map(Part::Share),
        _ => Ok(Part::File(text.into())),
    }
}

/// A share or a file.
pub(crate) fn held_out(text: &str) -> Result<Part, String> {
    match part(text)? {
        Part::Own => Err("only --test can be own".to_owned()),
        part => Ok(part),
    }
}

/// A character of one byte that separates columns, by itself or by its name.
pub(crate) fn delimiter(text: &str) -> Result<u8, String> {
    match (text, text.as_bytes()) {
        ("comma", _) => Ok(b','),
        ("tab" | "\\t", _) => Ok(b'\t'),
        ("semicolon", _) => Ok(b';'),
        ("pipe", _) => Ok(b'|'),
        (_, &[byte]) if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"\"\r\n.-+".contains(&byte) => {
            Ok(byte)
        }
        _ => Err("expected comma, tab, semicolon, pipe, or one other character, such as :".to_owned()),
    }
}

pub(crate) fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err("expected yes or no".to_owned()),
    }
}

/// The byte before the decimals of a number.
pub(crate) fn decimal(text: &str) -> Result<u8, String> {
    match text {
        "point" | "." => Ok(b'.'),
        "comma" | "," => Ok(b','),
        _ => Err("expected point or comma".to_owned()),
    }
}

/// The value with this name among those of an option.
pub(crate) fn one_of<V: Copy>(
    values: &[V],
    name: impl Fn(V) -> &'static str,
    text: &str,
) -> Result<V, String> {
    let names: Vec<&str> = values.iter().map(|&value| name(value)).collect();
    let found = values.iter().copied().find(|&value| name(value) == text);
    found.ok_or_else(|| format!("expected {}", names.join(", ")))
}

pub(crate) fn task(text: &str) -> Result<Task, String> {
    let name = |task| if task == Task::Classification { "classification" } else { "regression" };
    one_of(&Task::ALL, name, text)
}

pub(crate) fn missing(text: &str) -> Result<Missing, String> {
    one_of(Missing::ALL, Missing::name, text)
}

pub(crate) fn unknown(text: &str) -> Result<UnknownCategory, String> {
    one_of(UnknownCategory::ALL, UnknownCategory::name, text)
}

pub(crate) fn scaling(text: &str) -> Result<ScalingMethod, String> {
    one_of(ScalingMethod::ALL, ScalingMethod::name, text)
}

pub(crate) fn sampling(text: &str) -> Result<Sampling, String> {
    one_of(&Sampling::ALL, Sampling::name, text)
}

pub(crate) fn best_by(text: &str) -> Result<BestBy, String> {
    one_of(&BestBy::ALL, BestBy::name, text)
}

pub(crate) fn choose_by(text: &str) -> Result<ChooseBy, String> {
    one_of(&ChooseBy::ALL, ChooseBy::name, text)
}

/// `none`, `balanced`, or a weight per class, separated by commas.
pub(crate) fn class_weights(text: &str) -> Result<ClassWeights, String> {
    match text {
        "none" => Ok(ClassWeights::None),
        "balanced" => Ok(ClassWeights::Balanced),
        _ => {
            let weight = |part: &str| part.trim().parse().ok().filter(|weight| (0.0..=1e6).contains(weight));
            let weights: Option<Vec<f64>> = text.split(',').map(weight).collect();
            weights.map(ClassWeights::Given).ok_or_else(|| {
                "expected none, balanced, or a weight from 0 to 1000000 for each class, such as 1,2.5"
                    .to_owned()
            })
        }
    }
}

/// A file for the history of a training.
pub(crate) fn history(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let ending = path.extension().and_then(|ending| ending.to_str());
    match ending {
        Some("csv" | "jsonl") => Ok(path),
        _ => Err("expected a name that ends in .csv or .jsonl".to_owned()),
    }
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
