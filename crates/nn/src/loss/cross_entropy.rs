//! Multi-class cross-entropy.

use super::checks::{classes, values};
use super::interface::{Loss, TargetBatch, TargetKind};
use super::outputs::Outputs;
use wengert_ad::{Element, Tensor};

/// Multi-class cross-entropy from logits: `ln sum_j e^(x_j) - x_label` for each example. Finite for all
/// finite logits; a class with logit minus infinity has probability 0. PyTorch's `CrossEntropyLoss` with
/// class indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrossEntropy;

impl CrossEntropy {
    /// Cross-entropy with [label smoothing](WeightedCrossEntropy::label_smoothing).
    ///
    /// # Panics
    /// If `share` is not in `[0, 1)`.
    #[track_caller]
    pub fn label_smoothing(self, share: f64) -> WeightedCrossEntropy {
        WeightedCrossEntropy::default().label_smoothing(share)
    }

    /// Cross-entropy with [a weight for each class](WeightedCrossEntropy::class_weights).
    ///
    /// # Panics
    /// If there are no weights, or one is negative, infinite or NaN.
    #[track_caller]
    pub fn class_weights(self, weights: impl Into<Vec<f64>>) -> WeightedCrossEntropy {
        WeightedCrossEntropy::default().class_weights(weights)
    }
}

impl<T: Element> Loss<T> for CrossEntropy {
    fn kind(&self) -> TargetKind {
        TargetKind::Classes
    }
    fn outputs(&self) -> Outputs {
        Outputs::Logits
    }
    #[track_caller]
    fn per_example<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T> {
        outputs.cross_entropy(classes("cross-entropy", outputs, targets))
    }
    #[track_caller]
    fn total<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T> {
        outputs.total_cross_entropy(classes("cross-entropy", outputs, targets))
    }
}

/// Label smoothing and class weights: target probabilities `q_j` become the coefficients
/// `w_j ((1 - s) q_j + s / k)`.
#[derive(Clone, Debug, Default, PartialEq)]
struct Weighting {
    smoothing: f64,
    weights: Option<Vec<f64>>,
}

impl Weighting {
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
            assert!(have == classes, "cross-entropy: there are {classes} classes, but {have} class weights");
        }
        (0..classes).map(|class| self.weights.as_ref().map_or(1.0, |weights| weights[class]))
    }
}

/// Cross-entropy with label smoothing, class weights or both: `-sum_j w_j q_j ln p_j` for each example, where
/// `p` is the softmax of its logits and `q_j = (1 - s) [j = label] + s / k` with the smoothing `s` (Szegedy
/// et al. 2016, section 7). A class with `w_j q_j = 0` contributes nothing, not even with logit minus
/// infinity.
///
/// Training divides the total by the number of examples, as for every loss. The weighted mean of PyTorch
/// divides by the sum of the labels' weights instead, `sum_i w_label(i)`: for a batch of `m` examples it
/// is the mean here times `m / sum_i w_label(i)`, a factor that differs between batches. If the mean
/// weight over the data is 1, both agree on the whole data set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WeightedCrossEntropy {
    weighting: Weighting,
}

impl WeightedCrossEntropy {
    /// Spreads a share of each target evenly over all classes, including that of the label; 0 by default.
    ///
    /// # Panics
    /// If `share` is not in `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn label_smoothing(self, share: f64) -> Self {
        Self { weighting: self.weighting.smoothed(share) }
    }

    /// Sets a weight for each class; all are 1 by default.
    ///
    /// # Panics
    /// If there are no weights, or one is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn class_weights(self, weights: impl Into<Vec<f64>>) -> Self {
        Self { weighting: self.weighting.weighted(weights.into()) }
    }
}

impl<T: Element> Loss<T> for WeightedCrossEntropy {
    fn kind(&self) -> TargetKind {
        TargetKind::Classes
    }
    fn outputs(&self) -> Outputs {
        Outputs::Logits
    }
    #[track_caller]
    fn per_example<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T> {
        let labels = classes("cross-entropy", outputs, targets);
        let (shape, share) = (outputs.shape(), self.weighting.smoothing);
        let weights = self.weighting.weights(shape[1]);
        let spread = share / shape[1] as f64;
        let coefficients = outputs.tape().constant_from(&shape, |buffer| {
            for &label in labels {
                let own = |class| if class == label as usize { 1.0 - share } else { 0.0 };
                let row = weights.clone().enumerate().map(|(class, w)| w * (own(class) + spread));
                buffer.extend(row.map(T::constant));
            }
        });
        outputs.cross_entropy_with(coefficients)
    }
    #[track_caller]
    fn total<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T> {
        self.per_example(outputs, targets).sum()
    }
}

/// Cross-entropy against target probabilities: `-sum_j w_j q_j ln p_j` for each example, where `p` is the
/// softmax of its logits and `q` its row of targets, or `(1 - s) q_j + s / k` with the smoothing `s`. A class
/// with `w_j q_j = 0` contributes nothing, not even with logit minus infinity. PyTorch's `CrossEntropyLoss`
/// with probabilities, weighted or not; its mean divides by the number of examples too.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProbabilityCrossEntropy {
    weighting: Weighting,
}

impl ProbabilityCrossEntropy {
    /// Cross-entropy without smoothing, with all class weights 1.
    pub fn new() -> Self {
        Self::default()
    }

    /// Spreads a share of each target evenly over all classes; 0 by default.
    ///
    /// # Panics
    /// If `share` is not in `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn label_smoothing(self, share: f64) -> Self {
        Self { weighting: self.weighting.smoothed(share) }
    }

    /// Sets a weight for each class; all are 1 by default.
    ///
    /// # Panics
    /// If there are no weights, or one is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn class_weights(self, weights: impl Into<Vec<f64>>) -> Self {
        Self { weighting: self.weighting.weighted(weights.into()) }
    }
}

impl<T: Element> Loss<T> for ProbabilityCrossEntropy {
    fn kind(&self) -> TargetKind {
        TargetKind::Probabilities
    }
    fn outputs(&self) -> Outputs {
        Outputs::Logits
    }
    #[track_caller]
    fn per_example<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T> {
        let q = values("cross-entropy", outputs, targets);
        let (shape, width) = (outputs.shape(), outputs.shape()[1]);
        let share = self.weighting.smoothing;
        let q = if share > 0.0 { q * (1.0 - share) + share / width as f64 } else { q };
        let q = if self.weighting.weights.is_some() {
            let weights = self.weighting.weights(width).map(T::constant);
            q * outputs.tape().constant_from(&[width], |buffer| buffer.extend(weights)).broadcast_to(&shape)
        } else {
            q
        };
        outputs.cross_entropy_with(q)
    }
    #[track_caller]
    fn total<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T> {
        self.per_example(outputs, targets).sum()
    }
}
