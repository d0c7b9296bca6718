//! The options of `wengert train`, in the groups of its help.

use crate::bounds::{self, Part, Widths};
use crate::source::ReadingOptions;
use clap::{Args, Command, FromArgMatches, ValueEnum};
use std::path::PathBuf;
use wengert::data::{Missing, ScalingMethod, Task, UnknownCategory};
use wengert::nn::{ActivationChoice, InitChoice, LossChoice, Normalisation};
use wengert::optim::{OptimizerChoice, ScheduleChoice};
use wengert::train::{BestBy, ClassWeights, Every, Sampling};

/// Train a network on a table or on images, and report how good it is.
#[derive(Args)]
#[command(after_help = "Defaults that are not shown depend on the data.

Examples:
  wengert train iris --save iris.safetensors
  wengert train digits --hidden 64 --epochs 20 --test 0.2
  wengert train friedman1 --optimizer sgd:momentum=0.9 --early-stopping 10 --json")]
pub(crate) struct Options {
    /// Named data set (see `wengert data list`), file, folder of images, or - for standard input.
    #[arg(required_unless_present_any = ["config", "resume"])]
    pub(in crate::commands) data: Option<String>,
    #[command(flatten)]
    pub(in crate::commands) columns: ColumnOptions,
    #[command(flatten)]
    pub(in crate::commands) reading: ReadingOptions,
    #[command(flatten)]
    pub(in crate::commands) network: NetworkOptions,
    #[command(flatten)]
    pub(in crate::commands) training: TrainingOptions,
    #[command(flatten)]
    pub(in crate::commands) run: RunOptions,
    #[command(flatten)]
    pub(in crate::commands) output: OutputOptions,
}

/// What the columns are, and which examples are for what.
#[derive(Args)]
#[command(next_help_heading = "Data")]
pub(in crate::commands) struct ColumnOptions {
    /// Column to predict, by name or by number from 1 [default: the last].
    #[arg(long, value_delimiter = ',', value_name = "NAME|N")]
    pub(in crate::commands) target: Vec<String>,
    /// Columns to leave out.
    #[arg(long, value_delimiter = ',', value_name = "NAME|N")]
    pub(in crate::commands) drop: Vec<String>,
    /// Column with the weights of the examples.
    #[arg(long, value_name = "NAME|N")]
    pub(in crate::commands) weight: Option<String>,
    /// classification or regression [default: by the target].
    #[arg(long, value_parser = bounds::task, value_name = "TASK")]
    pub(in crate::commands) task: Option<Task>,
    /// Missing values: refuse, mean, median, drop (rows), indicator.
    #[arg(long, default_value = "refuse", value_parser = bounds::missing, value_name = "WHAT")]
    pub(in crate::commands) missing: Missing,
    /// Texts that did not occur in training: refuse, zeros.
    #[arg(long, default_value = "refuse", value_parser = bounds::unknown, value_name = "WHAT")]
    pub(in crate::commands) unknown: UnknownCategory,
    /// Most texts in a column of inputs, each of which becomes a feature.
    #[arg(long, default_value_t = 100, value_parser = bounds::categories, value_name = "COUNT")]
    pub(in crate::commands) categories: usize,
    /// Scaling of features: standardise, min-max, robust, none [default: standardise].
    #[arg(long, value_parser = bounds::scaling, value_name = "METHOD")]
    pub(in crate::commands) scaling: Option<ScalingMethod>,
    /// Share or file to choose settings by [default: 0.1; with --test or images 0].
    #[arg(long, allow_negative_numbers = true, value_parser = bounds::held_out, value_name = "SHARE|FILE")]
    pub(in crate::commands) validation: Option<Part>,
    /// Share or file to evaluate once, at the end; "own": the test images of a folder.
    #[arg(long, allow_negative_numbers = true, value_parser = bounds::part, value_name = "SHARE|FILE")]
    pub(in crate::commands) test: Option<Part>,
    /// Read the data in pieces in each epoch, for files that are larger than the memory.
    #[arg(long)]
    pub(in crate::commands) stream: bool,
}

