//! The data of a training run.

use super::options::Options;
use crate::bounds::Part;
use crate::error::CliError;
use crate::source::{Source, is_named, open, task_of};
use crate::unfit_data::UnfitData;
use std::path::{Path, PathBuf};
use wengert::data::{
    Dataset, Examples, Parts, Prepared, Preprocessing, PreprocessingOptions, ScalingMethod, Shares, Split,
    Table, Targets, read_table,
};
use wengert_files::excerpt;

/// Below this number of rows, nothing is held out unless it is asked for.
const FEW: usize = 20;
/// The share of the rows that is held out for validation unless it is said.
const VALIDATION: f64 = 0.1;

/// Data to train on.
pub(in crate::commands) struct Data {
    /// The parts in the user's units and in double precision; `None` for images, and for data that are not in
    /// memory.
    pub(in crate::commands) unscaled: Option<Split<f64>>,
    /// The training, the validation and the test part as the network gets them.
    pub(in crate::commands) examples: [Box<dyn Examples>; 3],
    /// How raw tables become features; `None` for images.
    pub(in crate::commands) preprocessing: Option<Preprocessing>,
    /// What should be known.
    pub(in crate::commands) notes: Vec<String>,
}

impl Data {
    /// The parts, to train on them.
    pub(in crate::commands) fn parts(&self) -> Parts<'_> {
        let [train, validation, test] = &self.examples;
        Parts::new(&**train).validation(&**validation).test(&**test)
    }

    /// Training examples that stand for all of them; all that are in memory.
    pub(in crate::commands) fn train(&self) -> &Dataset {
        self.examples[0].sample()
    }
}

/// The parts of a split.
fn boxed(split: Split) -> [Box<dyn Examples>; 3] {
    [Box::new(split.train), Box::new(split.validation), Box::new(split.test)]
}

impl Options {
    /// The data, or nothing.
    pub(in crate::commands) fn source(&self) -> &str {
        self.data.as_deref().unwrap_or_default()
    }

    /// The files that are read.
    pub(in crate::commands) fn inputs(&self) -> impl Iterator<Item = PathBuf> {
        let entries = std::fs::read_dir(self.source()).into_iter().flatten().flatten();
        let is_read = |path: &PathBuf| path.to_string_lossy().contains("-ubyte");
        let images = entries.map(|entry| entry.path()).filter(is_read);
        let parts =
            [&self.columns.validation, &self.columns.test].into_iter().filter_map(|part| match part {
                Some(Part::File(path)) => Some(path.clone()),
                _ => None,
            });
        images.chain([PathBuf::from(self.source())]).chain(self.output.config.clone()).chain(parts)
    }

    /// Reads, splits, encodes and scales the data; the scaling of targets is up to the loss.
    pub(in crate::commands) fn load(&self, scales_targets: bool) -> Result<Data, CliError> {
        if self.columns.stream {
            return self.stream(scales_targets);
        }
        match open(self.source(), self.training.seed, &self.reading.or(Default::default()))? {
            Source::Images(images) => self.images(*images),
            Source::Table(table) => self.table(&table, scales_targets),
        }
    }

    fn images(&self, images: Split) -> Result<Data, CliError> {
        let test = self.share(&self.columns.test, 0.0)?;
        let validation = self.share(&self.columns.validation, 0.0)?;
        let parts = images.train.split(1.0 - (validation + test), validation, test, self.training.seed)?;
        let own = self.columns.test == Some(Part::Own);
        let split = if own { Split { test: images.test, ..parts } } else { parts };
        let split = match self.columns.scaling {
            Some(method) => split.scaled(method),
            None => split,
        };
        Ok(Data { unscaled: None, examples: boxed(split), preprocessing: None, notes: Vec::new() })
    }

    /// The share of a part of images.
    pub(in crate::commands) fn share(&self, part: &Option<Part>, default: f64) -> Result<f64, CliError> {
        match part {
            None => Ok(default),
            Some(Part::Share(share)) => Ok(*share),
            Some(Part::Own) => Ok(0.0),
            Some(Part::File(path)) => Err(UnfitData::ImagesWithFile { path: path.clone() }.into()),
        }
    }

    fn table(&self, table: &Table, scales_targets: bool) -> Result<Data, CliError> {
        let shares = self.shares(self.default_validation(table.rows()))?;
        let Prepared { mut split, preprocessing, mut notes } =
            table.prepare(&self.preprocessing(), &shares)?;
        let is_stated = is_named(self.source()) || self.columns.task.is_some();
        if !is_stated {
            notes.insert(0, preprocessing.task_reason().to_owned());
        }
        for (part, given) in
            [(&mut split.validation, &self.columns.validation), (&mut split.test, &self.columns.test)]
        {
            if let Some(Part::File(path)) = given {
                *part = self.part(path, &preprocessing)?;
            }
        }
        let examples = boxed(self.scaled(&split, scales_targets));
        Ok(Data { examples, unscaled: Some(split), preprocessing: Some(preprocessing), notes })
    }

    /// The parts of a table as the network gets them, scaled by the training part.
    pub(in crate::commands) fn scaled(&self, split: &Split<f64>, scales_targets: bool) -> Split {
        let method = self.columns.scaling.unwrap_or(ScalingMethod::Standardise);
        let are_values = matches!(split.train.targets(), Targets::Values { .. });
        let scales_targets = are_values && scales_targets && method != ScalingMethod::None;
        split.scaled_cast(method, scales_targets.then_some(ScalingMethod::Standardise))
    }

    /// The shares of a table that are held out, of which that of the validation part has a default.
    pub(in crate::commands) fn shares(&self, validation: f64) -> Result<Shares, CliError> {
        let share = |part: &Option<Part>, default: f64| match part {
            None => Ok(default),
            Some(Part::Share(share)) => Ok(*share),
            Some(Part::File(_)) => Ok(0.0),
            Some(Part::Own) => Err(UnfitData::NoTestPart { data: excerpt(self.source()) }),
        };
        Ok(Shares {
            validation: share(&self.columns.validation, validation)?,
            test: share(&self.columns.test, 0.0)?,
            seed: self.training.seed,
        })
    }

    /// The share to hold out for validation by default. With a test part, all other examples are for
    /// training, unless a criterion needs validation.
    pub(in crate::commands) fn default_validation(&self, rows: usize) -> f64 {
        let training = &self.training;
        if self.run.cv.is_some() {
            return 0.0;
        }
        let is_needed = training.early_stopping.is_some() || training.best_by.is_some();
        if rows < FEW || self.columns.test.is_some() && !is_needed { 0.0 } else { VALIDATION }
    }

    /// A part in a file of its own.
    pub(in crate::commands) fn part(
        &self,
        path: &Path,
        preprocessing: &Preprocessing,
    ) -> Result<Dataset<f64>, CliError> {
        let table = read_table(path, &self.reading.or(preprocessing.table_options()))?;
        Ok(preprocessing.dataset(&table)?)
    }

    pub(in crate::commands) fn preprocessing(&self) -> PreprocessingOptions {
        let columns = &self.columns;
        PreprocessingOptions {
            targets: columns.target.clone(),
            drop: columns.drop.clone(),
            task: columns.task.or_else(|| task_of(self.source()).filter(|_| columns.target.is_empty())),
            weight: columns.weight.clone(),
            missing: columns.missing,
            most_categories: columns.categories,
            unknown: columns.unknown,
        }
    }
}
