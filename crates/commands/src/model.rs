//! Saved models that take tables.

use crate::error::CliError;
use crate::unfit_data::UnfitData;
use ndarray::Array2;
use std::path::Path;
use wengert::data::{Dataset, Preprocessing, Table, TableOptions, TargetEncoding, Targets};
use wengert::nn::{AnyActivation, MlpModule, Outputs};
use wengert::train::{SavedMlp, TrainedModel};
use wengert_files::excerpt;

/// A saved model with the preprocessing of the tables that it takes.
pub(crate) struct LoadedModel {
    pub(crate) saved: SavedMlp,
    pub(crate) trained: TrainedModel<MlpModule<AnyActivation>>,
    pub(crate) preprocessing: Preprocessing,
}

impl LoadedModel {
    pub(crate) fn load(path: &Path) -> Result<Self, CliError> {
        let saved = SavedMlp::load(path)?;
        let problem = |problem: String| UnfitData::Preprocessing { model: path.to_owned(), problem };
        let stored = saved.metadata.preprocessing().map_err(|error| problem(error.to_string()))?;
        let preprocessing = match stored {
            Some(preprocessing) => preprocessing,
            None => plain(&saved).map_err(problem)?,
        };
        let [inputs, .., outputs] = *saved.mlp.widths() else {
            unreachable!("a network has two widths at least")
        };
        let needed = match preprocessing.target() {
            TargetEncoding::Classes { names, .. } if names.len() == 2 && outputs == 1 => 1,
            TargetEncoding::Classes { names, .. } => names.len(),
            TargetEncoding::Values { columns } => columns.len(),
        };
        if (preprocessing.width(), needed) != (inputs, outputs) {
            let (features, targets) = (preprocessing.width(), needed);
            return Err(problem(format!(
                "it is for {features} features and {targets} outputs, but the network has {inputs} inputs \
                 and {outputs} outputs"
            ))
            .into());
        }
        Ok(Self { trained: saved.to_trained(), preprocessing, saved })
    }

    /// How a table for the model is read.
    pub(crate) fn table_options(&self) -> TableOptions {
        self.preprocessing.table_options()
    }

    /// The features of a table, in the order of the inputs.
    pub(crate) fn features(&self, table: &Table) -> Result<Array2<f64>, CliError> {
        let features = self.preprocessing.features(table)?;
        let shape = (table.rows(), self.preprocessing.width());
        Ok(Array2::from_shape_vec(shape, features).expect("rows of one width"))
    }

    /// The features of images, pixels from 0 to 255.
    pub(crate) fn image_features(&self, images: &Dataset, data: &str) -> Result<Array2<f64>, CliError> {
        let (found, needed) = (images.width(), self.preprocessing.width());
        if found != needed {
            return Err(UnfitData::ImageSize { data: excerpt(data), found, needed }.into());
        }
        let pixels = images.unscaled().features().to_vec();
        Ok(Array2::from_shape_vec((images.examples(), found), pixels).expect("rows of one width"))
    }

    /// Images with their labels, with the names of the model.
    pub(crate) fn image_examples(&self, images: &Dataset, data: &str) -> Result<Dataset<f64>, CliError> {
        let Targets::Classes { labels, .. } = images.targets() else { unreachable!("images have labels") };
        let names = self.class_names().unwrap_or_default();
        let known = names.len();
        if let Some(&label) = labels.iter().find(|&&label| label as usize >= known) {
            return Err(UnfitData::UnknownLabel { data: excerpt(data), label, known }.into());
        }
        let targets = Targets::Classes { labels: labels.clone(), classes: known };
        let pixels = self.image_features(images, data)?.into_raw_vec_and_offset().0;
        let examples = Dataset::new(data, pixels, images.width(), targets)?;
        Ok(examples.with_feature_names(self.preprocessing.feature_names())?.with_class_names(names)?)
    }

    /// The names of the classes; `None` for a regression.
    pub(crate) fn class_names(&self) -> Option<&[String]> {
        self.preprocessing.class_names()
    }
}

/// The preprocessing of a model that has none: numbers in the order of the inputs, or by the names that the
/// model has.
fn plain(saved: &SavedMlp) -> Result<Preprocessing, String> {
    let [inputs, .., outputs] = *saved.mlp.widths() else {
        unreachable!("a network has two widths at least")
    };
    let metadata = &saved.metadata;
    let names = |given: &[String], kind: &str, count: usize| match given.len() == count {
        true => given.to_vec(),
        false if (kind, count) == ("value", 1) => vec![kind.to_owned()],
        false => (1..=count).map(|i| format!("{kind} {i}")).collect(),
    };
    let features = names(&metadata.features, "feature", inputs);
    let has_names = metadata.features.len() == inputs;
    let target = match saved.outputs {
        Outputs::Values => TargetEncoding::Values { columns: names(&metadata.targets, "value", outputs) },
        Outputs::Logits | Outputs::Scores => {
            let classes = outputs.max(2);
            let numbers = || (0..classes).map(|class| class.to_string()).collect();
            let named = metadata.classes.len() == classes;
            let column = match metadata.targets.first() {
                Some(name) => name.clone(),
                None => "class".to_owned(),
            };
            let names = if named { metadata.classes.clone() } else { numbers() };
            TargetEncoding::Classes { column, names }
        }
    };
    Preprocessing::of_numbers(features, target, has_names)
}
