//! Times the training steps of a network in the steady state: `wengert-step-bench --help`
//! lists the settings.

mod allocations;
mod arguments;
mod measure;
mod report;

use arguments::{Arguments, Method, Precision};
use clap::Parser;
use measure::{Measurement, NotFinite, measure};
use rayon::{ThreadPoolBuildError, ThreadPoolBuilder};
use report::Report;
use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;
use wengert::prelude::*;
use wengert_step_bench::workloads::Task;

/// The largest number of elements of data and parameters together: 8 GiB in `f32`.
const MAX_ELEMENTS: usize = 1 << 31;

/// Why there is no measurement.
#[derive(Debug)]
enum StepBenchError {
    TooLarge { batch: usize },
    Outputs { inputs: usize, outputs: usize },
    Threads(ThreadPoolBuildError),
    Diverged { step: usize, rate: f64 },
    Output(io::Error),
}

impl fmt::Display for StepBenchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { batch } => {
                write!(f, "--layers and --batch {batch} need more than {MAX_ELEMENTS} numbers; ")?;
                f.write_str("choose smaller layers or a smaller batch")
            }
            Self::Outputs { inputs, outputs } => {
                write!(f, "--task regression needs as many outputs as inputs, not {inputs} and {outputs}")
            }
            Self::Threads(error) => {
                write!(f, "cannot start the threads ({error}); choose fewer with --threads")
            }
            Self::Diverged { step, rate } => {
                write!(f, "the loss was not finite in step {step}; ")?;
                write!(f, "choose a learning rate below {rate:?} with --learning-rate")
            }
            Self::Output(error) => write!(f, "cannot write to standard output: {error}"),
        }
    }
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), StepBenchError> {
    check_size(arguments)?;
    let (inputs, outputs) = (arguments.layers.0[0], arguments.layers.0[arguments.layers.0.len() - 1]);
    if arguments.task == Task::Regression && inputs != outputs {
        return Err(StepBenchError::Outputs { inputs, outputs });
    }
    let pool = ThreadPoolBuilder::new().num_threads(arguments.threads).build();
    let pool = pool.map_err(StepBenchError::Threads)?;
    let measurement = pool.install(|| match arguments.dtype {
        Precision::F32 => measure_steps::<f32>(arguments),
        Precision::F64 => measure_steps::<f64>(arguments),
    });
    let measurement = measurement
        .map_err(|NotFinite { step }| StepBenchError::Diverged { step, rate: arguments.rate() })?;
    let report = Report { arguments, threads: pool.current_num_threads(), measurement };
    let text = if arguments.json { report.as_json() } else { report.as_table() };
    writeln!(io::stdout(), "{text}").map_err(StepBenchError::Output)
}

/// Fails if the numbers would not fit into memory, before any is allocated.
fn check_size(arguments: &Arguments) -> Result<(), StepBenchError> {
    let widths = &arguments.layers.0;
    let weights: f64 = widths.windows(2).map(|fan| fan[0] as f64 * fan[1] as f64).sum();
    let outputs = arguments.batch as f64 * widths.iter().map(|&width| width as f64).sum::<f64>();
    let fits = weights + outputs <= MAX_ELEMENTS as f64;
    if fits { Ok(()) } else { Err(StepBenchError::TooLarge { batch: arguments.batch }) }
}

fn measure_steps<T: Real>(arguments: &Arguments) -> Result<Measurement, NotFinite> {
    let rate = arguments.rate();
    let optimizer = || -> Box<dyn Optimizer<T>> {
        match arguments.optimizer {
            Method::Sgd => Box::new(Sgd::new(rate)),
            Method::Momentum => Box::new(Sgd::new(rate).momentum(0.9)),
            Method::Adam => Box::new(Adam::new(rate)),
        }
    };
    measure(arguments.setting(), optimizer, arguments.warmup, arguments.steps)
}
