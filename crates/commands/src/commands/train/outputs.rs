//! The files that a training run writes.

use super::options::Options;
use super::report::Results;
use crate::error::CliError;
use crate::evaluation::Evaluation;
use crate::output::checked_file;
use crate::pictures::{self, Picture};
use std::path::{Path, PathBuf};
use wengert::figures::{LearningCurves, Report, WeightImages};
use wengert_files::Output;

/// The files of a run, which can be written.
pub(super) struct Outputs<'a> {
    options: &'a Options,
    settings: Option<Output>,
    report: Option<Output>,
    history: Option<Output>,
}

impl<'a> Outputs<'a> {
    /// Checks, before the training, that the files can be written, and not onto what is read.
    pub(super) fn checked(options: &'a Options) -> Result<Self, CliError> {
        let inputs: Vec<PathBuf> = options.inputs().collect();
        let checked = |path: &Option<PathBuf>| checked_file(path.as_ref(), &inputs);
        let output = &options.output;
        options.check_checkpoint()?;
        checked(&options.checkpoint_file().map(Path::to_owned))?;
        checked(&output.save)?;
        if let Some(folder) = &output.plot {
            pictures::check_folder(folder)?;
        }
        let (settings, report) = (checked(&output.write_config)?, checked(&output.report)?);
        Ok(Self { options, settings, report, history: checked(&output.history)? })
    }

    /// Writes the files. The text of the settings file is given.
    pub(super) fn write(&self, results: &Results<'_>, settings: &str) -> Result<(), CliError> {
        let output = &self.options.output;
        if let Some(path) = &output.save {
            results.report.model.save(path)?;
        }
        if let Some(file) = &self.settings {
            file.write(settings.as_bytes())?;
        }
        if let (Some(file), Some(path)) = (&self.history, &output.history) {
            let history = &results.report.history;
            let is_csv = path.extension().is_some_and(|ending| ending == "csv");
            file.write(if is_csv { history.csv() } else { history.json_lines() }.as_bytes())?;
        }
        if output.plot.is_none() && self.report.is_none() {
            return Ok(());
        }
        let pictures = pictures(results);
        if let Some(folder) = &output.plot {
            pictures::write(folder, &pictures)?;
        }
        if let Some(file) = &self.report {
            file.write(page(results, settings, &pictures).html().as_bytes())?;
        }
        Ok(())
    }
}

/// All charts of a run.
fn pictures(results: &Results<'_>) -> Vec<Picture> {
    let report = results.report;
    let epochs = &report.history;
    let has_validation = report.validation.is_some();
    let curves = |quantity: &str, of: &dyn Fn(&wengert::train::Metrics) -> f64| {
        let train: Vec<f64> = epochs.iter().map(|epoch| of(&epoch.train)).collect();
        let validation: Vec<f64> =
            epochs.iter().map(|epoch| epoch.validation.as_ref().map_or(f64::NAN, of)).collect();
        let curves = LearningCurves::new(quantity).series("training", &train);
        let curves = if has_validation { curves.series("validation", &validation) } else { curves };
        if (1..epochs.len()).contains(&report.best_epoch) { curves.best(report.best_epoch) } else { curves }
    };
    let mut pictures =
        vec![Picture::new("loss", &curves("mean loss per example", &|found| found.loss).title("Loss"))];
    if report.train.accuracy.is_some() {
        let accuracy =
            curves("accuracy (%)", &|found| found.accuracy.map_or(f64::NAN, |share| 100.0 * share));
        pictures.push(Picture::new("accuracy", &accuracy.title("Accuracy")));
    }
    if let Some((part, evaluation)) = results.best_evidence() {
        pictures.extend(pictures::of_evaluation(evaluation, part));
        pictures.extend(regions(results, evaluation));
    }
    pictures.extend(weights(results));
    pictures
}

/// What the model says about each point of two features, or each value of one.
fn regions(results: &Results<'_>, evaluation: &Evaluation) -> Option<Picture> {
    let model = &results.report.model;
    let [train, validation, _] = &results.data.examples;
    let shown = if validation.examples() > 0 { validation } else { train };
    pictures::of_plane(model, &shown.sample().unscaled(), evaluation)
}

/// The weights of the first layer, if the inputs are pixels of a square.
fn weights(results: &Results<'_>) -> Option<Picture> {
    let (model, data) = (&results.report.model, results.data.train());
    let side = data.width().isqrt();
    let are_pixels = match data.feature_names() {
        None => results.data.preprocessing.is_none(),
        Some(names) => names.iter().all(|name| name.starts_with("pixel")),
    };
    if !are_pixels || side < 4 || side * side != data.width() {
        return None;
    }
    let (_, first) = model.params.iter().next()?;
    let units: Vec<f32> = first.t().iter().copied().collect();
    Some(Picture::new("weights", &WeightImages::new(side, side, &units)))
}

/// One page with everything.
fn page(results: &Results<'_>, settings: &str, pictures: &[Picture]) -> Report {
    let (data, train) = (results.data, results.data.train());
    let mut page = Report::new(&format!("Training on {}", train.name()));
    let sizes: Vec<String> =
        results.parts().iter().map(|part| format!("{} {}", part.examples, part.name)).collect();
    page = page.section("Data").text(&format!(
        "{}; features: {}; examples: {}.",
        capitalised(&train.task().to_string()),
        train.width(),
        sizes.join(", ")
    ));
    for note in &data.notes {
        page = page.text(note);
    }
    let (header, rows) = results.rows();
    page = page.section("Results").table(&header, &rows).text(&format!("{}.", results.size()));
    for picture in pictures {
        page = page.figure(picture.figure());
    }
    if let Some((part, evaluation)) = results.best_evidence() {
        page = pictures::with_tables(page.section(&format!("Metrics of the {part} part")), evaluation);
    }
    page.section("Settings").code(settings)
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
