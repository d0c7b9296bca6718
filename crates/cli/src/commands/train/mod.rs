//! `wengert train`: training of a network.

mod checkpoint;
mod cv;
pub(in crate::commands) mod data;
mod dry_run;
pub(in crate::commands) mod network;
pub(in crate::commands) mod options;
mod outputs;
pub(in crate::commands) mod report;
mod stream;
mod trials;

use crate::error::CliError;
use crate::evaluation::{Evaluation, errors_in_blocks};
use crate::output::print_line;
use crate::settings::Recorded;
use crate::unfit_data::UnfitData;
use cv::cross_validation;
use data::Data;
use dry_run::dry_run;
use network::Plan;
use options::Options;
use outputs::Outputs;
use report::{Report, Results};
use trials::{find_rate, overfit_batch};
use wengert::data::Targets;
use wengert::nn::{LossChoice, TargetKind};

/// The options, with those that were given, to be written to a settings file.
pub(crate) type Arguments = Recorded<Options>;

pub(crate) fn run(arguments: &Arguments) -> Result<(), CliError> {
    if arguments.data.is_none() {
        return Err(UnfitData::NoData.into());
    }
    let outputs = Outputs::checked(arguments)?;
    let data = arguments.load(arguments.scales_targets())?;
    for note in &data.notes {
        eprintln!("note: {note}");
    }
    let plan = Plan::of(arguments, data.parts())?;
    let (settings, options) = (arguments.settings_file("train", &plan.chosen()), &arguments.run);
    if options.dry_run {
        return dry_run(arguments, &data, &plan, &settings);
    }
    if options.overfit_batch {
        return overfit_batch(arguments, &data, plan);
    }
    if let Some(folds) = options.cv {
        return cross_validation(arguments, &data, &plan, folds);
    }
    if options.find_lr {
        return find_rate(arguments, &data, &plan);
    }
    let mut report = plan.run(arguments, &data, &settings)?;
    if let Some(divergence) = report.divergence {
        let kept = arguments.checkpoint_file().map_or_else(String::new, checkpoint::kept);
        return Err(CliError::Diverged { divergence: Box::new(divergence), kept });
    }
    if let Some(preprocessing) = &data.preprocessing {
        report.model.metadata = report.model.metadata.with_preprocessing(preprocessing);
    }
    let results = results(&data, &report)?;
    outputs.write(&results, &settings)?;
    print_line(if arguments.output.json { results.json() } else { results.table() })
}

impl Options {
    /// Whether the targets of a regression are standardised: for losses of differences.
    pub(in crate::commands) fn scales_targets(&self) -> bool {
        let loss = self.training.loss.as_ref().map(LossChoice::build::<f32>);
        loss.is_none_or(|loss| loss.kind() == TargetKind::Values)
    }
}

/// The evaluations of the parts that have examples; for classes, without that of the training part, whose
/// accuracy is known, and of values that are not in memory, only the errors of the training part.
fn results<'a>(data: &'a Data, report: &'a Report) -> Result<Results<'a>, CliError> {
    let (mut evaluations, mut train_errors) = ([None, None, None], None);
    for (i, (part, evaluation)) in data.examples.iter().zip(&mut evaluations).enumerate() {
        let are_classes = matches!(part.sample().targets(), Targets::Classes { .. });
        if part.examples() == 0 || i == 0 && are_classes {
            continue;
        }
        let unscaled = data.unscaled.as_ref().map(|split| [&split.train, &split.validation, &split.test][i]);
        *evaluation = match unscaled {
            Some(unscaled) => Some(Evaluation::of_dataset(&report.model, unscaled)),
            None if i == 0 && part.whole().is_none() => {
                train_errors = Some(errors_in_blocks(&report.model, &**part)?);
                None
            }
            None => Some(Evaluation::of_examples(&report.model, &**part)?),
        };
    }
    Ok(Results { data, report, evaluations, train_errors })
}
