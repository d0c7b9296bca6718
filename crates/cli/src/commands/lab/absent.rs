//! `wengert lab` in a program that was compiled without the experiments.

use crate::error::CliError;
use clap::Args;

/// Run an experiment of a lecture (this program was compiled without them, see --help).
#[derive(Args)]
#[command(after_help = "To compile it with them:\n  cargo install --path . --features lab")]
pub(crate) struct Arguments {
    /// An experiment and its settings.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "EXPERIMENT")]
    _experiment: Vec<String>,
}

pub(crate) fn run(_: &Arguments) -> Result<(), CliError> {
    Err(CliError::WithoutLab)
}
