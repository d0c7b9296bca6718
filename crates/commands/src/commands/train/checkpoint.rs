//! Checkpoints of a training run, and its interruption.

use super::data::Data;
use super::options::Options;
use super::report::Report;
use crate::error::{CliError, Interrupted};
use crate::interruption::Interruption;
use crate::settings::{ResumeProblem, SETTINGS};
use std::path::Path;
use wengert::train::{CheckpointSummary, DefaultTrainer, ModelMetadata, TrainError, precompiled};

/// The text of a checkpoint with the preprocessing of its data, as JSON.
const PREPROCESSING: &str = "preprocessing";

impl Options {
    /// The file that the state of the run is saved to: that of a run that continues, unless another is given.
    pub(super) fn checkpoint_file(&self) -> Option<&Path> {
        self.run.checkpoint.as_deref().or(self.run.resume.as_deref())
    }

    /// Refuses to replace the checkpoint of another run.
    pub(super) fn check_checkpoint(&self) -> Result<(), ResumeProblem> {
        match &self.run.checkpoint {
            Some(file) if self.run.resume.as_ref() != Some(file) && file.is_file() => {
                Err(ResumeProblem::Exists { file: file.clone() })
            }
            _ => Ok(()),
        }
    }

    /// The number of epochs that were complete before the run continues.
    pub(super) fn epochs_before(&self) -> Result<usize, ResumeProblem> {
        self.run.resume.as_deref().map_or(Ok(0), |file| Ok(summary(file)?.epochs))
    }
}

fn summary(file: &Path) -> Result<CheckpointSummary, ResumeProblem> {
    CheckpointSummary::load(file).map_err(ResumeProblem::Checkpoint)
}

/// What a checkpoint holds, for the message about a run that diverged; empty if there is none.
pub(super) fn kept(file: &Path) -> String {
    let Ok(CheckpointSummary { epochs, batches, steps, .. }) = CheckpointSummary::load(file) else {
        return String::new();
    };
    let partial = if batches > 0 { format!(" and {batches} batches") } else { String::new() };
    format!(
        "; {} has the run after {epochs} epochs{partial}, that is, {steps} steps: continue it with --resume \
         and a smaller --lr",
        file.display()
    )
}

/// Trains, from the start or from a checkpoint; the text of the settings goes into checkpoints.
pub(super) fn train(
    trainer: DefaultTrainer,
    options: &Options,
    data: &Data,
    settings: &str,
) -> Result<Report, CliError> {
    let Some(file) = options.checkpoint_file() else { return Ok(precompiled::fit(trainer, data.parts())?) };
    let interruption = Interruption::watch().map_err(CliError::Signals)?;
    let preprocessing = data
        .preprocessing
        .as_ref()
        .and_then(|preprocessing| ModelMetadata::default().with_preprocessing(preprocessing).preprocessing);
    let texts = [(SETTINGS, Some(settings.to_owned())), (PREPROCESSING, preprocessing.clone())];
    let texts = texts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text?)));
    let trainer = trainer.checkpoint(file, texts).every(options.run.every);
    let trainer = trainer.interrupted_by(interruption.flag.clone());
    let result = match &options.run.resume {
        None => precompiled::fit(trainer, data.parts()),
        Some(from) => {
            if summary(from)?.texts.get(PREPROCESSING) != preprocessing.as_ref() {
                return Err(ResumeProblem::OtherPreprocessing { file: from.clone() }.into());
            }
            precompiled::resume_from(trainer, from, data.parts())
        }
    };
    result.map_err(|error| match error {
        TrainError::Interrupted { epoch, step, is_saved } => {
            let (file, exit_code) = (file.to_owned(), interruption.exit_code());
            CliError::Interrupted(Box::new(Interrupted { epoch, step, is_saved, file, exit_code }))
        }
        other => other.into(),
    })
}
