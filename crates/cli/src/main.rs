//! The command line: parse, call, print.

mod bench;
mod expression;
mod gradcheck;
mod graph;
mod output;
mod predict;
mod train;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Train small networks on a CPU and look at derivatives.
#[derive(Parser)]
#[command(name = "wengert", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Train a ReLU network as a classifier and report how good it is.
    Train(train::Arguments),
    /// Classify the rows of a file with a model that `train --save` wrote.
    Predict(predict::Arguments),
    /// Show the computational graph of a formula, with the sweeps of forward and reverse mode.
    Graph(graph::Arguments),
    /// Check the derivatives of a formula: reverse mode, forward mode and differences against each other.
    Gradcheck(gradcheck::Arguments),
    /// Measure how fast this machine trains.
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Train(arguments) => train::run(&arguments).map_err(|error| error.to_string()),
        Command::Predict(arguments) => predict::run(&arguments).map_err(|error| error.to_string()),
        Command::Graph(arguments) => graph::run(&arguments).map_err(|error| error.to_string()),
        Command::Gradcheck(arguments) => gradcheck::run(&arguments).map_err(|error| error.to_string()),
        Command::Bench(arguments) => bench::run(&arguments).map_err(|error| error.to_string()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
