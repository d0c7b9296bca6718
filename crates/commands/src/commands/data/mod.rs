//! `wengert data`: named data sets, and what is in a table.

mod describe;
mod list;
mod write;

use crate::error::CliError;
use clap::{Args, Subcommand};

/// List the named data sets, write one to a file, or describe a table.
#[derive(Args)]
#[command(after_help = "Example:
  wengert data list
  wengert data write moons --seed 7 --output moons.csv
  wengert data describe moons.csv")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    List(list::Arguments),
    Describe(describe::Arguments),
    Write(write::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), CliError> {
    match &arguments.action {
        Action::List(arguments) => list::run(arguments),
        Action::Describe(arguments) => describe::run(arguments),
        Action::Write(arguments) => write::run(arguments),
    }
}
