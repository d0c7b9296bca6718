//! The targets of examples.

use ndarray::ArrayView2;

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

impl<F> Targets<F> {
    /// Whether there are any targets.
    pub(crate) fn has_any(&self) -> bool {
        match self {
            Self::Classes { labels, .. } => !labels.is_empty(),
            Self::Values { values, .. } => !values.is_empty(),
        }
    }
}

impl<F: Copy> Targets<F> {
    /// Classes with these labels, one per example; there are as many as the largest label says.
    ///
    /// ```
    /// use wengert_data::Targets;
    ///
    /// let targets = Targets::<f32>::classes([0, 2, 0]);
    /// assert_eq!(targets, Targets::Classes { labels: vec![0, 2, 0], classes: 3 });
    /// ```
    #[must_use]
    pub fn classes(labels: impl IntoIterator<Item = u32>) -> Self {
        let labels: Vec<u32> = labels.into_iter().collect();
        let classes = labels.iter().max().map_or(0, |&label| label as usize + 1);
        Self::Classes { labels, classes }
    }

    /// One value per example.
    #[must_use]
    pub fn values(values: impl IntoIterator<Item = F>) -> Self {
        Self::Values { values: values.into_iter().collect(), width: 1 }
    }

    /// A row of values per example: an array of shape `(examples, width)`, in any memory layout.
    #[must_use]
    pub fn value_rows<'a>(values: impl Into<ArrayView2<'a, F>>) -> Self
    where
        F: 'a,
    {
        let values = values.into();
        Self::Values { values: values.iter().copied().collect(), width: values.ncols() }
    }
}