/// What is trained.
#[derive(Args)]
#[command(next_help_heading = "Network")]
pub(in crate::commands) struct NetworkOptions {
    /// Widths of the hidden layers, or "none".
    #[arg(long, value_parser = bounds::widths, value_name = "WIDTHS")]
    pub(in crate::commands) hidden: Option<Widths>,
    /// Activation: relu, tanh, gelu, leaky_relu:alpha=0.2, ...
    #[arg(long, value_name = "NAME")]
    pub(in crate::commands) activation: Option<ActivationChoice>,
    /// Share of the hidden units to leave out in each step.
    #[arg(long, default_value_t = 0.0, value_parser = bounds::share, value_name = "SHARE")]
    pub(in crate::commands) dropout: f64,
    /// Normalisation of the hidden layers: none, batch, layer.
    #[arg(long, value_enum, default_value_t = Norm::None, hide_possible_values = true, value_name = "NAME")]
    pub(in crate::commands) norm: Norm,
    /// Initialiser of the weights: he_normal, glorot_uniform, ...
    #[arg(long, value_name = "NAME")]
    pub(in crate::commands) init: Option<InitChoice>,
}

/// How it is trained.
#[derive(Args)]
#[command(next_help_heading = "Training")]
pub(in crate::commands) struct TrainingOptions {
    /// Loss: cross_entropy, mean_squared, huber:delta=0.5, ...
    #[arg(long, value_name = "NAME")]
    pub(in crate::commands) loss: Option<LossChoice>,
    /// Optimizer with settings: adam, sgd:momentum=0.9,nesterov, ...
    #[arg(long, value_name = "NAME")]
    pub(in crate::commands) optimizer: Option<OptimizerChoice>,
    /// Learning rate.
    #[arg(long, allow_negative_numbers = true, value_parser = bounds::learning_rate, value_name = "RATE")]
    pub(in crate::commands) lr: Option<f64>,
    /// Weight decay.
    #[arg(long, allow_negative_numbers = true, value_parser = bounds::weight_decay, value_name = "RATE")]
    pub(in crate::commands) weight_decay: Option<f64>,
    /// Schedule of the rate: constant, cosine:warmup=2, step:every=20, ...
    #[arg(long, value_name = "NAME")]
    pub(in crate::commands) schedule: Option<ScheduleChoice>,
    /// Scale down gradients of a larger norm.
    #[arg(long, allow_negative_numbers = true, value_parser = bounds::learning_rate, value_name = "NORM")]
    pub(in crate::commands) clip: Option<f64>,
    /// Gradients at the worst point at this distance (sharpness-aware minimisation).
    #[arg(long, allow_negative_numbers = true, value_parser = bounds::learning_rate, value_name = "RHO")]
    pub(in crate::commands) sam: Option<f64>,
    /// Passes over the training data.
    #[arg(long, value_parser = bounds::epochs, value_name = "COUNT")]
    pub(in crate::commands) epochs: Option<usize>,
    /// Examples per gradient.
    #[arg(long, value_parser = bounds::batch_size, value_name = "COUNT")]
    pub(in crate::commands) batch_size: Option<usize>,
    /// Gradients per step, of which the mean is taken.
    #[arg(long, default_value_t = 1, value_parser = bounds::epochs, value_name = "COUNT")]
    pub(in crate::commands) accumulate: usize,
    /// Order of the examples: reshuffle, once, replacement.
    #[arg(long, default_value = "reshuffle", value_parser = bounds::sampling, value_name = "HOW")]
    pub(in crate::commands) sampling: Sampling,
    /// Weights of classes: none, balanced, or a list.
    #[arg(long, default_value = "none", value_parser = bounds::class_weights, value_name = "WEIGHTS")]
    pub(in crate::commands) class_weight: ClassWeights,
    /// Stop after this many epochs that are not better; keep the best.
    #[arg(long, value_parser = bounds::epochs, value_name = "EPOCHS")]
    pub(in crate::commands) early_stopping: Option<usize>,
    /// Keep the epoch with the best validation loss or accuracy.
    #[arg(long, value_parser = bounds::best_by, value_name = "CRITERION")]
    pub(in crate::commands) best_by: Option<BestBy>,
    /// Seed of generated data, the split, the initial parameters and the order.
    #[arg(long, default_value_t = 0, value_parser = bounds::seed)]
    pub(in crate::commands) seed: u64,
    /// Parts of a step with gradients of their own, for --threads and ranks; results depend on it.
    #[arg(long, value_parser = bounds::shards, value_name = "COUNT")]
    pub(in crate::commands) shards: Option<usize>,
    /// Threads, 0 for one per core or RAYON_NUM_THREADS; results do not depend on it.
    #[arg(long, default_value_t = 0, value_parser = bounds::threads, value_name = "COUNT")]
    pub(in crate::commands) threads: usize,
    /// Seconds to wait for another rank [default: 300].
    #[arg(long, value_parser = bounds::seconds, value_name = "SECONDS")]
    pub(in crate::commands) rank_timeout: Option<f64>,
}

