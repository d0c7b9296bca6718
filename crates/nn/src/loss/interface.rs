//! The trait of losses, and the targets that they compare outputs with.

use super::outputs::Outputs;
use wengert_ad::{Element, Tensor};

/// The targets of a batch, which a loss compares outputs with.
#[derive(Clone, Copy, Debug)]
pub enum TargetBatch<'a, 't, T: Element = f32> {
    /// The class index of each example.
    Classes(&'a [u32]),
    /// The target values of each example; shape `(m, outputs)`.
    Values(Tensor<'t, T>),
}

/// The kind of targets that a loss accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// One class index per example.
    Classes,
    /// One number per output of each example.
    Values,
    /// One probability per output of each example, which add up to 1.
    Probabilities,
    /// One of two numbers per output of each example; or, for a single output, the class 0 or 1 of each
    /// example, where class 0 stands for the lower number.
    TwoClasses,
}

/// A loss function: a number per example that is smallest where the outputs agree with the target.
///
/// A loss says what each example costs. Training adds up the losses of the examples and divides by their
/// number, so a loss must do neither: a mean over the batch has one element instead of one per example, and
/// is refused.
///
/// ```
/// use wengert_ad::{ArrayTape, Element, Elementary, Tensor};
/// use wengert_nn::{Loss, TargetBatch, TargetKind};
///
/// /// `sum_j ln cosh(y_j - t_j)` for each example, with `j` over the outputs.
/// struct LogCosh;
///
/// impl<T: Element> Loss<T> for LogCosh {
///     fn kind(&self) -> TargetKind {
///         TargetKind::Values
///     }
///     fn per_example<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T> {
///         let TargetBatch::Values(targets) = targets else { panic!("log cosh: give values as targets") };
///         (outputs - targets).cosh().ln().sum_axis(1)
///     }
/// }
///
/// let tape = ArrayTape::<f64>::new();
/// let (y, t) = (tape.var(&ndarray::array![[1.0], [3.0]]), tape.constant(&ndarray::array![[1.0], [1.0]]));
/// let total = LogCosh.total(y, TargetBatch::Values(t));
/// assert!((total.item() - 2.0_f64.cosh().ln()).abs() < 1e-15);
/// ```
pub trait Loss<T: Element = f32>: Send + Sync {
    /// The kind of targets that it accepts.
    fn kind(&self) -> TargetKind;

    /// What the outputs of a model that is trained with it mean, which a saved model says. By default, the
    /// values of a regression for [targets that are values](TargetKind::Values), otherwise scores of classes
    /// that are not logits: probabilities are computed from [`Outputs::Logits`] only.
    fn outputs(&self) -> Outputs {
        if self.kind() == TargetKind::Values { Outputs::Values } else { Outputs::Scores }
    }

    /// Whether the loss of an example depends on the other examples of its batch, as in contrastive losses.
    /// Training, evaluation and the reported metrics then never split their examples: an evaluation compares
    /// all examples of a data set with each other. No by default.
    fn mixes_rows(&self) -> bool {
        false
    }

    /// The loss of each example of the batch, shape `(m)`; `outputs` has one example per row, shape
    /// `(m, outputs)`.
    ///
    /// It panics if there are no examples, or if the targets are not of its [`kind`](Self::kind) or do not
    /// have the shape of the outputs.
    // Not tracked here, like `total`: an operation in a loss of the user is recorded with its own line.
    fn per_example<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T>;

    /// The sum of the losses of all examples of the batch, a tensor with one element.
    ///
    /// Override it only with another way to compute the same sum, such as a fused operation.
    ///
    /// It panics as [`per_example`](Self::per_example) does; or if that does not return one loss per example.
    fn total<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T> {
        one_per_example(outputs, self.per_example(outputs, targets)).sum()
    }

    /// The sum `sum_i w_i l_i` of the losses of all examples of the batch, each times its weight; a tensor
    /// with one element. An example with weight 0 contributes nothing, even if its loss is infinite or NaN.
    ///
    /// # Panics
    /// As [`total`](Self::total); or if there is not one weight per example.
    #[track_caller]
    fn weighted_total<'t>(
        &self,
        outputs: Tensor<'t, T>,
        targets: TargetBatch<'_, 't, T>,
        weights: &[f64],
    ) -> Tensor<'t, T> {
        let losses = one_per_example(outputs, self.per_example(outputs, targets));
        let (rows, have) = (losses.shape(), weights.len());
        assert!(have == rows[0], "loss: there are {} examples, but {have} weights", rows[0]);
        let elements = |of: fn(f64) -> f64| weights.iter().map(move |&weight| T::constant(of(weight)));
        let zeros = outputs.tape().constant_from(&rows, |buffer| buffer.extend(elements(|_| 0.0)));
        // Selected, not only multiplied: 0 times an infinite loss is NaN.
        let counted = losses.select_from(weights.iter().map(|&weight| weight != 0.0), zeros);
        let weights = outputs.tape().constant_from(&rows, |buffer| buffer.extend(elements(|weight| weight)));
        (counted * weights).sum()
    }
}

macro_rules! loss_behind {
    ($($pointer:ty),*) => {$(
        impl<T: Element, L: Loss<T> + ?Sized> Loss<T> for $pointer {
            fn kind(&self) -> TargetKind {
                (**self).kind()
            }
            fn outputs(&self) -> Outputs {
                (**self).outputs()
            }
            fn mixes_rows(&self) -> bool {
                (**self).mixes_rows()
            }
            #[track_caller]
            fn per_example<'t>(
                &self,
                outputs: Tensor<'t, T>,
                targets: TargetBatch<'_, 't, T>,
            ) -> Tensor<'t, T> {
                (**self).per_example(outputs, targets)
            }
            #[track_caller]
            fn total<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T> {
                (**self).total(outputs, targets)
            }
            fn weighted_total<'t>(
                &self,
                outputs: Tensor<'t, T>,
                targets: TargetBatch<'_, 't, T>,
                weights: &[f64],
            ) -> Tensor<'t, T> {
                (**self).weighted_total(outputs, targets, weights)
            }
        }
    )*};
}

loss_behind!(Box<L>, &L);

/// These losses, if there is one for each example.
#[track_caller]
fn one_per_example<'t, T: Element>(outputs: Tensor<'t, T>, losses: Tensor<'t, T>) -> Tensor<'t, T> {
    let (rows, have) = (outputs.shape().first().copied().unwrap_or(1), losses.shape());
    assert!(
        have[..] == [rows],
        "loss: per_example returned shape {have:?} for {rows} examples, must be [{rows}]: one loss for each \
         example, which training adds up and divides by their number"
    );
    losses
}
