//! `wengert evaluate`: how good a saved model is on data with targets.

use crate::error::CliError;
use crate::evaluation::Evaluation;
use crate::model::LoadedModel;
use crate::output::{checked_file, json_document, print_line};
use crate::pictures;
use crate::source::{ReadingOptions, Source, open};
use clap::Args;
use std::path::{Path, PathBuf};
use wengert::figures::Report;

/// Report how good a saved model is on data with targets, beside the simplest predictions.
///
/// Columns are matched by name. Of a folder of images, the test images are taken.
#[derive(Args)]
#[command(after_help = "Example:
  wengert train iris --save iris.safetensors
  wengert evaluate iris.safetensors iris")]
pub(crate) struct Arguments {
    /// Model that `train --save` or the library wrote.
    #[arg(value_name = "MODEL.safetensors")]
    model: PathBuf,
    /// Named data set, file, folder of images, or - for standard input.
    data: String,
    #[command(flatten)]
    reading: ReadingOptions,
    /// Write charts to a folder.
    #[arg(long, value_name = "FOLDER")]
    plot: Option<PathBuf>,
    /// Write a report with tables and charts.
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Print one JSON object instead of tables.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), CliError> {
    if let Some(folder) = &arguments.plot {
        pictures::check_folder(folder)?;
    }
    let inputs = [&*arguments.model, Path::new(&arguments.data)];
    let report = checked_file(arguments.report.as_ref(), &inputs)?;
    let model = LoadedModel::load(&arguments.model)?;
    let source = open(&arguments.data, 0, &arguments.reading.or(model.table_options()))?;
    let data = match source {
        Source::Table(table) => {
            let data = model.preprocessing.dataset(&table)?;
            let (found, rows) = (data.examples(), table.rows());
            if found < rows {
                eprintln!("note: {} of {rows} rows have missing values and are left out", rows - found);
            }
            data
        }
        Source::Images(images) => model.image_examples(&images.test, &arguments.data)?,
    };
    let evaluation = Evaluation::of_dataset(&model.trained, &data);
    if arguments.plot.is_some() || report.is_some() {
        let mut charts = pictures::of_evaluation(&evaluation, &arguments.data);
        charts.extend(pictures::of_plane(&model.trained, &data, &evaluation));
        if let Some(folder) = &arguments.plot {
            pictures::write(folder, &charts)?;
        }
        if let Some(file) = report {
            let title = format!("Evaluation on {}", arguments.data);
            let mut page = pictures::with_tables(Report::new(&title), &evaluation);
            for chart in &charts {
                page = page.figure(chart.figure());
            }
            file.write(page.html().as_bytes())?;
        }
    }
    if arguments.json {
        let mut object = evaluation.json();
        object["data"] = arguments.data.clone().into();
        return print_line(json_document(object));
    }
    print_line(format!("{} examples\n{}", evaluation.examples(), evaluation.text()))
}
