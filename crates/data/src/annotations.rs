//! Names of columns and classes, and weights of examples: what a data set may have besides numbers.

use crate::error::{DataError, DataProblem, NamedItems};
#[cfg(feature = "csv")]
use crate::preprocessing::Preprocessing;
use crate::rows::rows;
use std::ops::RangeInclusive;
#[cfg(feature = "csv")]
use std::sync::Arc;

/// The names and weights of a data set, each list with one entry per item, and the preprocessing of its
/// table.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Annotations {
    pub(crate) feature_names: Option<Vec<String>>,
    pub(crate) target_names: Option<Vec<String>>,
    pub(crate) class_names: Option<Vec<String>>,
    pub(crate) weights: Option<Vec<f64>>,
    #[cfg(feature = "csv")]
    pub(crate) preprocessing: Option<Arc<Preprocessing>>,
}

impl Annotations {
    /// Those of the examples with these numbers.
    pub(crate) fn of_examples(&self, indices: &[usize]) -> Self {
        let weights = self.weights.as_ref().map(|weights| rows(weights, 1, indices));
        Self { weights, ..self.clone() }
    }

    /// Adds the weights of further examples; `all` is the number of examples then. An example without a
    /// weight counts once.
    pub(crate) fn extend(&mut self, others: &Self, all: usize) {
        match (&mut self.weights, &others.weights) {
            (None, None) => {}
            (Some(own), Some(more)) => own.extend_from_slice(more),
            (Some(own), None) => own.resize(all, 1.0),
            (None, Some(more)) => {
                let mut weights = vec![1.0; all - more.len()];
                weights.extend_from_slice(more);
                self.weights = Some(weights);
            }
        }
    }
}

/// Collects names of items of the data set `name`, of which there must be `needed`.
pub(crate) fn collected(
    name: &str,
    items: NamedItems,
    needed: usize,
    names: impl IntoIterator<Item = impl Into<String>>,
) -> Result<Vec<String>, DataError> {
    let names: Vec<String> = names.into_iter().map(Into::into).collect();
    let found = names.len();
    if found != needed { Err(DataProblem::NameCount { items, found, needed }.of(name)) } else { Ok(names) }
}

/// The range of positive weights, whose ratios to their mean can be computed.
const WEIGHTS: RangeInclusive<f64> = 1e-300..=1e300;

/// Checks the weights of a data set with this name and this number of examples.
pub(crate) fn check_weights(name: &str, weights: &[f64], examples: usize) -> Result<(), DataError> {
    let found = weights.len();
    if found != examples {
        return Err(DataProblem::WeightCount { found, examples }.of(name));
    }
    if let Some(i) = weights.iter().position(|weight| *weight != 0.0 && !WEIGHTS.contains(weight)) {
        let mut error = DataProblem::Weight { value: weights[i] }.of(name);
        error.place.row = Some(i + 1);
        return Err(error);
    }
    let sum: f64 = weights.iter().sum();
    if sum > 0.0 && sum.is_finite() { Ok(()) } else { Err(DataProblem::WeightSum { sum }.of(name)) }
}
