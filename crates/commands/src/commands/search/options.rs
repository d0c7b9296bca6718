//! The options of `wengert search`.

use crate::bounds;
use crate::commands::train::options::{ColumnOptions, NetworkOptions, TrainingOptions};
use crate::source::ReadingOptions;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use wengert::train::ChooseBy;

/// Search for the settings of `wengert train` that are best on the validation part.
#[derive(Args)]
#[command(
    after_help = "The space has the options of `wengert train` without dashes, each with a value, a list of \
values, or a range:

  optimizer = [\"sgd:momentum=0.9\", \"adamw\"]
  lr        = { from = 1e-4, to = 1e-1, scale = \"log\", steps = 4 }
  hidden    = { from = 8, to = 256, scale = \"log\" }
  epochs    = 20

A range between whole numbers has whole numbers only; a grid needs the number of its steps.

Trials are compared by the true loss on the validation part, that is, the share of mistakes, and of equal
ones the surrogate; or, with --by surrogate, by the loss that training minimises, on the validation part. Of
regressions, both are that loss. A trial that diverges never wins.

Example:
  printf 'lr = { from = 1e-3, to = 1e-1, scale = \"log\" }\\nepochs = 5\\n' > space.toml
  wengert search iris --space space.toml --trials 8 --results search.jsonl"
)]
pub(crate) struct Options {
    /// Named data set (see `wengert data list`), file, folder of images, or - for standard input.
    pub(super) data: String,
    #[command(flatten)]
    pub(super) search: SearchOptions,
    #[command(flatten)]
    pub(super) output: OutputOptions,
    #[command(flatten)]
    pub(super) columns: ColumnOptions,
    #[command(flatten)]
    pub(super) reading: ReadingOptions,
    #[command(flatten)]
    pub(super) network: NetworkOptions,
    #[command(flatten)]
    pub(super) training: TrainingOptions,
}

/// What is searched, and how.
#[derive(Args)]
#[command(next_help_heading = "Search")]
pub(super) struct SearchOptions {
    /// The settings to try.
    #[arg(long, value_name = "FILE.toml")]
    pub(super) space: PathBuf,
    /// grid (all combinations), random, or halving (of random ones, more epochs for the best).
    #[arg(
        long,
        value_enum,
        default_value_t = Method::Random,
        hide_possible_values = true,
        value_name = "METHOD"
    )]
    pub(super) method: Method,
    /// Random settings to try [default: 32].
    #[arg(long, value_parser = bounds::trials, value_name = "COUNT")]
    pub(super) trials: Option<usize>,
    /// Loss on the validation part to choose by: true (mistakes) or surrogate.
    #[arg(long, default_value = "true", value_parser = bounds::choose_by, value_name = "LOSS")]
    pub(super) by: ChooseBy,
    /// Each round of halving has this many times fewer trials, and more epochs, than the one before.
    #[arg(long, default_value_t = 3, value_parser = bounds::factor, value_name = "COUNT")]
    pub(super) factor: usize,
}

/// What is written, and where.
#[derive(Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputOptions {
    /// Keep the result of each trial.
    #[arg(long, value_name = "FILE.jsonl")]
    pub(super) results: Option<PathBuf>,
    /// Continue with the results in the file of --results, if it is there.
    #[arg(long, requires = "results")]
    pub(super) resume: bool,
    /// Write all trials as a table.
    #[arg(long, value_name = "FILE.csv")]
    pub(super) csv: Option<PathBuf>,
    /// Write charts to a folder, one for each setting.
    #[arg(long, value_name = "FOLDER")]
    pub(super) plot: Option<PathBuf>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub(super) json: bool,
    /// Seconds between lines of progress without a terminal.
    #[arg(long, default_value_t = 10.0, value_parser = bounds::seconds, value_name = "SECONDS")]
    pub(super) progress: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Method {
    Grid,
    Random,
    Halving,
}
