//! Multi-class cross-entropy.

use super::{Loss, TargetBatch, TargetKind, classes, values};
use wengert_ad::{Element, Tensor};

/// Multi-class cross-entropy from logits: `ln sum_j e^(x_j) - x_label` for each example. Finite for all finite logits.
/// PyTorch's `CrossEntropyLoss` with class indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrossEntropy;

impl CrossEntropy {
    /// With a share of the target spread evenly over all classes: see [`WeightedCrossEntropy`].
    ///
    /// # Panics
    /// If `share` is not in `[0, 1)`.
    #[track_caller]
    pub fn label_smoothing(self, share: f64) -> WeightedCrossEntropy {
        WeightedCrossEntropy::default().label_smoothing(share)
    }

    /// With a weight for each class: see [`WeightedCrossEntropy`].
    ///
    /// # Panics
    /// If there is none, or one is negative, infinite or NaN.
    #[track_caller]
    pub fn class_weights(self, weights: impl Into<Vec<f64>>) -> WeightedCrossEntropy {
        WeightedCrossEntropy::default().class_weights(weights)
    }
}

impl<T: Element> Loss<T> for CrossEntropy {
    fn kind(&self) -> TargetKind {
        TargetKind::Classes
    }
    #[track_caller]
    fn total<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T> {
        outputs.total_cross_entropy(classes("cross-entropy", outputs, targets))
    }
}

/// How a row of target probabilities is changed before it is compared: `w_j ((1 - s) q_j + s / k)`.
#[derive(Clone, Debug, Default, PartialEq)]
struct Changes {
    smoothing: f64,
    weights: Option<Vec<f64>>,
}

impl Changes {
    #[track_caller]
    fn smoothed(self, share: f64) -> Self {
        assert!((0.0..1.0).contains(&share), "cross-entropy: label smoothing is {share}, must be in [0, 1)");
        Self { smoothing: share, ..self }
    }

    #[track_caller]
    fn weighted(self, weights: Vec<f64>) -> Self {
        assert!(!weights.is_empty(), "cross-entropy: the number of class weights is 0, must be at least 1");
        let wrong = weights.iter().position(|w| !(0.0..f64::INFINITY).contains(w));
        if let Some(class) = wrong {
            panic!("cross-entropy: the weight of class {class} is {}, must be in [0, inf)", weights[class]);
        }
        Self { weights: Some(weights), ..self }
    }

    /// The weight of each class.
    #[track_caller]
    fn weights(&self, classes: usize) -> impl Iterator<Item = f64> + Clone {
        if let Some(weights) = &self.weights {
            let have = weights.len();
            assert!(have == classes, "cross-entropy: {classes} classes, but {have} class weights");
        }
        (0..classes).map(|class| self.weights.as_ref().map_or(1.0, |weights| weights[class]))
    }
}

/// Cross-entropy with label smoothing, class weights or both: `-sum_j w_j q_j ln p_j` for each example, `p` the softmax of
/// its logits, `q_j = (1 - s) [j = label] + s / k` with the smoothing share `s` (Szegedy et al. 2016, section 7).
///
/// Training divides the total by the number of examples, as with every loss. PyTorch's weighted mean divides by the sum of
/// the labels' weights, `sum_i w_label(i)`: its value is ours times `m / sum_i w_label(i)` for a batch of `m`, which
/// changes the step from batch to batch. With weights whose mean over the data is 1, both agree on the whole data set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WeightedCrossEntropy {
    changes: Changes,
}

impl WeightedCrossEntropy {
    /// A share of the target is spread evenly over all classes, the label's among them.
    ///
    /// # Panics
    /// If `share` is not in `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn label_smoothing(self, share: f64) -> Self {
        Self { changes: self.changes.smoothed(share) }
    }

    /// A weight for each class.
    ///
    /// # Panics
    /// If there is none, or one is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn class_weights(self, weights: impl Into<Vec<f64>>) -> Self {
        Self { changes: self.changes.weighted(weights.into()) }
    }
}

impl<T: Element> Loss<T> for WeightedCrossEntropy {
    fn kind(&self) -> TargetKind {
        TargetKind::Classes
    }
    #[track_caller]
    fn total<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T> {
        let labels = classes("cross-entropy", outputs, targets);
        let (shape, share) = (outputs.shape(), self.changes.smoothing);
        let weights = self.changes.weights(shape[1]);
        let spread = share / shape[1] as f64;
        let coefficients = outputs.tape().constant_from(&shape, |buffer| {
            for &label in labels {
                let own = |class| if class == label as usize { 1.0 - share } else { 0.0 };
                let row = weights.clone().enumerate().map(|(class, w)| -w * (own(class) + spread));
                buffer.extend(row.map(T::constant));
            }
        });
        outputs.log_softmax(1).dot(coefficients)
    }
}

/// Cross-entropy against probabilities: `-sum_j w_j q_j ln p_j` for each example, `p` the softmax of its logits, `q` its row
/// of targets, of which with label smoothing `(1 - s) q_j + s / k` is taken. PyTorch's `CrossEntropyLoss` with
/// probabilities, weighted or not, whose mean divides by the number of examples too.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProbabilityCrossEntropy {
    changes: Changes,
}

impl ProbabilityCrossEntropy {
    /// Without smoothing, all weights 1.
    pub fn new() -> Self {
        Self::default()
    }

    /// A share of the target is spread evenly over all classes.
    ///
    /// # Panics
    /// If `share` is not in `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn label_smoothing(self, share: f64) -> Self {
        Self { changes: self.changes.smoothed(share) }
    }

    /// A weight for each class.
    ///
    /// # Panics
    /// If there is none, or one is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn class_weights(self, weights: impl Into<Vec<f64>>) -> Self {
        Self { changes: self.changes.weighted(weights.into()) }
    }
}

impl<T: Element> Loss<T> for ProbabilityCrossEntropy {
    fn kind(&self) -> TargetKind {
        TargetKind::Values
    }
    #[track_caller]
    fn total<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T> {
        let (q, width) = values("cross-entropy", outputs, targets);
        let shape = outputs.shape();
        let share = self.changes.smoothing;
        let q = if share > 0.0 { q * (1.0 - share) + share / width as f64 } else { q };
        let q = if self.changes.weights.is_some() {
            let weights = self.changes.weights(width).map(T::constant);
            q * outputs.tape().constant_from(&[width], |buffer| buffer.extend(weights)).broadcast_to(&shape)
        } else {
            q
        };
        -outputs.log_softmax(1).dot(q)
    }
}
