//! The names and the provenance of the model of a training run.

use crate::model_metadata::{ModelMetadata, Provenance};
use crate::settings::Settings;
use crate::strategy::Strategy;
use crate::training::Training;
use wengert_ad::Real;
use wengert_data::Dataset;
use wengert_optim::Optimizer;

/// The names of the training data, and the settings of the run as texts.
pub(crate) fn metadata_of<M, L, O: Optimizer<T>, T: Real>(
    data: &Dataset<T>,
    training: &Training<M, L, O, T>,
    settings: &Settings,
) -> ModelMetadata {
    let names = |names: Option<&[String]>| names.map(<[String]>::to_vec).unwrap_or_default();
    let optimizer = training.optimizer().state();
    let own = optimizer.settings.iter().map(|(name, value)| format!("{name}={value}"));
    let own: Vec<String> = own.collect();
    let named = settings.of_batches().into_iter().chain([
        ("epochs", settings.epochs.to_string()),
        ("optimizer", format!("{}:{}", optimizer.method, own.join(","))),
    ]);
    let strategy = training.settings.strategy;
    let strategy = (strategy != Strategy::Automatic).then(|| ("strategy", strategy.to_string()));
    let named = named.chain(strategy);
    let metadata = ModelMetadata {
        features: names(data.feature_names()),
        targets: names(data.target_names()),
        classes: names(data.class_names()),
        preprocessing: None,
        provenance: Provenance {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            data: data.name().to_owned(),
            seed: Some(training.settings.seed),
            settings: named.map(|(name, value)| (name.to_owned(), value)).collect(),
        },
    };
    with_preprocessing(metadata, data)
}

/// The metadata with the preprocessing of the table that the data come from.
#[cfg(feature = "tables")]
fn with_preprocessing<T: Real>(metadata: ModelMetadata, data: &Dataset<T>) -> ModelMetadata {
    match data.preprocessing() {
        Some(preprocessing) => metadata.with_preprocessing(preprocessing),
        None => metadata,
    }
}

/// Without the feature `tables`, data do not come from tables.
#[cfg(not(feature = "tables"))]
fn with_preprocessing<T: Real>(metadata: ModelMetadata, _: &Dataset<T>) -> ModelMetadata {
    metadata
}
