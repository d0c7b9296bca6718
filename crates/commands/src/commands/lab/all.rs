//! `wengert lab all`: every experiment with its default settings, as pages with an index.

use super::report::as_html;
use crate::error::CliError;
use crate::output::print_line;
use crate::pictures::check_folder;
use clap::Args;
use rayon::prelude::*;
use std::path::PathBuf;
use wengert::figures;
use wengert_files::Output;
use wengert_lab::{Entry, Report, TOPICS, experiments};

/// Run all experiments, and write a page for each and an index.
#[derive(Args)]
#[command(after_help = "Example:\n  wengert lab all --out lab")]
pub(super) struct Arguments {
    /// Folder of the pages; made if it is absent.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    check_folder(&arguments.out)?;
    let all: Vec<&Entry> = experiments().collect();
    let done = |&experiment: &&'static Entry| {
        let report = experiment.run_with([])?;
        let file = Output::new(arguments.out.join(format!("{}.html", experiment.name)))?;
        file.write(as_html(experiment, &report).html().as_bytes())?;
        Ok(report)
    };
    let reports: Result<Vec<Report>, CliError> = all.par_iter().map(done).collect();
    let reports = reports?;
    let index = arguments.out.join("index.html");
    Output::new(&index)?.write(page(&all, &reports).html().as_bytes())?;
    let numbers: usize = reports.iter().map(|report| report.numbers.len()).sum();
    print_line(format!("{} experiments, {numbers} numbers: {}", all.len(), index.display()))?;
    match reports.iter().map(|report| report.wrong().count()).sum() {
        0 => Ok(()),
        count => Err(CliError::UnexpectedNumbers { count }),
    }
}

/// The index: the experiments by topic, with links to their pages, and whether their numbers are right.
fn page(all: &[&Entry], reports: &[Report]) -> figures::Report {
    let page = figures::Report::new("The experiments of the lab");
    TOPICS.iter().filter(|topic| !topic.experiments.is_empty()).fold(page, |page, topic| {
        let links = topic.experiments.iter().map(|experiment| {
            let at = all.iter().position(|other| other.name == experiment.name);
            let report = &reports[at.expect("every experiment was run")];
            let wrong = match report.wrong().count() {
                0 => String::new(),
                count => format!("; {count} of them not as expected"),
            };
            let about = format!("{} ({} numbers{wrong})", experiment.about, report.numbers.len());
            [experiment.name.to_owned(), format!("{}.html", experiment.name), about]
        });
        page.section(topic.title).links(&links.collect::<Vec<_>>())
    })
}
