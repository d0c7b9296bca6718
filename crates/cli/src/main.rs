//! The program `wengert`: parses the command line, calls the library and prints the result.

mod commands;
mod error;
mod expression;
mod output;

use clap::Parser;
use commands::Command;
use std::process::ExitCode;

/// Train small networks on a CPU and explore derivatives.
#[derive(Parser)]
#[command(
    name = "wengert",
    version,
    after_help = "Exit codes: 0 success, 1 failure or failed check, 2 invalid arguments"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    match Cli::parse().command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            error.exit_code()
        }
    }
}
