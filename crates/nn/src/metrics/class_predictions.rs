//! The outputs of a classifier beside the labels, and what is computed from both.

use super::classification::{assert_labels, predicted_class};
use super::probabilities::log_probabilities;
use super::weights::ExampleWeights;
use ndarray::{Array2, ArrayBase, ArrayView1, Data, Ix2};
use wengert_ad::Real;

/// Outputs of a classifier, one example per row, beside their labels and, if there are any, weights: all
/// metrics of classification are methods.
///
/// The outputs are logits, as for [`class_probabilities`](super::class_probabilities); a single output is the
/// logit of class 1 against class 0. A weight of 2 counts like two copies of an example, and an example with
/// weight 0 is as good as absent. An example without a [predicted class](predicted_class) counts as wrong,
/// and makes metrics of probabilities NaN or `None`.
///
/// ```
/// use ndarray::array;
/// use wengert_nn::metrics::ClassPredictions;
///
/// let logits = array![[2.0, 0.0], [0.0, 1.0], [0.0, 3.0], [1.0, 0.0]];
/// let predictions = ClassPredictions::new(&logits, &[0, 1, 1, 1]);
/// assert_eq!((predictions.accuracy(), predictions.majority_baseline()), (0.75, 0.75));
/// assert_eq!(predictions.roc_auc(), Some(1.0));
/// assert_eq!(predictions.weighted(&[1.0, 1.0, 1.0, 3.0]).accuracy(), 0.5);
/// ```
#[derive(Clone, Debug)]
pub struct ClassPredictions<'a> {
    outputs: Array2<f64>,
    labels: &'a [u32],
    weights: ExampleWeights<'a>,
}

impl<'a> ClassPredictions<'a> {
    /// Outputs, shape `(examples, classes)`, beside one label per example.
    ///
    /// # Panics
    /// If there are no examples, if the number of labels differs, or if a label is not below the number of
    /// classes.
    #[track_caller]
    pub fn new<T: Real, S: Data<Elem = T>>(outputs: &ArrayBase<S, Ix2>, labels: &'a [u32]) -> Self {
        assert_labels("class predictions", outputs, labels);
        let outputs = outputs.mapv(|output| output.value());
        Self { outputs, labels, weights: ExampleWeights::default() }
    }

    /// Sets the weights of the examples.
    ///
    /// # Panics
    /// If there is not one weight per example, if one is negative, infinite or NaN, or if their sum is 0 or
    /// infinite.
    #[must_use]
    #[track_caller]
    pub fn weighted(self, weights: &'a [f64]) -> Self {
        let weights = ExampleWeights::new("class predictions", weights, self.labels.len());
        Self { weights, ..self }
    }

    /// The number of classes; a single output distinguishes two.
    pub fn classes(&self) -> usize {
        self.outputs.ncols().max(2)
    }

    /// The outputs, label and weight of each example whose weight is not 0.
    pub(super) fn examples(&self) -> impl Iterator<Item = (ArrayView1<'_, f64>, usize, f64)> {
        let examples = self.outputs.rows().into_iter().zip(self.labels);
        let examples =
            examples.enumerate().map(|(i, (row, &label))| (row, label as usize, self.weights.of(i)));
        examples.filter(|&(_, _, weight)| weight != 0.0)
    }

    /// The sum of the weights, or the number of examples.
    pub(super) fn weight(&self) -> f64 {
        self.examples().map(|(_, _, weight)| weight).sum()
    }

    /// The weighted share of examples whose predicted class is their label.
    pub fn accuracy(&self) -> f64 {
        let correct =
            self.examples().filter(|(row, label, _)| predicted_class(&row.to_vec()) == Some(*label));
        correct.map(|(_, _, weight)| weight).sum::<f64>() / self.weight()
    }

    /// The weight of each class: the sum of the weights of its examples.
    pub fn class_totals(&self) -> Vec<f64> {
        let mut totals = vec![0.0; self.classes()];
        self.examples().for_each(|(_, label, weight)| totals[label] += weight);
        totals
    }

    /// The accuracy of predicting the most frequent class for each example, with which an accuracy should be
    /// compared. `DummyClassifier` of scikit-learn, on the same data.
    pub fn majority_baseline(&self) -> f64 {
        self.class_totals().into_iter().fold(0.0, f64::max) / self.weight()
    }

    /// The mean negative logarithm of the probability of the label, in nats: the cross-entropy loss. Infinite
    /// if a label has probability 0, and NaN if an example has no class probabilities. `log_loss` of
    /// scikit-learn, which limits probabilities to 2e-16.
    pub fn log_loss(&self) -> f64 {
        let losses = self.examples().map(|(row, label, weight)| -weight * log_probabilities(&row)[label]);
        losses.sum::<f64>() / self.weight()
    }

    /// The mean over examples and classes of `(p_j - [j = label])^2`, summed over the classes (Brier 1950):
    /// from 0 to 2; NaN if an example has no class probabilities. For two classes, it is twice
    /// `brier_score_loss` of scikit-learn.
    pub fn brier_score(&self) -> f64 {
        let scores = self.examples().map(|(row, label, weight)| {
            let logs = log_probabilities(&row).into_iter().enumerate();
            let error = |(class, log): (usize, f64)| log.exp() - f64::from(u8::from(class == label));
            weight * logs.map(|class| error(class).powi(2)).sum::<f64>()
        });
        scores.sum::<f64>() / self.weight()
    }
}
