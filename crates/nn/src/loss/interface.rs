//! The trait of losses, and the targets that they compare outputs with.

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
    /// One of two numbers per output of each example; or, for a single output, the class 0 or 1 of each
    /// example, where class 0 stands for the lower number.
    TwoClasses,
}

/// A loss function: a number per example that is smallest where the outputs agree with the target.
pub trait Loss<T: Element = f32>: Send + Sync {
    /// The kind of targets that it accepts.
    fn kind(&self) -> TargetKind;

    /// The sum of the losses of all examples of the batch, a tensor with one element; `outputs` has one
    /// example per row.
    ///
    /// # Panics
    /// If there are no examples, or if the targets are not of its [`kind`](Self::kind) or do not have the
    /// shape of the outputs.
    fn total<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T>;
}
