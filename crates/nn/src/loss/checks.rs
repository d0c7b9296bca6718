//! Checks of outputs and targets against each other.

use super::interface::TargetBatch;
use wengert_ad::{Element, Tensor};

/// The shape `[examples, outputs]` of outputs; both are at least 1.
#[track_caller]
pub(super) fn extents<T: Element>(loss: &str, outputs: Tensor<'_, T>) -> [usize; 2] {
    let shape = outputs.shape();
    let [rows, width] = shape[..] else {
        panic!("{loss}: the outputs have shape {shape:?}, must have (m, outputs): one example per row")
    };
    assert!(rows > 0, "{loss}: the batch is empty; it needs at least one example");
    assert!(width > 0, "{loss}: the examples have no outputs; they need at least one");
    [rows, width]
}

/// The target values, in the shape of the outputs.
#[track_caller]
pub(super) fn values<'t, T: Element>(
    loss: &str,
    outputs: Tensor<'t, T>,
    targets: TargetBatch<'_, 't, T>,
) -> Tensor<'t, T> {
    extents(loss, outputs);
    let TargetBatch::Values(values) = targets else { panic!("{loss}: the targets must be values") };
    let (want, have) = (outputs.shape(), values.shape());
    assert!(want == have, "{loss}: the outputs have shape {want:?}, but the targets {have:?}");
    values
}

/// The target classes, one per example, each below the number of outputs.
#[track_caller]
pub(super) fn classes<'a, T: Element>(
    loss: &str,
    outputs: Tensor<'_, T>,
    targets: TargetBatch<'a, '_, T>,
) -> &'a [u32] {
    let [rows, width] = extents(loss, outputs);
    let TargetBatch::Classes(labels) = targets else { panic!("{loss}: the targets must be classes") };
    assert_labels(loss, labels, rows, width);
    labels
}

/// Panics unless there is one label per row, each below the number of classes.
#[track_caller]
pub(super) fn assert_labels(loss: &str, labels: &[u32], rows: usize, classes: usize) {
    let have = labels.len();
    assert!(have == rows, "{loss}: there are {rows} examples, but {have} labels");
    // The largest label first: a loop without branches.
    if labels.iter().copied().fold(0, u32::max) as usize >= classes
        && let Some(row) = labels.iter().position(|&label| label as usize >= classes)
    {
        panic!("{loss}: the label of example {row} is {}, must be below {classes}", labels[row]);
    }
}
