//! `wengert completions`: completion of commands and options in a shell.

use crate::error::CliError;
use crate::output::print_line;
use clap::Args;
use clap_complete::{Shell, generate};

/// Print a script that completes the commands and options of this program in a shell.
#[derive(Args)]
#[command(after_help = "Example:
  wengert completions bash > wengert.bash
  wengert completions fish")]
pub(crate) struct Arguments {
    /// Shell: bash, zsh, fish, elvish or powershell.
    #[arg(value_enum, hide_possible_values = true)]
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments, program: &mut clap::Command) -> Result<(), CliError> {
    let mut script = Vec::new();
    generate(arguments.shell, program, "wengert", &mut script);
    print_line(String::from_utf8_lossy(&script).trim_end())
}
