//! `wengert playground` in a program that was compiled without the page.

use crate::error::CliError;
use crate::playground_error::PlaygroundError;
use clap::Args;

/// Open the interactive page in the browser (this program was compiled without it, see --help).
#[derive(Args)]
#[command(after_help = "To compile it with the page:\n  cargo install --path . --features playground")]
pub(crate) struct Arguments {
    /// The options of the command.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTION")]
    _options: Vec<String>,
}

pub(crate) fn run(_: &Arguments) -> Result<(), CliError> {
    Err(CliError::Playground(PlaygroundError::Absent))
}
