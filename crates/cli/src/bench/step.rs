//! `wengert bench step`.

use super::measure::{Measured, NotFinite, measure, median};
use super::training::Setting;
use crate::output::{print_line, table};
use clap::{Args, ValueEnum};
use rayon::{ThreadPoolBuildError, ThreadPoolBuilder};
use serde_json::json;
use std::fmt;
use wengert::prelude::*;
use wengert::train::Strategy;

/// The most numbers that data and parameters may have together: 8 GiB of `f32`.
const MOST_NUMBERS: usize = 1 << 31;
/// More threads than any machine that this runs on has cores.
const MOST_THREADS: usize = 4096;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The widths of the network: inputs first, classes last.
    #[arg(long, default_value = "784,128,64,10", value_parser = widths, value_name = "WIDTHS")]
    layers: Widths,
    /// Examples a step.
    #[arg(long, default_value_t = 64, allow_negative_numbers = true, value_parser = crate::train::at_least_one, value_name = "COUNT")]
    batch: usize,
    /// What moves the parameters. Momentum is 0.9.
    #[arg(long, value_enum, default_value_t = Method::Adam)]
    optimizer: Method,
    /// Learning rate [default: 0.1 for sgd, 0.01 for momentum, 0.001 for adam].
    #[arg(long, allow_negative_numbers = true, value_parser = crate::train::learning_rate, value_name = "RATE")]
    learning_rate: Option<f64>,
    /// The numbers that are computed with.
    #[arg(long, value_enum, default_value_t = Precision::F32)]
    dtype: Precision,
    /// Threads; 0 is as many as there are cores. The losses do not depend on it.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true, value_parser = threads, value_name = "COUNT")]
    threads: usize,
    /// Cuts each batch into this many shards, 1 being none [default: as training does].
    #[arg(long, allow_negative_numbers = true, value_parser = crate::train::at_least_one, value_name = "COUNT")]
    shards: Option<usize>,
    /// Steps to time [default: as many as fit into a second, at least 20].
    #[arg(long, allow_negative_numbers = true, value_parser = crate::train::at_least_one, value_name = "COUNT")]
    steps: Option<usize>,
    /// Steps before those, which are not timed.
    #[arg(long, default_value_t = 20, allow_negative_numbers = true, value_parser = crate::train::at_least_one, value_name = "COUNT")]
    warmup: usize,
    /// Seed of the data and of the initial parameters.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Prints one JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Method {
    Sgd,
    Momentum,
    Adam,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Precision {
    F32,
    F64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Widths(Vec<usize>);

fn widths(text: &str) -> Result<Widths, String> {
    let width = |part: &str| part.trim().parse().ok().filter(|&width: &usize| width > 0);
    let all: Option<Vec<usize>> = text.split(',').map(width).collect();
    all.filter(|all| all.len() >= 2)
        .map(Widths)
        .ok_or_else(|| "give at least two positive widths separated by commas, as 784,128,10".to_owned())
}

fn threads(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|&count| count <= MOST_THREADS).ok_or_else(|| {
        format!("give a whole number of at most {MOST_THREADS}; 0 is as many as there are cores")
    })
}

/// Why there are no times.
#[derive(Debug)]
pub(crate) enum BenchStepError {
    TooLarge { batch: usize },
    Threads(ThreadPoolBuildError),
    Diverged { step: usize, rate: f64 },
    Output(std::io::Error),
}

impl fmt::Display for BenchStepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { batch } => write!(
                f,
                "--layers and --batch {batch} need more than {MOST_NUMBERS} numbers; give smaller layers or a smaller batch"
            ),
            Self::Threads(error) => {
                write!(f, "cannot start the threads ({error}); give fewer with --threads")
            }
            Self::Diverged { step, rate } => write!(
                f,
                "the loss was not finite in step {step}; give a learning rate below {rate:?} with --learning-rate"
            ),
            Self::Output(error) => write!(f, "standard output: {error}"),
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), BenchStepError> {
    arguments.expect_room()?;
    let pool = ThreadPoolBuilder::new().num_threads(arguments.threads).build();
    let pool = pool.map_err(BenchStepError::Threads)?;
    let measured = pool.install(|| match arguments.dtype {
        Precision::F32 => arguments.measure::<f32>(),
        Precision::F64 => arguments.measure::<f64>(),
    });
    let rate = arguments.rate();
    let measured = measured.map_err(|NotFinite { step }| BenchStepError::Diverged { step, rate })?;
    let report = Report { arguments, threads: pool.current_num_threads(), measured };
    let shown = if arguments.json { report.as_json() } else { report.as_table() };
    print_line(shown).map_err(BenchStepError::Output)
}

