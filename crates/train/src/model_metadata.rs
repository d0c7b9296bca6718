//! What a model knows about itself besides its numbers.

use std::collections::BTreeMap;

/// The names of the features, targets and classes of a model, its preprocessing, and where it comes from.
/// Everything may be absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelMetadata {
    /// The name of each feature, in the order in which they enter the model; empty if they have none.
    pub features: Vec<String>,
    /// The name of each target value of a regression, or that of the column of the class; empty if they have
    /// none.
    pub targets: Vec<String>,
    /// The name of each class, in the order of the outputs; empty if they have none, and for regressions.
    pub classes: Vec<String>,
    /// How a raw table becomes features, as JSON; `None` if the features are the columns themselves. With the
    /// feature `tables`, [`with_preprocessing`](Self::with_preprocessing) and
    /// [`preprocessing`](Self::preprocessing) convert it.
    pub preprocessing: Option<String>,
    /// Where the model comes from.
    pub provenance: Provenance,
}

/// Where a model comes from. There is no date, so that the same training run gives the same file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The version of this crate that trained it; empty if unknown.
    pub version: String,
    /// The name of the data set; empty if unknown.
    pub data: String,
    /// The seed of the training run.
    pub seed: Option<u64>,
    /// Settings of the training run by name.
    pub settings: BTreeMap<String, String>,
}

/// Preprocessing of tables; with the feature `tables`.
#[cfg(feature = "tables")]
#[cfg_attr(docsrs, doc(cfg(feature = "tables")))]
impl ModelMetadata {
    /// The metadata of a model that takes raw tables.
    #[must_use]
    pub fn with_preprocessing(self, preprocessing: &wengert_data::Preprocessing) -> Self {
        let json = serde_json::to_string(preprocessing).expect("all keys are texts");
        Self { preprocessing: Some(json), ..self }
    }

    /// How a raw table becomes features; `None` if the features are the columns themselves.
    ///
    /// # Errors
    /// If the JSON is not that of a preprocessing.
    pub fn preprocessing(&self) -> Result<Option<wengert_data::Preprocessing>, serde_json::Error> {
        self.preprocessing.as_deref().map(serde_json::from_str).transpose()
    }
}
