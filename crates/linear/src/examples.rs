//! What linear models are fitted to: features and targets, borrowed from arrays or from a data set, and checked.

use super::LinearError;
use ndarray::{ArrayBase, ArrayView1, ArrayView2, Axis, Data, Ix1, Ix2};
use wengert_data::{Dataset, Part, Targets};

/// Features, one example a row, and a target for each, borrowed.
///
/// They come from a data set, or from a pair: an array of features and a slice, vector or array of targets, which are
/// values if `f64` and labels if `u32`.
///
/// ```
/// use ndarray::array;
/// use wengert_linear::OrdinaryLeastSquares;
///
/// let x = array![[0.0], [1.0], [2.0]];
/// let line = OrdinaryLeastSquares::new().fit((&x, &[1.0, 3.0, 5.0]))?;
/// assert!((line.coefficients[0] - 2.0).abs() < 1e-14 && (line.intercept - 1.0).abs() < 1e-14);
/// # Ok::<(), wengert_linear::LinearError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Examples<'a> {
    features: ArrayView2<'a, f64>,
    answers: Answers<'a>,
}

/// The targets of [`Examples`].
#[derive(Clone, Debug)]
pub enum Answers<'a> {
    /// A value for each example.
    Values(ArrayView1<'a, f64>),
    /// Several values for each example, which no linear model here takes.
    Rows {
        /// How many.
        width: usize,
    },
    /// A label for each example.
    Classes {
        /// The labels, from 0.
        labels: &'a [u32],
        /// How many classes there are, including those without an example.
        classes: usize,
    },
}

impl<'a> From<&'a Dataset<f64>> for Examples<'a> {
    fn from(data: &'a Dataset<f64>) -> Self {
        let shape = (data.examples(), data.width());
        let features = ArrayView2::from_shape(shape, data.features()).expect("a data set fills its rows");
        let answers = match data.targets() {
            Targets::Values { values, width: 1 } => values.into(),
            Targets::Values { width, .. } => Answers::Rows { width: *width },
            Targets::Classes { labels, classes } => Answers::Classes { labels, classes: *classes },
        };
        Self { features, answers }
    }
}

impl<'a, S: Data<Elem = f64>, A: Into<Answers<'a>>> From<(&'a ArrayBase<S, Ix2>, A)> for Examples<'a> {
    fn from((features, answers): (&'a ArrayBase<S, Ix2>, A)) -> Self {
        Self { features: features.view(), answers: answers.into() }
    }
}

impl<'a, S: Data<Elem = f64>> From<&'a ArrayBase<S, Ix1>> for Answers<'a> {
    fn from(values: &'a ArrayBase<S, Ix1>) -> Self {
        Self::Values(values.view())
    }
}

impl<'a> From<&'a [f64]> for Answers<'a> {
    fn from(values: &'a [f64]) -> Self {
        Self::Values(values.into())
    }
}

impl<'a> From<&'a Vec<f64>> for Answers<'a> {
    fn from(values: &'a Vec<f64>) -> Self {
        values[..].into()
    }
}

impl<'a, const N: usize> From<&'a [f64; N]> for Answers<'a> {
    fn from(values: &'a [f64; N]) -> Self {
        values[..].into()
    }
}

impl<'a> From<&'a [u32]> for Answers<'a> {
    fn from(labels: &'a [u32]) -> Self {
        let classes = labels.iter().max().map_or(0, |&label| label as usize + 1);
        Self::Classes { labels, classes }
    }
}

impl<'a> From<&'a Vec<u32>> for Answers<'a> {
    fn from(labels: &'a Vec<u32>) -> Self {
        labels[..].into()
    }
}

impl<'a, const N: usize> From<&'a [u32; N]> for Answers<'a> {
    fn from(labels: &'a [u32; N]) -> Self {
        labels[..].into()
    }
}

/// The features of a regression, shape `(examples, features)`, and one target per example, both checked.
pub type Regression<'a> = (ArrayView2<'a, f64>, ArrayView1<'a, f64>);

/// Checked features, and a label for each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Classification<'a> {
    pub(super) features: ArrayView2<'a, f64>,
    pub(super) labels: &'a [u32],
    pub(super) classes: usize,
}

impl<'a> Examples<'a> {
    /// The features, shape `(examples, features)`, and one target per example.
    ///
    /// # Errors
    /// If the examples are empty, differ in number from the targets, are not finite, or have classes or several targets.
    pub fn regression(self) -> Result<Regression<'a>, LinearError> {
        let values = match self.answers {
            Answers::Values(values) => values,
            Answers::Rows { width } => return Err(LinearError::SeveralTargets { width }),
            Answers::Classes { .. } => return Err(LinearError::NeedsValues),
        };
        expect_rows(&self.features, values.len())?;
        expect_finite(Part::Features, &self.features)?;
        expect_finite(Part::Targets, &values.insert_axis(Axis(1)))?;
        Ok((self.features, values))
    }

    pub(super) fn classification(self) -> Result<Classification<'a>, LinearError> {
        let Answers::Classes { labels, classes } = self.answers else {
            return Err(LinearError::NeedsClasses);
        };
        expect_rows(&self.features, labels.len())?;
        expect_finite(Part::Features, &self.features)?;
        Ok(Classification { features: self.features, labels, classes })
    }
}

impl Classification<'_> {
    /// What a fit needs beyond what a score needs.
    pub(super) fn expect_two_classes(&self) -> Result<(), LinearError> {
        let label = self.labels[0];
        if self.labels.iter().all(|&other| other == label) {
            return Err(LinearError::OneClass { label });
        }
        Ok(())
    }
}

fn expect_rows(features: &ArrayView2<'_, f64>, targets: usize) -> Result<(), LinearError> {
    let (examples, width) = features.dim();
    if examples == 0 || width == 0 {
        return Err(LinearError::Empty { examples, features: width });
    }
    if examples != targets {
        return Err(LinearError::Mismatched { examples, targets });
    }
    Ok(())
}

fn expect_finite(part: Part, values: &ArrayView2<'_, f64>) -> Result<(), LinearError> {
    let wrong = values.indexed_iter().find(|(_, x)| !x.is_finite());
    let Some(((i, j), &value)) = wrong else { return Ok(()) };
    Err(LinearError::NotFinite { part, row: i + 1, column: j + 1, value })
}
