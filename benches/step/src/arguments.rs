//! The arguments of the program.

use clap::{Parser, ValueEnum};
use wengert::train::Strategy;
use wengert_step_bench::training::Setting;
use wengert_step_bench::workloads::Task;

/// Far above the number of cores of any machine.
const MAX_THREADS: usize = 4096;

/// Time the training steps of a network on synthetic data: forward pass, backward pass and update.
#[derive(Parser)]
#[command(after_help = "Example:\n  wengert-step-bench --layers 784,128,64,10 --batch 64 --threads 2")]
pub(crate) struct Arguments {
    /// What the network computes: classification, with ReLU and cross-entropy, or regression, the sine of
    /// each input, with tanh and the mean squared error.
    #[arg(long, default_value = "classification", value_parser = task, value_name = "TASK")]
    pub(crate) task: Task,
    /// Widths of the network: inputs, hidden layers, outputs.
    #[arg(long, default_value = "784,128,64,10", value_parser = widths, value_name = "WIDTHS")]
    pub(crate) layers: Widths,
    /// Examples per step.
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value_t = 64,
        value_parser = at_least_one,
        value_name = "COUNT",
    )]
    pub(crate) batch: usize,
    /// Optimizer; momentum is SGD with momentum 0.9.
    #[arg(long, value_enum, default_value_t = Method::Adam)]
    pub(crate) optimizer: Method,
    /// Learning rate [default: 0.1 for sgd, 0.01 for momentum, 0.001 for adam].
    #[arg(long, allow_negative_numbers = true, value_parser = learning_rate, value_name = "RATE")]
    learning_rate: Option<f64>,
    /// Element type of data and parameters.
    #[arg(long, value_enum, default_value_t = Precision::F32)]
    pub(crate) dtype: Precision,
    /// Number of threads; 0 uses one per core. The losses do not depend on it.
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value_t = 0,
        value_parser = threads,
        value_name = "COUNT",
    )]
    pub(crate) threads: usize,
    /// Number of shards that each batch is split into; 1 does not split it [default: chosen as in training].
    #[arg(long, allow_negative_numbers = true, value_parser = at_least_one, value_name = "COUNT")]
    shards: Option<usize>,
    /// Number of timed steps [default: as many as take one second, at least 20].
    #[arg(long, allow_negative_numbers = true, value_parser = at_least_one, value_name = "COUNT")]
    pub(crate) steps: Option<usize>,
    /// Number of steps before the timed ones.
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value_t = 20,
        value_parser = at_least_one,
        value_name = "COUNT",
    )]
    pub(crate) warmup: usize,
    /// Seed of the data and of the initial parameters.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Method {
    Sgd,
    Momentum,
    Adam,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Precision {
    F32,
    F64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Widths(pub(crate) Vec<usize>);

fn task(text: &str) -> Result<Task, String> {
    let named = Task::ALL.into_iter().find(|task| task.name() == text);
    named.ok_or_else(|| format!("expected {}", Task::ALL.map(Task::name).join(" or ")))
}

fn widths(text: &str) -> Result<Widths, String> {
    let width = |part: &str| part.trim().parse().ok().filter(|&width: &usize| width > 0);
    let all: Option<Vec<usize>> = text.split(',').map(width).collect();
    all.filter(|all| all.len() >= 2).map(Widths).ok_or_else(|| {
        "expected at least two positive widths separated by commas, such as 784,128,10".to_owned()
    })
}

fn threads(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|&count| count <= MAX_THREADS).ok_or_else(|| {
        format!("expected a whole number of at most {MAX_THREADS}; 0 uses one thread per core")
    })
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|&count| count > 0)
        .ok_or_else(|| "expected a whole number of at least 1".to_owned())
}

fn learning_rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|&rate: &f64| rate > 0.0 && rate.is_finite());
    rate.ok_or_else(|| "expected a positive number, such as 0.001".to_owned())
}

/// The name of a value on the command line.
pub(crate) fn name(value: &impl ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

impl Arguments {
    pub(crate) fn setting(&self) -> Setting<'_> {
        let strategy = self.shards.map_or(Strategy::Automatic, Strategy::Shards);
        Setting { task: self.task, widths: &self.layers.0, batch: self.batch, seed: self.seed, strategy }
    }

    /// The learning rate, given or default.
    pub(crate) fn rate(&self) -> f64 {
        self.learning_rate.unwrap_or(match self.optimizer {
            Method::Sgd => 0.1,
            Method::Momentum => 0.01,
            Method::Adam => 1e-3,
        })
    }

    /// The size of parameters, gradient, optimizer state, inputs and layer outputs.
    pub(crate) fn needed_bytes(&self) -> usize {
        let states = match self.optimizer {
            Method::Sgd => 0,
            Method::Momentum => 1,
            Method::Adam => 2,
        };
        let outputs = self.batch * self.layers.0.iter().sum::<usize>();
        let size = match self.dtype {
            Precision::F32 => size_of::<f32>(),
            Precision::F64 => size_of::<f64>(),
        };
        ((2 + states) * self.setting().parameters() + outputs) * size
    }
}
