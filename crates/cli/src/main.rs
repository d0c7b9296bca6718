//! The program `wengert`: parses the command line, calls the library and prints the result.

mod bounds;
mod commands;
mod error;
mod expression;
mod input;
mod output;
mod progress;

use clap::Parser;
use clap::error::ContextValue;
use commands::Command;
use std::process::ExitCode;
use wengert_files::excerpt;

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
    let cli = Cli::try_parse().unwrap_or_else(|error| shortened(error).exit());
    match cli.command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            error.exit_code()
        }
    }
}

/// The error of a command line, without arguments of any length.
fn shortened(mut error: clap::Error) -> clap::Error {
    let texts: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) => Some((kind, ContextValue::String(excerpt(text)))),
            // A suggestion that repeats the argument.
            ContextValue::StyledStrs(texts) => {
                let long = texts.iter().any(|text| text.to_string().len() > 300);
                long.then_some((kind, ContextValue::None))
            }
            _ => None,
        })
        .collect();
    for (kind, value) in texts {
        error.insert(kind, value);
    }
    error
}
