//! The training runs of a search: each is that of `wengert train` with the settings of its trial.

use crate::commands::train::data::Data;
use crate::commands::train::network::Plan;
use crate::commands::train::options::Options;
use crate::commands::train::report::Report;
use crate::error::CliError;
use wengert::train::{TrainError, TrialRun, TrialSettings, precompiled};

/// What all trials have in common.
pub(super) struct Common {
    /// The arguments of `wengert train`, the data first.
    pub(super) arguments: Vec<String>,
    pub(super) data: Data,
}

/// A trial, ready to be trained.
pub(super) struct Trial {
    options: Options,
    plan: Plan,
}

/// The options that arguments give.
pub(super) fn options(arguments: &[String]) -> Result<Options, CliError> {
    Options::of_arguments(arguments).map_err(|error| {
        let message = error.to_string();
        let first = message.split("\n\n").next().unwrap_or(&message).trim_start_matches("error: ");
        CliError::Arguments(first.to_owned())
    })
}

impl Common {
    /// The arguments of `wengert train` for a trial.
    pub(super) fn arguments_of(&self, settings: &TrialSettings) -> Vec<String> {
        let searched = settings.iter().map(|(name, value)| format!("--{name}={value}"));
        self.arguments.iter().cloned().chain(searched).collect()
    }

    /// The number of epochs of a run with what all trials have in common.
    pub(super) fn epochs(&self, base: &Options) -> Result<usize, CliError> {
        Ok(Plan::of(base, self.data.parts())?.settings.epochs)
    }

    /// The trials with these settings; each of them can be trained.
    pub(super) fn trials(&self, settings: &[TrialSettings]) -> Result<Vec<Trial>, CliError> {
        let trial = |settings: &TrialSettings| {
            let options = options(&self.arguments_of(settings))?;
            let plan = Plan::of(&options, self.data.parts())?;
            drop(plan.trainer(&options, self.data.parts())?);
            Ok(Trial { options, plan })
        };
        let numbered = settings.iter().zip(1..).map(|(settings, number)| {
            trial(settings).map_err(|error| CliError::Trial {
                number,
                settings: settings.to_string(),
                error: Box::new(error),
            })
        });
        numbered.collect()
    }
}

impl Trial {
    pub(super) fn train(&self, run: TrialRun<'_>, data: &Data) -> Result<Report, TrainError> {
        let trainer = self.plan.trainer(&self.options, data.parts());
        precompiled::fit_trial(run, trainer.expect("the trainer was possible before"), data.parts())
    }
}
