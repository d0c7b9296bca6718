//! The settings of a run that continues from its checkpoint.

use super::reading::{SettingsError, arguments, name};
use clap::parser::ValueSource;
use clap::{ArgMatches, Command};
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use wengert::train::{CheckpointError, CheckpointSummary};
use wengert_files::excerpt;

/// The text of a checkpoint with the settings of its run.
pub(crate) const SETTINGS: &str = "settings";

/// Options that may differ from those of the run: they change nothing that was computed before.
const FREE: [&str; 17] = [
    "resume",
    "checkpoint",
    "every",
    "epochs",
    "lr",
    "clip",
    "threads",
    "rank_timeout",
    "progress",
    "save",
    "history",
    "plot",
    "report",
    "tensorboard",
    "json",
    "write_config",
    "dry_run",
];

/// The reason why a run cannot continue as the command line says.
#[derive(Debug)]
pub(crate) enum ResumeProblem {
    /// The checkpoint cannot be read.
    Checkpoint(CheckpointError),
    /// The checkpoint is not that of the program.
    NoSettings { file: PathBuf },
    /// An option would change what was computed before.
    Fixed { option: String, file: PathBuf },
    /// The settings in the checkpoint are wrong.
    Settings(SettingsError),
    /// The table leads to other features than before.
    OtherPreprocessing { file: PathBuf },
    /// There is a checkpoint at the path of a new run.
    Exists { file: PathBuf },
}

impl fmt::Display for ResumeProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |file: &PathBuf| excerpt(&file.display().to_string());
        match self {
            Self::Checkpoint(error) => error.fmt(f),
            Self::NoSettings { file } => write!(
                f,
                "{}: the checkpoint has no settings of `wengert train`; continue it with the \
                 program that wrote it",
                shown(file)
            ),
            Self::Fixed { option, file } => write!(
                f,
                "{option} cannot change when a run continues: its settings are those in {}; leave it out, or \
                 begin a new run",
                shown(file)
            ),
            Self::Settings(error) => error.fmt(f),
            Self::OtherPreprocessing { file } => write!(
                f,
                "the table leads to other features than those of the run in {}; give the same table",
                shown(file)
            ),
            Self::Exists { file } => {
                let file = shown(file);
                write!(f, "{file} exists: continue its run with --resume {file}, or remove it first")
            }
        }
    }
}

impl std::error::Error for ResumeProblem {}

/// The arguments that the checkpoint of `--resume` stands for, without those that are given on the command
/// line; `None` if no run is resumed.
pub(crate) fn resumed(command: &Command, given: &ArgMatches) -> Result<Option<Vec<OsString>>, ResumeProblem> {
    let Some(path) = given.try_get_one::<PathBuf>("resume").ok().flatten() else { return Ok(None) };
    let is_given = |id: &str| given.value_source(id) == Some(ValueSource::CommandLine);
    let mut fixed = command.get_arguments().filter(|argument| !FREE.contains(&argument.get_id().as_str()));
    if let Some(argument) = fixed.find(|argument| is_given(argument.get_id().as_str())) {
        let name = |_| format!("--{}", name(argument));
        let option = argument.get_long().map_or_else(|| "the data".to_owned(), name);
        return Err(ResumeProblem::Fixed { option, file: path.clone() });
    }
    let summary = CheckpointSummary::load(path).map_err(ResumeProblem::Checkpoint)?;
    let settings = summary.texts.get(SETTINGS);
    let settings = settings.ok_or_else(|| ResumeProblem::NoSettings { file: path.clone() })?;
    arguments(path, settings, command, given).map(Some).map_err(ResumeProblem::Settings)
}
