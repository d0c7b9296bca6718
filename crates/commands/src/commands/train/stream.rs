//! The data of a training run that are not in memory.

use super::data::Data;
use super::options::Options;
use crate::bounds::Part;
use crate::error::CliError;
use crate::source::is_named;
use crate::unfit_data::UnfitData;
use std::path::Path;
use wengert::data::{
    Examples, ImagePart, ScalingMethod, ShuffledTable, TableOptions, TablePart, TableParts, read_table,
};
use wengert_files::excerpt;

/// The largest number of examples that are held out for validation unless their share is given: they are
/// enough for an accuracy up to 0.2 %, and each epoch ends with a pass over them.
const MOST_VALIDATION: f64 = 100_000.0;

/// The largest number of features of a held-out part that is kept in memory: 64 MB.
const MOST_IN_MEMORY: usize = 1 << 24;

impl Options {
    /// A folder of images, whose training images are read in pieces in each epoch.
    fn stream_images(&self, folder: &Path) -> Result<Data, CliError> {
        if self.columns.scaling.is_some_and(|method| method != ScalingMethod::None) {
            return Err(UnfitData::ScaledStream.into());
        }
        let test = self.share(&self.columns.test, 0.0)?;
        let validation = self.share(&self.columns.validation, 0.0)?;
        let (images, of_test) = ImagePart::open_folder(folder, self.training.seed)?;
        let notes = vec![format!("the {} images are read in pieces in each epoch", images.examples())];
        let [train, validation, test] = images.parts(validation, test)?;
        let own = self.columns.test == Some(Part::Own);
        let test: Box<dyn Examples> = if own { Box::new(of_test) } else { Box::new(test) };
        let examples: [Box<dyn Examples>; 3] = [Box::new(train), Box::new(validation), test];
        Ok(Data { unscaled: None, examples, preprocessing: None, notes })
    }

    /// A table that is read in pieces in each epoch.
    pub(super) fn stream(&self, scales_targets: bool) -> Result<Data, CliError> {
        let path = Path::new(self.source());
        if path.is_dir() && !is_named(self.source()) {
            return self.stream_images(path);
        }
        if self.source() == "-" || is_named(self.source()) {
            return Err(UnfitData::NoStream { data: excerpt(self.source()) }.into());
        }
        let table = ShuffledTable::open(path, &self.reading.or(TableOptions::default()), self.training.seed)?;
        let rows = table.rows();
        let shares = self.shares(self.default_validation(rows).min(MOST_VALIDATION / rows as f64))?;
        let features = self.columns.scaling.unwrap_or(ScalingMethod::Standardise);
        let targets = match features {
            ScalingMethod::None => ScalingMethod::None,
            _ if scales_targets => ScalingMethod::Standardise,
            _ => ScalingMethod::None,
        };
        let parts: TableParts = table.prepare(&self.preprocessing(), &shares, features, targets)?;
        let TableParts { train, validation, test, preprocessing, mut notes } = parts;
        if self.columns.task.is_none() {
            notes.insert(0, preprocessing.task_reason().to_owned());
        }
        notes.push(format!("the {rows} rows of the table are read in pieces in each epoch"));
        let scaling = train.sample().scaling().clone();
        let part = |part: TablePart, given: &Option<Part>| -> Result<Box<dyn Examples>, CliError> {
            if let Some(Part::File(path)) = given {
                let table = read_table(path, &self.reading.or(preprocessing.table_options()))?;
                return Ok(Box::new(preprocessing.dataset(&table)?.cast_as::<f32>(&scaling)));
            }
            let numbers = part.examples().saturating_mul(preprocessing.width());
            if numbers <= MOST_IN_MEMORY { Ok(Box::new(part.in_memory()?)) } else { Ok(Box::new(part)) }
        };
        let validation = part(validation, &self.columns.validation)?;
        let test = part(test, &self.columns.test)?;
        let examples: [Box<dyn Examples>; 3] = [Box::new(train), validation, test];
        Ok(Data { unscaled: None, examples, preprocessing: Some(preprocessing), notes })
    }
}
