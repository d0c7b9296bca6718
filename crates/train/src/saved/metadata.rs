//! Names, preprocessing and provenance on disk: entries of the metadata of a file.

use super::error::ModelProblem;
use super::file::TensorFile;
use crate::model_metadata::{ModelMetadata, Provenance};
use serde_json::json;
use std::collections::BTreeMap;
use wengert_files::excerpt;
#[cfg(feature = "tables")]
use wengert_files::shortened;
use wengert_nn::{AnyActivation, Mlp, Outputs};

/// The entries of the metadata; those that say nothing are left out.
pub(super) fn metadata_entries(metadata: &ModelMetadata) -> impl Iterator<Item = (String, String)> {
    let ModelMetadata { features, targets, classes, preprocessing, provenance } = metadata;
    let names = |names: &[String]| (!names.is_empty()).then(|| json!(names).to_string());
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let Provenance { version, data, seed, settings } = provenance;
    let entries = [
        ("features", names(features)),
        ("targets", names(targets)),
        ("classes", names(classes)),
        ("preprocessing", preprocessing.clone()),
        ("version", text(version)),
        ("data", text(data)),
        ("seed", seed.map(|seed| seed.to_string())),
        ("settings", (!settings.is_empty()).then(|| json!(settings).to_string())),
    ];
    entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)))
}

/// The metadata of a network with these widths and outputs.
pub(super) fn read_metadata(
    file: &TensorFile<'_>,
    mlp: &Mlp<AnyActivation>,
    outputs: Outputs,
) -> Result<ModelMetadata, ModelProblem> {
    let [inputs, .., width] = *mlp.widths() else { unreachable!("a network has at least two widths") };
    // A single output distinguishes two classes.
    let (classes, targets) = if outputs.are_classes() { (width.max(2), 1) } else { (0, width) };
    let metadata = ModelMetadata {
        features: names(file, "features", inputs)?,
        targets: names(file, "targets", targets)?,
        classes: names(file, "classes", classes)?,
        preprocessing: file.optional("preprocessing").map(str::to_owned),
        provenance: provenance(file)?,
    };
    check_preprocessing(&metadata, inputs)?;
    Ok(metadata)
}

/// The metadata of a model of any kind, with any number of names.
pub(super) fn read_metadata_of_any_model(file: &TensorFile<'_>) -> Result<ModelMetadata, ModelProblem> {
    let names = |key| Ok(parsed::<Vec<String>>(file, key, "a JSON list of texts")?.unwrap_or_default());
    Ok(ModelMetadata {
        features: names("features")?,
        targets: names("targets")?,
        classes: names("classes")?,
        preprocessing: file.optional("preprocessing").map(str::to_owned),
        provenance: provenance(file)?,
    })
}

fn provenance(file: &TensorFile<'_>) -> Result<Provenance, ModelProblem> {
    let text = |key| file.optional(key).unwrap_or_default().to_owned();
    let settings = parsed::<BTreeMap<_, _>>(file, "settings", "a JSON object of texts")?;
    Ok(Provenance {
        version: text("version"),
        data: text("data"),
        seed: parsed(file, "seed", "a whole number")?,
        settings: settings.unwrap_or_default(),
    })
}

/// Checks that the preprocessing makes features for this number of inputs.
#[cfg(feature = "tables")]
fn check_preprocessing(metadata: &ModelMetadata, inputs: usize) -> Result<(), ModelProblem> {
    let problem = |expected: String| ModelProblem::Metadata {
        key: "preprocessing",
        value: excerpt(metadata.preprocessing.as_deref().unwrap_or_default()),
        expected,
    };
    let invalid = |error: serde_json::Error| {
        problem(format!("the preprocessing of a table ({})", shortened(&error.to_string(), 200)))
    };
    let features = metadata.preprocessing().map_err(invalid)?.map(|found| found.feature_names().len());
    match features.filter(|&features| features != inputs) {
        Some(features) => {
            Err(problem(format!("that of {inputs} features, the inputs of the network, not of {features}")))
        }
        None => Ok(()),
    }
}

/// Without the feature `tables`, nothing can use it.
#[cfg(not(feature = "tables"))]
fn check_preprocessing(_: &ModelMetadata, _: usize) -> Result<(), ModelProblem> {
    Ok(())
}

/// A list of names, which is absent or has this length.
fn names(file: &TensorFile<'_>, key: &'static str, count: usize) -> Result<Vec<String>, ModelProblem> {
    let expected = format!("a JSON list of {count} texts");
    let Some(names) = parsed::<Vec<String>>(file, key, &expected)? else { return Ok(Vec::new()) };
    if names.len() != count {
        let value = excerpt(file.optional(key).unwrap_or_default());
        return Err(ModelProblem::Metadata { key, value, expected });
    }
    Ok(names)
}

/// The value of an entry as JSON; `None` if it is absent.
pub(super) fn parsed<V: serde::de::DeserializeOwned>(
    file: &TensorFile<'_>,
    key: &'static str,
    expected: &str,
) -> Result<Option<V>, ModelProblem> {
    let Some(text) = file.optional(key) else { return Ok(None) };
    serde_json::from_str(text).map(Some).map_err(|_| ModelProblem::Metadata {
        key,
        value: excerpt(text),
        expected: expected.to_owned(),
    })
}
