//! The data of a training run.

use super::options::Options;
use crate::bounds::Part;
use crate::error::CliError;
use crate::source::{Source, is_named, open, task_of};
use crate::unfit_data::UnfitData;
use std::path::{Path, PathBuf};
use wengert::data::{
    Dataset, Prepared, Preprocessing, PreprocessingOptions, ScalingMethod, Shares, Split, Table, Targets,
    read_table,
};
use wengert_files::excerpt;

/// Below this number of rows, nothing is held out unless it is asked for.
const FEW: usize = 20;

/// Data to train on.
pub(super) struct Data {
    /// The parts in the user's units and in double precision; `None` for images.
    pub(super) unscaled: Option<Split<f64>>,
    /// The parts as the network gets them.
    pub(super) split: Split,
    /// How raw tables become features; `None` for images.
    pub(super) preprocessing: Option<Preprocessing>,
    /// What should be known.
    pub(super) notes: Vec<String>,
}

impl Options {
    /// The data, or nothing.
    pub(super) fn source(&self) -> &str {
        self.data.as_deref().unwrap_or_default()
    }

    /// The files that are read.
    pub(super) fn inputs(&self) -> impl Iterator<Item = PathBuf> {
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
    pub(super) fn load(&self, scales_targets: bool) -> Result<Data, CliError> {
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
        Ok(Data { unscaled: None, split, preprocessing: None, notes: Vec::new() })
    }

    /// The share of a part of images.
    fn share(&self, part: &Option<Part>, default: f64) -> Result<f64, CliError> {
        match part {
            None => Ok(default),
            Some(Part::Share(share)) => Ok(*share),
            Some(Part::Own) => Ok(0.0),
            Some(Part::File(path)) => Err(UnfitData::ImagesWithFile { path: path.clone() }.into()),
        }
    }

    fn table(&self, table: &Table, scales_targets: bool) -> Result<Data, CliError> {
        let validation = if table.rows() < FEW { 0.0 } else { 0.1 };
        let share = |part: &Option<Part>, default: f64| match part {
            None => Ok(default),
            Some(Part::Share(share)) => Ok(*share),
            Some(Part::File(_)) => Ok(0.0),
            Some(Part::Own) => Err(UnfitData::NoTestPart { data: excerpt(self.source()) }),
        };
        let shares = Shares {
            validation: share(&self.columns.validation, validation)?,
            test: share(&self.columns.test, 0.0)?,
            seed: self.training.seed,
        };
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
        let method = self.columns.scaling.unwrap_or(ScalingMethod::Standardise);
        let scaled = split.clone().scaled(method);
        let are_values = matches!(split.train.targets(), Targets::Values { .. });
        let scaled = if are_values && scales_targets && method != ScalingMethod::None {
            scaled.scaled_targets(ScalingMethod::Standardise)
        } else {
            scaled
        };
        Ok(Data { split: scaled.cast(), unscaled: Some(split), preprocessing: Some(preprocessing), notes })
    }

    /// A part in a file of its own.
    fn part(&self, path: &Path, preprocessing: &Preprocessing) -> Result<Dataset<f64>, CliError> {
        let table = read_table(path, &self.reading.or(preprocessing.table_options()))?;
        Ok(preprocessing.dataset(&table)?)
    }

    fn preprocessing(&self) -> PreprocessingOptions {
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
