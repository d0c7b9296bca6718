//! The layers, one a file.

mod activation;
mod batch_norm;
mod dropout;
mod embedding;
mod layer_norm;
mod linear;
mod residual;
mod sequential;

pub use activation::Activation;
pub use batch_norm::BatchNorm;
pub use dropout::Dropout;
pub(crate) use dropout::assert_rate;
pub use embedding::Embedding;
pub use layer_norm::LayerNorm;
pub use linear::{Bias, Linear};
pub use residual::Residual;
pub use sequential::Sequential;

use wengert_ad::{Element, Tensor};

/// `x_ij w_j + b_j`, the same weight and bias in every row.
#[track_caller]
fn scale_and_shift<'t, T: Element>(
    x: Tensor<'t, T>,
    weight: Tensor<'t, T>,
    bias: Tensor<'t, T>,
) -> Tensor<'t, T> {
    let shape = x.shape();
    x * weight.broadcast_to(&shape) + bias.broadcast_to(&shape)
}

/// Refuses rows of another width than a normalising layer was built for.
#[track_caller]
fn assert_rows<T: Element>(layer: &str, width: usize, x: Tensor<'_, T>) {
    let shape = x.shape();
    let fits = matches!(shape[..], [rows, columns] if rows > 0 && columns == width);
    assert!(fits, "{layer}: the inputs have shape {shape:?}, it needs (m, {width}) with m at least 1");
}

/// Refuses a number that is added to a variance unless it is positive: a constant feature has variance 0.
#[track_caller]
fn assert_epsilon(layer: &str, epsilon: f64) {
    let fits = epsilon > 0.0 && epsilon.is_finite();
    assert!(fits, "{layer}: epsilon is {epsilon}, must be in (0, inf)");
}
