//! Data sets: a table of features, and one target per example.

use crate::error::{DataError, DataProblem, Table};
use wengert_kernels::{Float, compiled_here};

/// Examples to learn from, each with a row of features and a target.
///
/// A data set has at least one example (except for the empty parts of a [`Split`](crate::Split)), labels
/// below the number of classes, and finite values. Its constructor checks that.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset<F = f32> {
    name: String,
    features: Vec<F>,
    width: usize,
    targets: Targets<F>,
}

/// The targets of a data set, one per example.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets<F = f32> {
    /// Classification: a label below `classes` for each example.
    Classes {
        /// The label of each example; labels count from 0.
        labels: Vec<u32>,
        /// The number of classes, including those without an example.
        classes: usize,
    },
    /// Regression: a row of `width` values for each example.
    Values {
        /// The values, row-major, shape `(examples, width)`.
        values: Vec<F>,
        /// The number of values per example.
        width: usize,
    },
}

impl<F: Float> Dataset<F> {
    /// A data set of row-major `features` of shape `(examples, width)` and one target per example.
    ///
    /// # Errors
    /// If there are no examples, if the features do not fill rows of `width`, if the number of targets
    /// differs from that of the examples, if a label is not below the number of classes, or if a value is
    /// infinite or NaN.
    pub fn new(
        name: impl Into<String>,
        features: Vec<F>,
        width: usize,
        targets: Targets<F>,
    ) -> Result<Self, DataError> {
        let data = Self { name: name.into(), features, width, targets };
        data.check_rows()?;
        data.check_one_target_per_example()?;
        data.check_finite(Table::Features, &data.features, data.width)?;
        match &data.targets {
            Targets::Classes { labels, classes } => data.check_labels(labels, *classes)?,
            Targets::Values { values, width } => data.check_finite(Table::Targets, values, *width)?,
        }
        Ok(data)
    }

    /// The name of the data set in messages and reports.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of examples.
    #[must_use]
    pub fn examples(&self) -> usize {
        self.features.len() / self.width
    }

    /// The number of features per example.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// All features, row-major, shape `(examples, width)`.
    #[must_use]
    pub fn features(&self) -> &[F] {
        &self.features
    }

    /// The features of example `i`.
    ///
    /// # Panics
    /// If `i` is not below the number of examples.
    #[must_use]
    #[track_caller]
    pub fn row(&self, i: usize) -> &[F] {
        &self.features[i * self.width..(i + 1) * self.width]
    }

    /// The targets of all examples.
    #[must_use]
    pub fn targets(&self) -> &Targets<F> {
        &self.targets
    }

    /// The data set in another precision; values are rounded.
    ///
    /// # Panics
    /// If a value is too large for `G`.
    #[must_use]
    #[track_caller]
    pub fn cast<G: Float>(&self) -> Dataset<G> {
        let targets = match &self.targets {
            Targets::Classes { labels, classes } => {
                Targets::Classes { labels: labels.clone(), classes: *classes }
            }
            Targets::Values { values, width } => Targets::Values { values: cast(values), width: *width },
        };
        Dataset { name: self.name.clone(), features: cast(&self.features), width: self.width, targets }
    }

    /// The examples at `indices`, in that order. The result has no examples if there are no indices.
    pub(crate) fn select(&self, indices: &[usize]) -> Self {
        let targets = match &self.targets {
            Targets::Classes { labels, classes } => {
                Targets::Classes { labels: rows(labels, 1, indices), classes: *classes }
            }
            Targets::Values { values, width } => {
                Targets::Values { values: rows(values, *width, indices), width: *width }
            }
        };
        let features = rows(&self.features, self.width, indices);
        Self { name: self.name.clone(), features, width: self.width, targets }
    }

    /// All features, mutable, for standardisation.
    pub(crate) fn features_mut(&mut self) -> &mut [F] {
        &mut self.features
    }

    fn check_rows(&self) -> Result<(), DataError> {
        let (values, width) = (self.features.len(), self.width);
        if values == 0 {
            return Err(DataProblem::NoExamples.of(&self.name));
        }
        if width == 0 || !values.is_multiple_of(width) {
            let table = Table::Features;
            return Err(DataProblem::Shape { table, values, width, examples: None }.of(&self.name));
        }
        Ok(())
    }

    fn check_one_target_per_example(&self) -> Result<(), DataError> {
        let (values, width) = match &self.targets {
            Targets::Classes { labels, .. } => (labels.len(), 1),
            Targets::Values { values, width } => (values.len(), *width),
        };
        if width == 0 || self.examples().checked_mul(width) != Some(values) {
            let (table, examples) = (Table::Targets, Some(self.examples()));
            return Err(DataProblem::Shape { table, values, width, examples }.of(&self.name));
        }
        Ok(())
    }

    fn check_labels(&self, labels: &[u32], classes: usize) -> Result<(), DataError> {
        let Some(i) = labels.iter().position(|&label| label as usize >= classes) else { return Ok(()) };
        let mut error = DataProblem::LabelOutOfRange { label: labels[i], classes }.of(&self.name);
        error.place.row = Some(i + 1);
        Err(error)
    }

    fn check_finite(&self, table: Table, values: &[F], width: usize) -> Result<(), DataError> {
        let Some(i) = compiled_here!(F: first_not_finite(values: &[F]) -> Option<usize>)(values) else {
            return Ok(());
        };
        let value = values[i].widened();
        let mut error = DataProblem::NotFinite { table, value }.of(&self.name);
        (error.place.row, error.place.column) = (Some(i / width + 1), Some(i % width + 1));
        Err(error)
    }
}

/// The index of the first number that is infinite or NaN.
fn first_not_finite<F: Float>(values: &[F]) -> Option<usize> {
    // A loop over a whole block compiles to SIMD; a search that may end at any element does not.
    let all_finite = |block: &[F]| block.iter().fold(true, |all, x| all & x.is_finite());
    let block = values.chunks(1024).position(|block| !all_finite(block))?;
    values[1024 * block..].iter().position(|x| !x.is_finite()).map(|i| 1024 * block + i)
}

fn rows<T: Copy>(values: &[T], width: usize, indices: &[usize]) -> Vec<T> {
    let mut selected = Vec::with_capacity(indices.len() * width);
    for &i in indices {
        selected.extend_from_slice(&values[i * width..(i + 1) * width]);
    }
    selected
}

#[track_caller]
fn cast<F: Float, G: Float>(values: &[F]) -> Vec<G> {
    let mut wide = Vec::with_capacity(values.len());
    for &x in values {
        let x = x.widened();
        let y = G::literal(x);
        assert!(y.is_finite(), "cast: {x} is too large for the new precision");
        wide.push(y);
    }
    wide
}
