//! The examples that linear models are fitted to: features and targets, borrowed from arrays or
//! from a data set.

use crate::error::LinearError;
use ndarray::{ArrayBase, ArrayView1, ArrayView2, Axis, Data, Ix1, Ix2};
use wengert_data::{Dataset, Role, Targets};

/// Borrowed features, one example per row, and one target per example.
///
/// They are converted from a data set, or from a pair of an array of features and a slice, vector
/// or array of targets. Targets of type `f64` are values, targets of type `u32` are class labels.
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
    targets: LinearTargets<'a>,
    are_weighted: bool,
}

/// The targets of [`Examples`].
#[derive(Clone, Debug)]
pub enum LinearTargets<'a> {
    /// One value per example.
    Values(ArrayView1<'a, f64>),
    /// Several values per example, which no linear model accepts.
    Rows {
        /// The number of values per example.
        width: usize,
    },
    /// One class label per example.
    Classes {
        /// The labels, counted from 0.
        labels: &'a [u32],
        /// The number of classes, including classes without examples.
        classes: usize,
    },
}

impl<'a> From<&'a Dataset<f64>> for Examples<'a> {
    fn from(data: &'a Dataset<f64>) -> Self {
        let shape = (data.examples(), data.width());
        let features = ArrayView2::from_shape(shape, data.features()).expect("a data set has whole rows");
        let targets = match data.targets() {
            Targets::Values { values, width: 1 } => values.into(),
            Targets::Values { width, .. } => LinearTargets::Rows { width: *width },
            Targets::Classes { labels, classes } => LinearTargets::Classes { labels, classes: *classes },
        };
        Self { features, targets, are_weighted: data.weights().is_some() }
    }
}

impl<'a, S: Data<Elem = f64>, T: Into<LinearTargets<'a>>> From<(&'a ArrayBase<S, Ix2>, T)> for Examples<'a> {
    fn from((features, targets): (&'a ArrayBase<S, Ix2>, T)) -> Self {
        Self { features: features.view(), targets: targets.into(), are_weighted: false }
    }
}

impl<'a, S: Data<Elem = f64>> From<&'a ArrayBase<S, Ix1>> for LinearTargets<'a> {
    fn from(values: &'a ArrayBase<S, Ix1>) -> Self {
        Self::Values(values.view())
    }
}

impl<'a> From<&'a [f64]> for LinearTargets<'a> {
    fn from(values: &'a [f64]) -> Self {
        Self::Values(values.into())
    }
}

impl<'a> From<&'a Vec<f64>> for LinearTargets<'a> {
    fn from(values: &'a Vec<f64>) -> Self {
        values[..].into()
    }
}

impl<'a, const N: usize> From<&'a [f64; N]> for LinearTargets<'a> {
    fn from(values: &'a [f64; N]) -> Self {
        values[..].into()
    }
}

impl<'a> From<&'a [u32]> for LinearTargets<'a> {
    fn from(labels: &'a [u32]) -> Self {
        let classes = labels.iter().max().map_or(0, |&label| label as usize + 1);
        Self::Classes { labels, classes }
    }
}

impl<'a> From<&'a Vec<u32>> for LinearTargets<'a> {
    fn from(labels: &'a Vec<u32>) -> Self {
        labels[..].into()
    }
}

impl<'a, const N: usize> From<&'a [u32; N]> for LinearTargets<'a> {
    fn from(labels: &'a [u32; N]) -> Self {
        labels[..].into()
    }
}

/// The features of a regression, shape `(examples, features)`, and one target per example; both are finite.
pub type Regression<'a> = (ArrayView2<'a, f64>, ArrayView1<'a, f64>);

/// The finite features of a classification, and one label per example.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Classification<'a> {
    pub(crate) features: ArrayView2<'a, f64>,
    pub(crate) labels: &'a [u32],
    pub(crate) classes: usize,
}

