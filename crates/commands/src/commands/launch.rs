//! `wengert launch`: a command on several ranks, by the launcher of MPI.

use crate::bounds;
use crate::error::CliError;
use crate::output::print_line;
use crate::rank_problem::RankProblem;
use crate::ranks::Launcher;
use crate::shell_word::quoted;
use clap::Args;
use std::path::PathBuf;
use std::process::Command;

/// Start `wengert train` or `wengert search` as several processes, on one or more machines.
#[derive(Args)]
#[command(
    after_help = "The processes are the ranks of one run, which has the bits of a run on one machine. They
need the program with MPI: in the folder of its source, `cargo install --path crates/mpi --features program`.

Examples:
  wengert launch -n 4 --hostfile hosts.txt --dry-run -- train digits --shards 8
  wengert launch -n 2 --mpirun-option=--oversubscribe --dry-run -- train digits --shards 8"
)]
pub(crate) struct Arguments {
    /// Processes to start.
    #[arg(short = 'n', long, value_parser = bounds::ranks, value_name = "COUNT")]
    ranks: usize,
    /// The machines, as the launcher reads them: one per line.
    #[arg(long, value_name = "FILE")]
    hostfile: Option<PathBuf>,
    /// The launcher.
    #[arg(long, default_value = "mpirun", value_name = "PROGRAM")]
    mpirun: String,
    /// Argument of the launcher; may be given several times.
    #[arg(long, allow_hyphen_values = true, value_name = "ARGUMENT")]
    mpirun_option: Vec<String>,
    /// Show the command of the launcher, and start nothing.
    #[arg(long)]
    dry_run: bool,
    /// The command with its arguments: train or search.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments, launcher: &Launcher<'_>) -> Result<(), CliError> {
    let command = &arguments.command;
    if !["train", "search"].contains(&&*command[0]) {
        return Err(RankProblem::OtherCommand.into());
    }
    let words = words(arguments);
    if arguments.dry_run {
        let shown: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        return print_line(shown.join(" "));
    }
    if launcher.connect.is_none() {
        return Err(RankProblem::WithoutMpi { ranks: arguments.ranks }.into());
    }
    let program = arguments.mpirun.clone();
    match Command::new(&program).args(&words[1..]).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(RankProblem::Launched { program, status }.into()),
        Err(error) => Err(RankProblem::Launcher { program, error }.into()),
    }
}

/// The command line of the launcher.
fn words(arguments: &Arguments) -> Vec<String> {
    let Arguments { ranks, hostfile, mpirun, mpirun_option, command, .. } = arguments;
    let program = std::env::current_exe().ok();
    let program = program.map_or_else(|| "wengert".to_owned(), |path| path.to_string_lossy().into_owned());
    let hosts = hostfile.iter().flat_map(|file| ["--hostfile".to_owned(), file.display().to_string()]);
    let launcher = [mpirun.clone(), "-n".to_owned(), ranks.to_string()].into_iter().chain(hosts);
    launcher.chain(mpirun_option.iter().cloned()).chain([program]).chain(command.iter().cloned()).collect()
}
