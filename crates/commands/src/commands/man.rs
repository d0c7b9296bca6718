//! `wengert man`: the manual pages.

use crate::error::CliError;
use crate::output::print_line;
use clap::Args;
use clap_mangen::Man;
use std::path::PathBuf;
use wengert_files::Output;

/// Print the manual page of the program, or write those of all commands to a folder.
#[derive(Args)]
#[command(after_help = "Example:\n  wengert man")]
pub(crate) struct Arguments {
    /// Write the pages of the program and of each command to this folder.
    #[arg(long, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments, program: &mut clap::Command) -> Result<(), CliError> {
    program.build();
    let Some(folder) = &arguments.output else {
        return print_line(String::from_utf8_lossy(&page(program, "wengert".into())).trim_end());
    };
    let listed = |command: &&clap::Command| !command.is_hide_set() && command.get_name() != "help";
    let commands = program.get_subcommands().filter(listed);
    let pages = commands.map(|command| (format!("wengert-{}", command.get_name()), command));
    for (name, command) in std::iter::once(("wengert".to_owned(), &*program)).chain(pages) {
        let file = folder.join(format!("{name}.1"));
        Output::new(&file)?.write(&page(command, name))?;
    }
    Ok(())
}

/// The page of a command in the format of man.
fn page(command: &clap::Command, name: String) -> Vec<u8> {
    let mut page = Vec::new();
    let man = Man::new(command.clone().name(name));
    man.render(&mut page).expect("a vector takes all bytes");
    page
}
