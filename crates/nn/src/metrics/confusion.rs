//! The confusion matrix.

use super::class_predictions::ClassPredictions;
use super::classification::{assert_labels, predicted_class};
use ndarray::{Array1, Array2, ArrayBase, Data, Ix2, LinalgScalar};
use std::fmt;
use wengert_ad::Real;

/// A number of examples, or the sum of their weights.
pub trait Count: LinalgScalar + PartialOrd + fmt::Display {
    /// The count in double precision.
    fn to_f64(self) -> f64;
}

impl Count for usize {
    fn to_f64(self) -> f64 {
        self as f64
    }
}

impl Count for f64 {
    fn to_f64(self) -> f64 {
        self
    }
}

/// A confusion matrix: the number of examples for each pair of label (row) and predicted class (column), or
/// the sum of their weights.
///
/// Examples without a [predicted class](super::predicted_class), such as those with a NaN among their
/// outputs, are counted [apart](Self::unpredicted), as missed examples of their label: they lower accuracy,
/// recall and F1 score.
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
pub struct ConfusionMatrix<C = usize> {
    counts: Array2<C>,
    unpredicted: Array1<C>,
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
        let (mut counts, mut unpredicted) = (Array2::zeros((classes, classes)), Array1::zeros(classes));
        for (row, &label) in outputs.rows().into_iter().zip(labels) {
            match predicted_class(&row.to_vec()) {
                Some(class) => counts[[label as usize, class]] += 1,
                None => unpredicted[label as usize] += 1,
            }
        }
        Self { counts, unpredicted }
    }
}

impl ClassPredictions<'_> {
    /// The confusion matrix with the sums of the weights of the examples, or their numbers.
    pub fn confusion_matrix(&self) -> ConfusionMatrix<f64> {
        let classes = self.classes();
        let (mut counts, mut unpredicted) = (Array2::zeros((classes, classes)), Array1::zeros(classes));
        for (row, label, weight) in self.examples() {
            match predicted_class(&row.to_vec()) {
                Some(class) => counts[[label, class]] += weight,
                None => unpredicted[label] += weight,
            }
        }
        ConfusionMatrix { counts, unpredicted }
    }
}

impl<C: Count> ConfusionMatrix<C> {
    /// The counts; shape `(classes, classes)`, with labels as rows and predicted classes as columns.
    pub fn counts(&self) -> &Array2<C> {
        &self.counts
    }

    /// For each label, the number of examples without a [predicted class](super::predicted_class), because an
    /// output is NaN.
    pub fn unpredicted(&self) -> &Array1<C> {
        &self.unpredicted
    }

    /// The number of examples of a class, its support.
    ///
    /// # Panics
    /// If `class` is not below the number of classes.
    #[track_caller]
    pub fn examples_of(&self, class: usize) -> C {
        self.counts.row(class).sum() + self.unpredicted[class]
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.counts.nrows()
    }

    /// The fraction of all examples that are on the diagonal.
    pub fn accuracy(&self) -> f64 {
        let examples = self.counts.sum() + self.unpredicted.sum();
        self.counts.diag().sum().to_f64() / examples.to_f64()
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
        self.diagonal_fraction(class, self.examples_of(class))
    }

    /// The F1 score `2 tp / (2 tp + fp + fn)`, the harmonic mean of precision and recall; `None` for a class
    /// that neither occurs nor is predicted.
    ///
    /// # Panics
    /// If `class` is not below the number of classes.
    #[track_caller]
    pub fn f1(&self, class: usize) -> Option<f64> {
        let all = self.counts.column(class).sum() + self.examples_of(class);
        (all > C::zero()).then(|| 2.0 * self.counts[[class, class]].to_f64() / all.to_f64())
    }

    fn diagonal_fraction(&self, class: usize, of: C) -> Option<f64> {
        (of > C::zero()).then(|| self.counts[[class, class]].to_f64() / of.to_f64())
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

    /// The mean precision over the classes, each weighted by the number of its examples; a class without one
    /// counts as 0. `average="weighted"` in scikit-learn.
    pub fn weighted_precision(&self) -> f64 {
        self.weighted_mean(Self::precision)
    }

    /// The mean F1 score over the classes, each weighted by the number of its examples. The mean recall
    /// weighted in this way is the accuracy.
    pub fn weighted_f1(&self) -> f64 {
        self.weighted_mean(Self::f1)
    }

    /// The mean recall over the classes that have examples: the accuracy if each class were equally frequent.
    /// `balanced_accuracy_score` of scikit-learn.
    pub fn balanced_accuracy(&self) -> f64 {
        let recalls: Vec<f64> = (0..self.classes()).filter_map(|class| self.recall(class)).collect();
        recalls.iter().sum::<f64>() / recalls.len() as f64
    }

    fn weighted_mean(&self, score: impl Fn(&Self, usize) -> Option<f64>) -> f64 {
        let examples = |class: usize| self.examples_of(class).to_f64();
        let sum: f64 =
            (0..self.classes()).map(|class| examples(class) * score(self, class).unwrap_or(0.0)).sum();
        sum / (0..self.classes()).map(examples).sum::<f64>()
    }

    /// The F1 score of all predictions together, `2 tp / (2 tp + fp + fn)` with each count summed over the
    /// classes. If each example has a predicted class, the micro-averaged precision, recall and F1 score all
    /// equal the accuracy.
    pub fn micro_f1(&self) -> f64 {
        let (predicted, missed) = (self.counts.sum(), self.unpredicted.sum());
        2.0 * self.counts.diag().sum().to_f64() / (2.0 * predicted.to_f64() + missed.to_f64())
    }
}

impl<C: Count> fmt::Display for ConfusionMatrix<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.counts.iter().chain(&self.unpredicted).map(|count| count.to_string().len());
        let width = counts.max().unwrap_or(1).max((self.classes() - 1).to_string().len());
        write!(f, "label \\ predicted")?;
        for class in 0..self.classes() {
            write!(f, "  {class:>width$}")?;
        }
        let has_unpredicted = self.unpredicted.sum() > C::zero();
        let none = width.max("none".len());
        if has_unpredicted {
            write!(f, "  {:>none$}", "none")?;
        }
        for (class, row) in self.counts.rows().into_iter().enumerate() {
            write!(f, "\n{class:>17}")?;
            for count in row {
                write!(f, "  {count:>width$}")?;
            }
            if has_unpredicted {
                write!(f, "  {:>none$}", self.unpredicted[class])?;
            }
        }
        Ok(())
    }
}
