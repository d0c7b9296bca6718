//! Operations and requirements on rows that several layers share.

use std::fmt::Display;
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

/// Panics unless `x` has the number of columns that a module is known to require. A module in a box cannot
/// tell the line of its caller, so this is checked before.
#[track_caller]
pub(super) fn assert_width<T: Element>(what: &dyn Display, width: Option<usize>, x: Tensor<'_, T>) {
    let shape = x.shape();
    let fits = width.is_none_or(|width| shape.last() == Some(&width));
    assert!(
        fits,
        "{what} has inputs of width {}, but they have shape {shape:?}; give it one row per example",
        width.unwrap_or(0)
    );
}