impl Arguments {
    fn setting(&self) -> Setting<'_> {
        let strategy = self.shards.map_or(Strategy::Automatic, Strategy::Shards);
        Setting { widths: &self.layers.0, batch: self.batch, seed: self.seed, strategy }
    }

    fn rate(&self) -> f64 {
        self.learning_rate.unwrap_or(match self.optimizer {
            Method::Sgd => 0.1,
            Method::Momentum => 0.01,
            Method::Adam => 1e-3,
        })
    }

    fn measure<T: Real>(&self) -> Result<Measured, NotFinite> {
        let rate = self.rate();
        let optimizer = || -> Box<dyn Optimizer<T>> {
            match self.optimizer {
                Method::Sgd => Box::new(Sgd::new(rate)),
                Method::Momentum => Box::new(Sgd::new(rate).momentum(0.9)),
                Method::Adam => Box::new(Adam::new(rate)),
            }
        };
        measure(self.setting(), optimizer, self.warmup, self.steps)
    }

    /// Refuses what would not fit into memory, before it is asked for.
    fn expect_room(&self) -> Result<(), BenchStepError> {
        let widths = self.layers.0.iter().map(|&width| width as f64);
        let weights: f64 = self.layers.0.windows(2).map(|fan| fan[0] as f64 * fan[1] as f64).sum();
        let outputs = self.batch as f64 * widths.sum::<f64>();
        let fits = weights + outputs <= MOST_NUMBERS as f64;
        if fits { Ok(()) } else { Err(BenchStepError::TooLarge { batch: self.batch }) }
    }

    /// The bytes of parameters, gradient, optimizer state, inputs and outputs of the layers.
    fn needed_bytes(&self) -> usize {
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

struct Report<'a> {
    arguments: &'a Arguments,
    threads: usize,
    measured: Measured,
}

impl Report<'_> {
    fn median(&self) -> f64 {
        median(self.measured.steps.clone())
    }

    fn mean(&self) -> f64 {
        self.measured.steps.iter().sum::<f64>() / self.measured.steps.len() as f64
    }

    /// `6 x weights x batch` operations a step.
    fn gflops(&self) -> f64 {
        (6 * self.arguments.setting().weights() * self.arguments.batch) as f64 / self.median() / 1e6
    }

    fn samples_per_second(&self) -> f64 {
        1e3 * self.arguments.batch as f64 / self.median()
    }

    fn allocations_per_step(&self) -> f64 {
        self.measured.allocations as f64 / self.measured.steps.len() as f64
    }

    fn loss_at_step(&self, step: usize) -> Option<f64> {
        self.measured.losses.get(step - 1).copied()
    }

    fn as_json(&self) -> String {
        let (arguments, [forward, backward, update]) = (self.arguments, self.measured.phases);
        json!({
            "layers": arguments.layers.0,
            "batch": arguments.batch,
            "optimizer": name(&arguments.optimizer),
            "learning_rate": arguments.rate(),
            "dtype": name(&arguments.dtype),
            "threads": self.threads,
            "seed": arguments.seed,
            "parameters": arguments.setting().parameters(),
            "steps": self.measured.steps.len(),
            "ms_per_step": self.median(),
            "mean_ms_per_step": self.mean(),
            "samples_per_second": self.samples_per_second(),
            "gflops": self.gflops(),
            "allocations_per_step": self.allocations_per_step(),
            "phases": { "forward": forward, "backward": backward, "update": update },
            "peak_bytes": self.measured.peak_bytes,
            "needed_bytes": arguments.needed_bytes(),
            "loss_at_step_10": self.loss_at_step(10),
            "loss_at_step_100": self.loss_at_step(100),
        })
        .to_string()
    }

    fn as_table(&self) -> String {
        let (arguments, median) = (self.arguments, self.median());
        let time = |milliseconds: f64| format!("{:.2} us", 1e3 * milliseconds);
        let mut shown = table(["a step", "median"].map(str::to_owned).into(), &[0]);
        shown.add_row(["time".to_owned(), time(median)]);
        for (phase, milliseconds) in ["  forward", "  backward", "  update"].iter().zip(self.measured.phases)
        {
            shown.add_row([(*phase).to_owned(), time(milliseconds)]);
        }
        shown.add_row(["examples a second".to_owned(), format!("{:.0}", self.samples_per_second())]);
        shown.add_row(["GFLOP/s".to_owned(), format!("{:.2}", self.gflops())]);
        shown.add_row(["allocations".to_owned(), self.allocations_per_step().to_string()]);
        let (peak, needed) = (self.measured.peak_bytes as f64, arguments.needed_bytes() as f64);
        shown.add_row(["memory".to_owned(), format!("{:.2} MB", peak / 1e6)]);
        shown.add_row(["memory / least possible".to_owned(), format!("{:.2}", peak / needed)]);
        for step in [10, 100] {
            let loss = self.loss_at_step(step);
            let loss = loss.map_or_else(|| "-".to_owned(), |loss| format!("{loss:.6}"));
            shown.add_row([format!("loss in step {step}"), loss]);
        }
        let widths: Vec<String> = arguments.layers.0.iter().map(ToString::to_string).collect();
        let (method, dtype, batch) = (name(&arguments.optimizer), name(&arguments.dtype), arguments.batch);
        let (widths, steps, threads) = (widths.join("-"), self.measured.steps.len(), self.threads);
        let plural = if threads == 1 { "" } else { "s" };
        let head = format!(
            "{widths}, batches of {batch}, {method}, {dtype}, {threads} thread{plural}, {steps} steps"
        );
        let note = "The phases are timed by themselves; forward and backward share the time of both as they do on one thread.";
        format!("{head}\n{shown}\n{note}")
    }
}

/// The name that an argument has on the command line.
fn name(value: &impl ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}
