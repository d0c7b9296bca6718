//! `wengert search`: a search for the best settings of `wengert train`.

#[cfg(test)]
mod mutated;
mod options;
mod report;
mod trials;

use super::train::options::Options as TrainOptions;
use crate::error::CliError;
use crate::input::text_of;
use crate::output::{checked_file, print_line};
use crate::pictures;
use crate::progress::Progress;
use crate::rank_problem::RankProblem;
use crate::ranks::Launcher;
use crate::settings::{OF_THE_MACHINE, Recorded, SpaceFile, read_space};
use options::{Method, Options};
use report::Results;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use trials::{Common, options as train_options};
use wengert::train::{
    DataDigest, Ranks, Search, SearchError, SearchMethod, Space, TrialOutcome, TrialRun, TrialStatus,
};
use wengert_files::Output;

/// The options, with those that were given, which the trials have in common.
pub(crate) type Arguments = Recorded<Options>;

/// The groups of options that are those of `wengert train`.
const OF_TRAINING: [&str; 3] = ["Data", "Network", "Training"];
/// The number of trials unless it is said.
const TRIALS: usize = 32;

pub(crate) fn run(arguments: &Arguments, launcher: &mut Launcher<'_>) -> Result<(), CliError> {
    launcher.run(arguments.training.rank_timeout, |ranks| run_on(ranks, arguments))
}

/// Runs the command on one of several ranks, of which the first prints and writes.
fn run_on(ranks: &Arc<dyn Ranks>, arguments: &Arguments) -> Result<(), CliError> {
    let (space, in_common) = read(arguments)?;
    let base = train_options(&in_common)?;
    if ranks.size() > 1 && base.source() == "-" {
        return Err(RankProblem::OneRank { what: "reading standard input" }.into());
    }
    let is_first = ranks.rank() == 0;
    let csv = if is_first { check_outputs(arguments, &base)? } else { None };
    let data = base.load(base.scales_targets())?;
    data.notes.iter().filter(|_| is_first).for_each(|note| eprintln!("note: {note}"));
    let common = Common { arguments: in_common, data };
    let (options, training) = (&arguments.search, &arguments.training);
    let method = method(arguments, &base, &common, &space)?;
    let identity = identity(&common);
    let search = Search::new(space.clone(), method).by(options.by).seed(training.seed);
    let mut search = search.threads(training.threads).ranks(Arc::clone(ranks), &identity);
    if let Some(file) = &arguments.output.results {
        search = search.results(file, &identity);
    }
    let trials = common.trials(&search.settings()?)?;
    let train = |run: TrialRun<'_>| trials[run.number - 1].train(run, &common.data);
    let table = if is_first {
        let interval = Duration::from_secs_f64(arguments.output.progress);
        let progress = Progress::of("trial", 0, method.runs(trials.len()), interval);
        let news = Mutex::new(progress.news());
        let search = search.on_trial(move |outcome, done, _| {
            news.lock().unwrap_or_else(PoisonError::into_inner)(done, summary(outcome));
        });
        search.run(train)?
    } else {
        search.run(train)?
    };
    let best = table.best().map(|best| common.arguments_of(&best.settings));
    if is_first {
        let (data, method) = (&*arguments.data, method.name());
        let results = Results { data, method, space: &space, by: options.by, table: &table, best };
        write(arguments, &results, csv)?;
    }
    if table.best().is_some() { Ok(()) } else { Err(SearchError::AllDiverged.into()) }
}

/// Writes the files, and prints the results.
fn write(arguments: &Arguments, results: &Results<'_>, csv: Option<Output>) -> Result<(), CliError> {
    if let Some(file) = csv {
        file.write(results.csv().as_bytes())?;
    }
    if let Some(folder) = &arguments.output.plot {
        pictures::write(folder, &results.pictures())?;
    }
    print_line(if arguments.output.json { results.json() } else { results.text() })
}

/// The space, and the arguments of `wengert train` that all trials have in common, the data first.
fn read(arguments: &Arguments) -> Result<(Space, Vec<String>), CliError> {
    let given: Vec<(&str, &str)> =
        arguments.given(&OF_TRAINING).filter(|(name, _)| !OF_THE_MACHINE.contains(name)).collect();
    let names: Vec<&str> = given.iter().map(|(name, _)| *name).collect();
    let path = &arguments.search.space;
    let text = text_of(&path.to_string_lossy())?;
    let SpaceFile { space, fixed } = read_space(path, &text, &TrainOptions::command(), &names)?;
    let given = given.iter().map(|(_, argument)| (*argument).to_owned());
    let in_common = [arguments.data.clone()].into_iter().chain(given).chain(fixed);
    Ok((space, in_common.collect()))
}

/// Checks that the files can be written, and not onto what is read; returns that of the table.
fn check_outputs(arguments: &Arguments, base: &TrainOptions) -> Result<Option<Output>, CliError> {
    let output = &arguments.output;
    let inputs: Vec<PathBuf> = base.inputs().chain([arguments.search.space.clone()]).collect();
    checked_file(output.results.as_ref(), &inputs)?;
    if let (Some(file), false) = (&output.results, output.resume)
        && file.is_file()
    {
        return Err(CliError::ResultsExist { file: file.clone() });
    }
    if let Some(folder) = &output.plot {
        pictures::check_folder(folder)?;
    }
    checked_file(output.csv.as_ref(), &inputs)
}

/// The method with its settings.
fn method(
    arguments: &Arguments,
    base: &TrainOptions,
    common: &Common,
    space: &Space,
) -> Result<SearchMethod, CliError> {
    let options = &arguments.search;
    let trials = options.trials.unwrap_or(TRIALS);
    let wrong = |problem: &str| Err(CliError::Arguments(problem.to_owned()));
    match options.method {
        Method::Grid if options.trials.is_some() => {
            wrong("--trials is the number of random settings; a grid has all combinations, so leave it out")
        }
        Method::Grid => Ok(SearchMethod::Grid),
        Method::Random => Ok(SearchMethod::Random { trials }),
        Method::Halving if space.names().any(|name| name == "epochs") => wrong(
            "--method halving sets the numbers of epochs itself: give epochs one value in the space, that of \
             the last round",
        ),
        Method::Halving => Ok(SearchMethod::halving(trials, common.epochs(base)?, options.factor)),
    }
}

/// What the results are about besides the space: the data, and the settings that all trials have in common.
fn identity(common: &Common) -> String {
    let [train, validation, _] = &common.data.examples;
    let [train, validation] = [train, validation].map(|part| DataDigest::of(&**part));
    let arguments = common.arguments.join(" ");
    format!("wengert train {arguments}\ntraining part: {train}\nvalidation part: {validation}")
}

/// The news of a trial.
fn summary(outcome: &TrialOutcome) -> String {
    let TrialOutcome { number, settings, validation, status, .. } = outcome;
    match status {
        TrialStatus::Diverged => format!("trial {number} ({settings}) diverged"),
        _ => format!("trial {number} ({settings}): validation loss {:.4}", validation.loss),
    }
}
