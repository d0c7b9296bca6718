//! The confusion matrix.

use super::classification::{assert_labels, predicted_class};
use ndarray::{Array2, ArrayBase, Data, Ix2};
use std::fmt;
use wengert_ad::Real;

/// A confusion matrix: the number of examples for each pair of label (row) and predicted class (column).
///
/// ```
/// use ndarray::array;
/// use wengert_nn::metrics::ConfusionMatrix;
///
/// let outputs = array![[2.0, 0.0], [1.0, 3.0], [5.0, 1.0]];
/// let matrix = ConfusionMatrix::of(&outputs, &[0, 1, 1]);
/// assert_eq!(matrix.counts(), array![[1, 0], [1, 1]]);
/// assert_eq!((matrix.precision(0), matrix.recall(1)), (Some(0.5), Some(0.5)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfusionMatrix {
    counts: Array2<usize>,
}

impl ConfusionMatrix {
    /// Counts outputs, with one example per row, against their labels.
    ///
    /// # Panics
    /// If there are no examples, if the number of labels differs, or if a label is not below the number of
    /// classes.
    #[track_caller]
    pub fn of<T: Real, S: Data<Elem = T>>(outputs: &ArrayBase<S, Ix2>, labels: &[u32]) -> Self {
        assert_labels("confusion matrix", outputs, labels);
        let classes = outputs.ncols().max(2);
        let mut counts = Array2::zeros((classes, classes));
        for (row, &label) in outputs.rows().into_iter().zip(labels) {
            counts[[label as usize, predicted_class(&row.to_vec())]] += 1;
        }
        Self { counts }
    }

    /// The counts; shape `(classes, classes)`, with labels as rows and predicted classes as columns.
    pub fn counts(&self) -> &Array2<usize> {
        &self.counts
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.counts.nrows()
    }

    /// The fraction of examples on the diagonal.
    pub fn accuracy(&self) -> f64 {
        self.counts.diag().sum() as f64 / self.counts.sum() as f64
    }

    /// The fraction of the examples predicted as `class` that belong to it; `None` if there are none.
    ///
    /// # Panics
    /// If `class` is not below the number of classes.
    #[track_caller]
    pub fn precision(&self, class: usize) -> Option<f64> {
        self.diagonal_fraction(class, self.counts.column(class).sum())
    }

    /// The fraction of the examples of `class` that are predicted as such; `None` if there are none.
    ///
    /// # Panics
    /// If `class` is not below the number of classes.
    #[track_caller]
    pub fn recall(&self, class: usize) -> Option<f64> {
        self.diagonal_fraction(class, self.counts.row(class).sum())
    }

    /// The F1 score `2 tp / (2 tp + fp + fn)`, the harmonic mean of precision and recall; `None` for a class
    /// that neither occurs nor is predicted.
    ///
    /// # Panics
    /// If `class` is not below the number of classes.
    #[track_caller]
    pub fn f1(&self, class: usize) -> Option<f64> {
        let all = self.counts.column(class).sum() + self.counts.row(class).sum();
        (all > 0).then(|| 2.0 * self.counts[[class, class]] as f64 / all as f64)
    }

    fn diagonal_fraction(&self, class: usize, of: usize) -> Option<f64> {
        (of > 0).then(|| self.counts[[class, class]] as f64 / of as f64)
    }

    /// The mean precision over the classes; a class without one counts as 0, as in scikit-learn.
    pub fn macro_precision(&self) -> f64 {
        self.macro_mean(Self::precision)
    }

    /// The mean recall over the classes; a class without one counts as 0, as in scikit-learn.
    pub fn macro_recall(&self) -> f64 {
        self.macro_mean(Self::recall)
    }

    /// The mean F1 score over the classes; a class without one counts as 0, as in scikit-learn.
    pub fn macro_f1(&self) -> f64 {
        self.macro_mean(Self::f1)
    }

    fn macro_mean(&self, score: impl Fn(&Self, usize) -> Option<f64>) -> f64 {
        (0..self.classes()).map(|class| score(self, class).unwrap_or(0.0)).sum::<f64>()
            / self.classes() as f64
    }

    /// The F1 score of all predictions together. As each example has one label and one predicted class, the
    /// micro-averaged precision, recall and F1 score all equal the accuracy.
    pub fn micro_f1(&self) -> f64 {
        self.accuracy()
    }
}

impl fmt::Display for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = |count: usize| count.to_string().len();
        let widest = self.counts.iter().copied().max().unwrap_or(0);
        let width = digits(widest).max(digits(self.classes() - 1));
        write!(f, "label \\ predicted")?;
        for class in 0..self.classes() {
            write!(f, "  {class:>width$}")?;
        }
        for (class, row) in self.counts.rows().into_iter().enumerate() {
            write!(f, "\n{class:>17}")?;
            for count in row {
                write!(f, "  {count:>width$}")?;
            }
        }
        Ok(())
    }
}