/// How a run ends and continues.
#[derive(Args)]
#[command(next_help_heading = "Run")]
pub(in crate::commands) struct RunOptions {
    /// Save the state of the run; also on Ctrl-C and SIGTERM, which end it.
    #[arg(long, value_name = "FILE")]
    pub(in crate::commands) checkpoint: Option<PathBuf>,
    /// Epochs between checkpoints, or steps, as in 200steps.
    #[arg(long, default_value = "1", value_parser = bounds::every, value_name = "COUNT")]
    pub(in crate::commands) every: Every,
    /// Continue the run of a checkpoint, with its settings; --epochs may extend it.
    #[arg(long, value_name = "FILE", conflicts_with = "config")]
    pub(in crate::commands) resume: Option<PathBuf>,
    /// Show data, network, steps and settings, and train nothing.
    #[arg(long)]
    pub(in crate::commands) dry_run: bool,
    /// Learn one batch by heart, to find mistakes; without dropout and weight decay.
    #[arg(long, conflicts_with_all = ["dry_run", "checkpoint", "resume"])]
    pub(in crate::commands) overfit_batch: bool,
    /// Cross-validation: train on all folds but one, for each of this many folds.
    #[arg(long, value_parser = bounds::folds, value_name = "FOLDS", conflicts_with_all =
        ["dry_run", "overfit_batch", "checkpoint", "resume", "validation", "stream", "save"])]
    pub(in crate::commands) cv: Option<usize>,
    /// Try rising learning rates, one step each, and suggest one.
    #[arg(long, conflicts_with_all = ["dry_run", "overfit_batch", "cv", "checkpoint", "resume"])]
    pub(in crate::commands) find_lr: bool,
}

/// What is written, and where.
#[derive(Args)]
#[command(next_help_heading = "Output")]
pub(in crate::commands) struct OutputOptions {
    /// Write the model.
    #[arg(long, value_name = "FILE.safetensors")]
    pub(in crate::commands) save: Option<PathBuf>,
    /// Write the metrics of all epochs, as .csv or .jsonl.
    #[arg(long, value_parser = bounds::history, value_name = "FILE")]
    pub(in crate::commands) history: Option<PathBuf>,
    /// Write charts to a folder.
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::commands) plot: Option<PathBuf>,
    /// Write metrics, parameters and the graph for TensorBoard, to a folder.
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::commands) tensorboard: Option<PathBuf>,
    /// Write a report with tables and charts.
    #[arg(long, value_name = "FILE.html")]
    pub(in crate::commands) report: Option<PathBuf>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub(in crate::commands) json: bool,
    /// Seconds between lines of progress without a terminal.
    #[arg(long, default_value_t = 10.0, value_parser = bounds::seconds, value_name = "SECONDS")]
    pub(in crate::commands) progress: f64,
    /// Read settings from a file; the command line takes precedence.
    #[arg(long, value_name = "FILE.toml")]
    pub(in crate::commands) config: Option<PathBuf>,
    /// Write the settings of this run, to be read by --config.
    #[arg(long, value_name = "FILE.toml")]
    pub(in crate::commands) write_config: Option<PathBuf>,
}

impl Options {
    /// The command `train` with these options.
    pub(in crate::commands) fn command() -> Command {
        Self::augment_args(Command::new("train").no_binary_name(true))
    }

    /// The options that these arguments give.
    pub(in crate::commands) fn of_arguments(arguments: &[String]) -> Result<Self, clap::Error> {
        Self::from_arg_matches(&Self::command().try_get_matches_from(arguments)?)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::commands) enum Norm {
    None,
    Batch,
    Layer,
}

impl From<Norm> for Normalisation {
    fn from(norm: Norm) -> Self {
        match norm {
            Norm::None => Self::None,
            Norm::Batch => Self::Batch,
            Norm::Layer => Self::Layer,
        }
    }
}
