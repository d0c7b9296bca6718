//! Losses for two classes, in which each output is a score: positive scores stand for the upper class.

use super::checks::{assert_labels, extents, values};
use super::interface::TargetBatch;
use super::per_output::{PerOutput, losses_per_output};
use wengert_ad::{Element, Elementary, Tensor};
use wengert_kernels::validate::assert_positive;

/// The targets in the shape of the outputs: values are returned unchanged, classes 0 and 1 become `lower` and
/// 1.
#[track_caller]
fn two_valued<'t, T: Element>(
    loss: &str,
    outputs: Tensor<'t, T>,
    targets: TargetBatch<'_, 't, T>,
    lower: f64,
) -> Tensor<'t, T> {
    let TargetBatch::Classes(labels) = targets else { return values(loss, outputs, targets) };
    let [rows, width] = extents(loss, outputs);
    assert!(width == 1, "{loss}: class targets need one output per example, but there are {width}");
    assert_labels(loss, labels, rows, 2);
    let value = |&label: &u32| T::constant(if label == 0 { lower } else { 1.0 });
    outputs.tape().constant_from(&[rows, 1], |buffer| buffer.extend(labels.iter().map(value)))
}

/// Panics if a target is not allowed.
#[track_caller]
fn assert_each<T: Element>(loss: &str, targets: Tensor<'_, T>, allowed: impl Fn(f64) -> bool, needed: &str) {
    let wrong = targets.elements().iter().map(|t| t.value()).find(|&t| !allowed(t));
    if let Some(target) = wrong {
        panic!("{loss}: a target is {target}, must be {needed}");
    }
}

/// The margins `t x` for targets `t` of -1 or +1.
#[track_caller]
fn margins<'t, T: Element>(
    loss: &str,
    outputs: Tensor<'t, T>,
    targets: TargetBatch<'_, 't, T>,
) -> Tensor<'t, T> {
    let signs = two_valued(loss, outputs, targets, -1.0);
    assert_each(loss, signs, |t| t == 1.0 || t == -1.0, "-1 or +1");
    outputs * signs
}

macro_rules! margin_losses {
    ($( $(#[$doc:meta])* $Loss:ident $title:literal -> $Outputs:ident |$margin:ident| $each:expr; )*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $Loss;
        impl $Loss {
            #[track_caller]
            fn per_output<'t, T: Element>(
                &self,
                outputs: Tensor<'t, T>,
                targets: TargetBatch<'_, 't, T>,
            ) -> PerOutput<'t, T> {
                let $margin = margins($title, outputs, targets);
                PerOutput::mean($each, 1.0)
            }
        }
        losses_per_output!($Loss: TwoClasses -> $Outputs);
    )*};
}

margin_losses! {
    /// Logistic loss: `ln(1 + e^(-t x))` for targets `t` of -1 or +1, the mean over the outputs of an
    /// example. PyTorch's `SoftMarginLoss`, but finite for all finite scores: the gradient there is NaN for
    /// margins below -710.
    Logistic "logistic" -> Logits |margin| (-margin).softplus();
    /// Hinge loss of support-vector machines: `max(0, 1 - t x)` for targets `t` of -1 or +1, the mean over
    /// the outputs of an example; the derivative at the kink is 0.
    Hinge "hinge" -> Scores |margin| margin.subtract_from(1.0).relu();
    /// Squared hinge loss: `max(0, 1 - t x)^2` for targets `t` of -1 or +1, the mean over the outputs of an
    /// example.
    SquaredHinge "squared hinge" -> Scores |margin| margin.subtract_from(1.0).relu().square();
}

/// Binary cross-entropy from logits: `-w t ln p - (1 - t) ln(1 - p)` with `p = sigmoid x` for targets `t`
/// from 0 to 1, the mean over the outputs of an example; `w` is the weight of positive targets. Finite for
/// all finite logits, and 0 for an infinite logit on the side of its target. PyTorch's `BCEWithLogitsLoss`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryCrossEntropy {
    positive_weight: f64,
}

impl Default for BinaryCrossEntropy {
    fn default() -> Self {
        Self::new()
    }
}

impl BinaryCrossEntropy {
    /// Positive targets have weight 1.
    pub fn new() -> Self {
        Self { positive_weight: 1.0 }
    }

    /// Sets the weight `w` of positive targets; above 1 it favours recall over precision. PyTorch's
    /// `pos_weight`.
    ///
    /// # Panics
    /// If `weight` is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn positive_weight(self, weight: f64) -> Self {
        assert_positive("binary cross-entropy: the positive weight", weight);
        Self { positive_weight: weight }
    }
}

impl BinaryCrossEntropy {
    #[track_caller]
    fn per_output<'t, T: Element>(
        &self,
        outputs: Tensor<'t, T>,
        targets: TargetBatch<'_, 't, T>,
    ) -> PerOutput<'t, T> {
        let targets = two_valued("binary cross-entropy", outputs, targets, 0.0);
        let within = |t| (0.0..=1.0).contains(&t);
        assert_each("binary cross-entropy", targets, within, "in [0, 1]");
        PerOutput::mean(outputs.binary_cross_entropy(targets, self.positive_weight), 1.0)
    }
}

losses_per_output!(BinaryCrossEntropy: TwoClasses -> Logits);
