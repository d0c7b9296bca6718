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
use crate::rank_problem::RankProblem;
use crate::ranks::Launcher;
use crate::settings::Recorded;
use crate::unfit_data::UnfitData;
use cv::cross_validation;
use data::Data;
use dry_run::dry_run;
use network::Plan;
use options::Options;
use outputs::Outputs;
use report::{Report, Results};
use std::sync::Arc;
use trials::{find_rate, overfit_batch};
use wengert::data::Targets;
use wengert::nn::{LossChoice, TargetKind};
use wengert::train::Ranks;

/// The options, with those that were given, to be written to a settings file.
pub(crate) type Arguments = Recorded<Options>;

pub(crate) fn run(arguments: &Arguments, launcher: &mut Launcher<'_>) -> Result<(), CliError> {
    if arguments.data.is_none() {
        return Err(UnfitData::NoData.into());
    }
    launcher.run(arguments.training.rank_timeout, |ranks| run_on(ranks, arguments))
}

/// Runs the command on one of several ranks, of which the first prints and writes.
fn run_on(ranks: &Arc<dyn Ranks>, arguments: &Arguments) -> Result<(), CliError> {
    let (is_first, options) = (ranks.rank() == 0, &arguments.run);
    check_ranks(ranks.size(), arguments)?;
    let outputs = if is_first { Some(Outputs::checked(arguments)?) } else { None };
    let data = arguments.load(arguments.scales_targets())?;
    for note in data.notes.iter().filter(|_| is_first) {
        eprintln!("note: {note}");
    }
    let plan = Plan::of(arguments, data.parts())?.on(ranks);
    let settings = arguments.settings_file("train", &plan.chosen());
    if options.dry_run {
        return if is_first { dry_run(arguments, &data, &plan, &settings) } else { Ok(()) };
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
    let Some(outputs) = outputs else { return Ok(()) };
    if let Some(preprocessing) = &data.preprocessing {
        report.model.metadata = report.model.metadata.with_preprocessing(preprocessing);
    }
    let results = results(&data, &report)?;
    outputs.write(&results, &settings)?;
    print_line(if arguments.output.json { results.json() } else { results.table() })
}

/// Refuses what several ranks cannot do.
fn check_ranks(ranks: usize, options: &Options) -> Result<(), RankProblem> {
    match ranks {
        1 => Ok(()),
        _ if options.run.cv.is_some() => Err(RankProblem::OneRank { what: "--cv" }),
        _ if options.source() == "-" => Err(RankProblem::OneRank { what: "reading standard input" }),
        _ => Ok(()),
    }
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
