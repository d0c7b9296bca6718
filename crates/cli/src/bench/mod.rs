//! `wengert bench`: how fast this machine trains.

mod allocations;
mod measure;
mod step;
mod synthetic;
mod training;

use clap::{Args, Subcommand};

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    subject: Subject,
}

#[derive(Subcommand)]
enum Subject {
    /// Time the training steps of a ReLU network on synthetic data: forward, backward and update.
    Step(step::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), step::BenchStepError> {
    match &arguments.subject {
        Subject::Step(arguments) => step::run(arguments),
    }
}
