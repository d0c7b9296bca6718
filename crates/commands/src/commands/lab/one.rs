//! `wengert lab NAME`: one experiment, on the terminal, as JSON and in files.

use super::report::{as_html, as_json, as_text, drawings, numbers_text};
use crate::error::CliError;
use crate::output::{json_document, print_line};
use crate::pictures::check_folder;
use clap::{ArgMatches, Args};
use std::path::PathBuf;
use wengert_files::Output;
use wengert_lab::Entry;

/// What happens to the report of an experiment.
#[derive(Args)]
pub(super) struct Arguments {
    /// Print one JSON object instead of text.
    #[arg(long, help_heading = "Output")]
    json: bool,
    /// Print only the numbers and what they should be.
    #[arg(long, conflicts_with = "json", help_heading = "Output")]
    numbers: bool,
    /// Write the figures to this folder as SVG files.
    #[arg(long, value_name = "FOLDER", help_heading = "Output")]
    plot: Option<PathBuf>,
    /// Write numbers, tables and figures to one HTML file.
    #[arg(long, value_name = "FILE.html", help_heading = "Output")]
    report: Option<PathBuf>,
}

pub(super) fn run(
    experiment: &'static Entry,
    settings: &ArgMatches,
    arguments: &Arguments,
) -> Result<(), CliError> {
    let file = arguments.report.as_ref().map(Output::new).transpose()?;
    arguments.plot.as_deref().map(check_folder).transpose()?;
    let report = experiment.run(settings)?;
    if let Some(folder) = &arguments.plot {
        for (name, svg) in drawings(&report) {
            Output::new(folder.join(format!("{}-{name}.svg", experiment.name)))?.write(svg.as_bytes())?;
        }
    }
    if let Some(file) = file {
        file.write(as_html(experiment, &report).html().as_bytes())?;
    }
    if arguments.json {
        print_line(json_document(as_json(experiment, settings, &report)))?;
    } else if arguments.numbers {
        print_line(numbers_text(&report))?;
    } else {
        print_line(as_text(experiment, &report))?;
    }
    match report.wrong().count() {
        0 => Ok(()),
        count => Err(CliError::UnexpectedNumbers { count }),
    }
}
