//! Which classes are taken for which.

use super::classification::{assert_labels, chosen_class};
use ndarray::{Array2, ArrayBase, Data, Ix2};
use std::fmt;
use wengert_ad::Real;

/// How many examples of each class were taken for each class: rows are the labels, columns the chosen classes.
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
    /// Of outputs, one example a row, and their labels.
    ///
    /// # Panics
    /// If there are no examples, or not one label for each, or a label is no class.
    #[track_caller]
    pub fn of<T: Real, S: Data<Elem = T>>(outputs: &ArrayBase<S, Ix2>, labels: &[u32]) -> Self {
        assert_labels("confusion matrix", outputs, labels);
        let classes = outputs.ncols().max(2);
        let mut counts = Array2::zeros((classes, classes));
        for (row, &label) in outputs.rows().into_iter().zip(labels) {
            counts[[label as usize, chosen_class(&row.to_vec())]] += 1;
        }
        Self { counts }
    }

    /// The counts: rows are labels, columns chosen classes.
    pub fn counts(&self) -> &Array2<usize> {
        &self.counts
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.counts.nrows()
    }

    /// The share of examples on the diagonal.
    pub fn accuracy(&self) -> f64 {
        self.counts.diag().sum() as f64 / self.counts.sum() as f64
    }

    /// Of the examples taken for this class, the share that belong to it; `None` if none were taken for it.
    ///
    /// # Panics
    /// If there is no such class.
    #[track_caller]
    pub fn precision(&self, class: usize) -> Option<f64> {
        self.share(class, self.counts.column(class).sum())
    }

    /// Of the examples of this class, the share that were taken for it; `None` if there are none.
    ///
    /// # Panics
    /// If there is no such class.
    #[track_caller]
    pub fn recall(&self, class: usize) -> Option<f64> {
        self.share(class, self.counts.row(class).sum())
    }

    /// `2 tp / (2 tp + fp + fn)`, the harmonic mean of precision and recall; `None` of a class that neither occurs nor is
    /// chosen.
    ///
    /// # Panics
    /// If there is no such class.
    #[track_caller]
    pub fn f1(&self, class: usize) -> Option<f64> {
        let all = self.counts.column(class).sum() + self.counts.row(class).sum();
        (all > 0).then(|| 2.0 * self.counts[[class, class]] as f64 / all as f64)
    }

    fn share(&self, class: usize, of: usize) -> Option<f64> {
        (of > 0).then(|| self.counts[[class, class]] as f64 / of as f64)
    }

    /// The mean of the classes' precisions; a class without one counts as 0, as in scikit-learn.
    pub fn macro_precision(&self) -> f64 {
        self.macro_mean(Self::precision)
    }

    /// The mean of the classes' recalls; a class without one counts as 0, as in scikit-learn.
    pub fn macro_recall(&self) -> f64 {
        self.macro_mean(Self::recall)
    }

    /// The mean of the classes' F1 scores; a class without one counts as 0, as in scikit-learn.
    pub fn macro_f1(&self) -> f64 {
        self.macro_mean(Self::f1)
    }

    fn macro_mean(&self, score: impl Fn(&Self, usize) -> Option<f64>) -> f64 {
        (0..self.classes()).map(|class| score(self, class).unwrap_or(0.0)).sum::<f64>()
            / self.classes() as f64
    }

    /// F1 over all decisions at once. Each example has one label and one choice, so that precision, recall and F1 in this
    /// micro form are all the accuracy.
    pub fn micro_f1(&self) -> f64 {
        self.accuracy()
    }
}

impl fmt::Display for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = |count: usize| count.to_string().len();
        let widest = self.counts.iter().copied().max().unwrap_or(0);
        let width = digits(widest).max(digits(self.classes() - 1));
        write!(f, "label \\ chosen")?;
        for class in 0..self.classes() {
            write!(f, "  {class:>width$}")?;
        }
        for (class, row) in self.counts.rows().into_iter().enumerate() {
            write!(f, "\n{class:>14}")?;
            for count in row {
                write!(f, "  {count:>width$}")?;
            }
        }
        Ok(())
    }
}
