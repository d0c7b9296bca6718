//! What is to be made small.
//!
//! A loss gives the total over the examples of a batch; training divides by their number, so that the objective is the
//! mean over examples of what each loss defines for one example. Over the outputs of an example, a loss is the mean,
//! unless its name says sum or half.

mod binary;
mod cross_entropy;
mod distance;
mod multi_class_hinge;
mod regulariser;

pub use binary::{BinaryCrossEntropy, Hinge, Logistic, SquaredHinge};
pub use cross_entropy::{CrossEntropy, ProbabilityCrossEntropy, WeightedCrossEntropy};
pub use distance::{HalfSquared, Huber, MeanAbsolute, MeanSquared, SmoothL1, SumAbsolute, SumSquared};
pub use multi_class_hinge::MultiClassHinge;
pub use regulariser::{Penalty, Regulariser};

use wengert_ad::{Element, Tensor};

/// What the outputs of a batch are compared with.
#[derive(Clone, Copy, Debug)]
pub enum TargetBatch<'a, 't, T: Element = f32> {
    /// The class of each example.
    Classes(&'a [u32]),
    /// The wanted outputs of each example; shape `(m, outputs)`.
    Values(Tensor<'t, T>),
}

/// Which kind of targets there is, without the targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// A class index for each example.
    Classes,
    /// A row of numbers for each example.
    Values,
    /// Either one of two numbers, for each output of each example; or one of two classes for the only output of each
    /// example, class 0 being the lower number.
    TwoClasses,
}

/// A loss: one number for each example, small where output and target agree.
pub trait Loss<T: Element = f32>: Send + Sync {
    /// The kind of targets it compares with.
    fn kind(&self) -> TargetKind;
    /// The sum, over the examples of the batch, of each example's loss; `outputs` has one example a row.
    ///
    /// # Panics
    /// If there are no examples, or if the targets are not of its [`kind`](Self::kind), or not as many as the outputs.
    fn total<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T>;
}

/// The extents of outputs that have at least one example and one output.
#[track_caller]
fn extents<T: Element>(loss: &str, outputs: Tensor<'_, T>) -> [usize; 2] {
    let shape = outputs.shape();
    let [rows, width] = shape[..] else {
        panic!("{loss}: the outputs have shape {shape:?}, it needs one example a row (m, outputs)")
    };
    assert!(rows > 0, "{loss}: the batch is empty; it needs at least one example");
    assert!(width > 0, "{loss}: the examples have no outputs; it needs at least one");
    [rows, width]
}

/// The values that outputs are compared with; as many as the outputs.
#[track_caller]
fn values<'t, T: Element>(
    loss: &str,
    outputs: Tensor<'t, T>,
    targets: TargetBatch<'_, 't, T>,
) -> (Tensor<'t, T>, usize) {
    let [_, width] = extents(loss, outputs);
    let TargetBatch::Values(values) = targets else { panic!("{loss}: the targets must be values") };
    let (want, have) = (outputs.shape(), values.shape());
    assert!(want == have, "{loss}: the outputs have shape {want:?}, the targets {have:?}");
    (values, width)
}

/// The classes that outputs are compared with, all among those of the outputs.
#[track_caller]
fn classes<'a, T: Element>(loss: &str, outputs: Tensor<'_, T>, targets: TargetBatch<'a, '_, T>) -> &'a [u32] {
    let [rows, width] = extents(loss, outputs);
    let TargetBatch::Classes(labels) = targets else { panic!("{loss}: the targets must be classes") };
    assert_labels(loss, labels, rows, width);
    labels
}

/// Refuses labels that are not one for each row, or not below the number of classes.
#[track_caller]
fn assert_labels(loss: &str, labels: &[u32], rows: usize, classes: usize) {
    let have = labels.len();
    assert!(have == rows, "{loss}: {rows} examples have {have} labels");
    if let Some(row) = labels.iter().position(|&label| label as usize >= classes) {
        panic!("{loss}: the label of example {row} is {}, must be below {classes}", labels[row]);
    }
}