impl<'a> Examples<'a> {
    /// The features, shape `(examples, features)`, and one target per example.
    ///
    /// # Errors
    /// If there are no examples, if their number differs from that of the targets, if a number is
    /// not finite, if the targets are classes or several values per example, or if the examples have weights.
    pub fn regression(self) -> Result<Regression<'a>, LinearError> {
        self.check_unweighted()?;
        let values = match self.targets {
            LinearTargets::Values(values) => values,
            LinearTargets::Rows { width } => return Err(LinearError::SeveralTargets { width }),
            LinearTargets::Classes { .. } => return Err(LinearError::NeedsValues),
        };
        check_rows(&self.features, values.len())?;
        check_finite(Role::Features, &self.features)?;
        check_finite(Role::Targets, &values.insert_axis(Axis(1)))?;
        Ok((self.features, values))
    }

    /// The features and the labels.
    ///
    /// # Errors
    /// If there are no examples, if their number differs from that of the labels, if a feature is
    /// not finite, if the targets are values, or if the examples have weights.
    pub(crate) fn classification(self) -> Result<Classification<'a>, LinearError> {
        self.check_unweighted()?;
        let LinearTargets::Classes { labels, classes } = self.targets else {
            return Err(LinearError::NeedsClasses);
        };
        check_rows(&self.features, labels.len())?;
        check_finite(Role::Features, &self.features)?;
        Ok(Classification { features: self.features, labels, classes })
    }

    /// Refuses weights, which would be ignored.
    fn check_unweighted(&self) -> Result<(), LinearError> {
        if self.are_weighted { Err(LinearError::Weighted) } else { Ok(()) }
    }
}

/// Checks that the sum of `term` over each column is finite.
pub(crate) fn check_sums(
    part: Role,
    values: &ArrayView2<'_, f64>,
    term: fn(f64) -> f64,
) -> Result<(), LinearError> {
    let overflows = |column: ArrayView1<'_, f64>| !column.iter().map(|&x| term(x)).sum::<f64>().is_finite();
    match values.columns().into_iter().position(overflows) {
        Some(column) => Err(LinearError::Overflow { part, column: column + 1 }),
        None => Ok(()),
    }
}

/// Checks that sums of `term` over the features and over the targets are finite: a fit computes them.
pub(crate) fn check_regression((x, y): Regression<'_>, term: fn(f64) -> f64) -> Result<(), LinearError> {
    check_sums(Role::Features, &x, term)?;
    check_sums(Role::Targets, &y.insert_axis(Axis(1)), term)
}

/// The number of classes that may be fitted whatever the number of examples.
const MANY_CLASSES: usize = 256;

impl Classification<'_> {
    /// Checks that the examples belong to at least two classes, that there are not many more classes than
    /// examples, and that squares of the features do not overflow; a fit needs this, and an evaluation does
    /// not.
    pub(crate) fn check_fit(&self) -> Result<(), LinearError> {
        let label = self.labels[0];
        if self.labels.iter().all(|&other| other == label) {
            return Err(LinearError::OneClass { label });
        }
        // Labels such as years would take coefficients for each class below them.
        let (classes, examples) = (self.classes, self.labels.len());
        if classes > examples.max(MANY_CLASSES) {
            return Err(LinearError::TooManyClasses { classes, examples });
        }
        check_sums(Role::Features, &self.features, |x| x * x)
    }
}

fn check_rows(features: &ArrayView2<'_, f64>, targets: usize) -> Result<(), LinearError> {
    let (examples, width) = features.dim();
    if examples == 0 || width == 0 {
        return Err(LinearError::Empty { examples, features: width });
    }
    if examples != targets {
        return Err(LinearError::Mismatched { examples, targets });
    }
    Ok(())
}

fn check_finite(part: Role, values: &ArrayView2<'_, f64>) -> Result<(), LinearError> {
    let wrong = values.indexed_iter().find(|(_, x)| !x.is_finite());
    let Some(((i, j), &value)) = wrong else { return Ok(()) };
    Err(LinearError::NotFinite { part, row: i + 1, column: j + 1, value })
}
