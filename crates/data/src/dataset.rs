//! A data set: a table of features and one target an example.

use num_traits::Float;

use crate::{DataError, Part};

/// Examples to learn from: a row of features each, and a target each.
///
/// A data set has at least one example (but see [`Split`](crate::Split)), labels below the number of classes,
/// and finite values; its constructor checks that, so what uses it need not.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset<F = f32> {
    name: String,
    features: Vec<F>,
    width: usize,
    targets: Targets<F>,
}

/// What a model should answer, one an example.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets<F = f32> {
    /// Classification: a label below `classes` for each example.
    Classes {
        /// The labels, counted from 0.
        labels: Vec<u32>,
        /// How many classes there are, including those without an example.
        classes: usize,
    },
    /// Regression: a row of `width` values for each example.
    Values {
        /// The values, row-major, shape `(examples, width)`.
        values: Vec<F>,
        /// How many values a row has.
        width: usize,
    },
}

impl<F: Float> Dataset<F> {
    /// A data set from row-major `features` of shape `(examples, width)` and one target an example.
    ///
    /// # Errors
    /// If there is no example, if the features do not fill rows, if there is not one target an example, if a
    /// label is not below the number of classes, or if a value is infinite or NaN.
    pub fn new(
        name: impl Into<String>,
        features: Vec<F>,
        width: usize,
        targets: Targets<F>,
    ) -> Result<Self, DataError> {
        let data = Self { name: name.into(), features, width, targets };
        data.expect_rows()?;
        data.expect_one_target_an_example()?;
        data.expect_finite(Part::Features, &data.features, data.width)?;
        match &data.targets {
            Targets::Classes { labels, classes } => data.expect_labels_below(labels, *classes)?,
            Targets::Values { values, width } => data.expect_finite(Part::Targets, values, *width)?,
        }
        Ok(data)
    }

    /// What the data set is called in messages and reports.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many examples there are.
    #[must_use]
    pub fn examples(&self) -> usize {
        self.features.len() / self.width
    }

    /// How many features an example has.
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
    /// If there is no such example.
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

    /// The same data set in another precision; values are rounded.
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

    /// The examples at `indices`, in that order; none, if there are none.
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

    /// The features, to be standardised.
    pub(crate) fn features_mut(&mut self) -> &mut [F] {
        &mut self.features
    }

    fn expect_rows(&self) -> Result<(), DataError> {
        let (values, width) = (self.features.len(), self.width);
        if values == 0 {
            return Err(DataError::Empty { name: self.name.clone() });
        }
        if width == 0 || !values.is_multiple_of(width) {
            let name = self.name.clone();
            return Err(DataError::Shape { name, part: Part::Features, values, width, examples: None });
        }
        Ok(())
    }

    fn expect_one_target_an_example(&self) -> Result<(), DataError> {
        let (values, width) = match &self.targets {
            Targets::Classes { labels, .. } => (labels.len(), 1),
            Targets::Values { values, width } => (values.len(), *width),
        };
        if width == 0 || self.examples().checked_mul(width) != Some(values) {
            let (name, examples) = (self.name.clone(), Some(self.examples()));
            return Err(DataError::Shape { name, part: Part::Targets, values, width, examples });
        }
        Ok(())
    }

    fn expect_labels_below(&self, labels: &[u32], classes: usize) -> Result<(), DataError> {
        let Some(i) = labels.iter().position(|&label| label as usize >= classes) else { return Ok(()) };
        Err(DataError::LabelOutOfRange { name: self.name.clone(), row: i + 1, label: labels[i], classes })
    }

    fn expect_finite(&self, part: Part, values: &[F], width: usize) -> Result<(), DataError> {
        // Whole blocks compile to SIMD, which a search that may end at any element does not.
        let all_finite = |block: &[F]| block.iter().fold(true, |all, x| all & x.is_finite());
        if values.chunks(1024).all(all_finite) {
            return Ok(());
        }
        let Some(i) = values.iter().position(|x| !x.is_finite()) else { return Ok(()) };
        Err(DataError::NotFinite {
            name: self.name.clone(),
            part,
            row: i / width + 1,
            column: i % width + 1,
            value: values[i].to_f64().expect("every float is an f64"),
        })
    }
}

fn rows<T: Copy>(values: &[T], width: usize, indices: &[usize]) -> Vec<T> {
    indices.iter().flat_map(|&i| &values[i * width..(i + 1) * width]).copied().collect()
}

#[track_caller]
fn cast<F: Float, G: Float>(values: &[F]) -> Vec<G> {
    let mut wide = Vec::with_capacity(values.len());
    for &x in values {
        let y = G::from(x).expect("every float rounds to a float");
        let x = x.to_f64().expect("every float is an f64");
        assert!(y.is_finite(), "cast: {x} is too large for the new precision");
        wide.push(y);
    }
    wide
}
