//! The program `wengert` as a library, for a program that also has MPI: parses the command line, calls the
//! library and prints the result.

mod bounds;
mod commands;
mod error;
mod evaluation;
mod input;
mod interruption;
mod model;
mod output;
mod pictures;
#[cfg(feature = "playground")]
mod playground_error;
mod progress;
mod rank_problem;
mod ranks;
mod settings;
mod shell_word;
mod source;
mod unfit_data;

use clap::error::ContextValue;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser};
use commands::Command;
use error::CliError;
use input::text_of;
pub use ranks::Connect;
use ranks::Launcher;
use std::ffi::OsString;
use std::time::Duration;
use wengert::ad::kernels::InstructionSet;
use wengert_files::excerpt;

/// Train networks on tables and images, and explore derivatives.
#[derive(Parser)]
#[command(
    name = "wengert",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 success, 1 failure or failed check, 2 invalid arguments"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// For rank 0 to report an error that all ranks have before another one does.
const PRECEDENCE: Duration = Duration::from_secs(1);

/// Runs the program with the arguments of this process, and returns its exit code. A program with MPI says
/// how it connects with the other ranks.
pub fn main(connect: Option<Connect<'_>>) -> u8 {
    match run(&mut Launcher { connect }) {
        Ok(()) => 0,
        Err(error) => {
            if matches!(error, CliError::OfRank { rank, .. } if rank > 0) {
                std::thread::sleep(PRECEDENCE);
            }
            eprintln!("error: {error}");
            error.exit_code()
        }
    }
}

fn run(launcher: &mut Launcher<'_>) -> Result<(), CliError> {
    let mut program = Cli::command();
    let arguments = with_settings(&mut program, std::env::args_os().collect())?;
    let matches = parsed(&mut program, &arguments);
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| shortened(error).exit());
    InstructionSet::chosen().map_err(CliError::Instructions)?;
    cli.command.run(&mut program, launcher)
}

/// The arguments, and before them those that the file of `--config` or the checkpoint of `--resume` contains.
fn with_settings(
    program: &mut clap::Command,
    mut arguments: Vec<OsString>,
) -> Result<Vec<OsString>, CliError> {
    let matches = parsed(program, &arguments);
    let Some((name, given)) = matches.subcommand() else { return Ok(arguments) };
    let command = program.find_subcommand(name).expect("a command that matched exists");
    let settings = match (settings::resumed(command, given)?, settings::file(given)) {
        (Some(settings), _) => settings,
        (None, Some(path)) => settings::arguments(path, &text_of(&path.to_string_lossy())?, command, given)?,
        (None, None) => return Ok(arguments),
    };
    // The program itself takes no arguments, so that the name of the command is the first one.
    arguments.splice(2..2, settings);
    Ok(arguments)
}

/// The arguments as clap understands them; ends the program if they are wrong, or ask for help.
fn parsed(program: &mut clap::Command, arguments: &[OsString]) -> ArgMatches {
    program.try_get_matches_from_mut(arguments).unwrap_or_else(|error| shortened(error).exit())
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
