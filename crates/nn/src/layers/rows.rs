//! Operations on rows that the normalising layers share.

use wengert_ad::{Element, Tensor};

/// `x_ij w_j + b_j`: the same weight and bias in every row.
#[track_caller]
pub(super) fn scale_and_shift<'t, T: Element>(
    x: Tensor<'t, T>,
    weight: Tensor<'t, T>,
    bias: Tensor<'t, T>,
) -> Tensor<'t, T> {
    let shape = x.shape();
    x * weight.broadcast_to(&shape) + bias.broadcast_to(&shape)
}

/// Panics unless `x` has at least one row, and rows of the given width.
#[track_caller]
pub(super) fn assert_rows<T: Element>(layer: &str, width: usize, x: Tensor<'_, T>) {
    let shape = x.shape();
    let fits = matches!(shape[..], [rows, columns] if rows > 0 && columns == width);
    assert!(fits, "{layer}: the inputs have shape {shape:?}, must have (m, {width}) with m at least 1");
}
