//! The names and shapes of parameters.

use wengert_nn::{Layout, Parameter};
use wengert_optim::ArrayShape;

/// The name and the shape of each parameter and of each running statistic, by which models and saved
/// parameters are compared.
pub(crate) fn names_and_shapes(layout: &Layout) -> Vec<(String, Vec<usize>)> {
    let all = layout.parameters().iter().chain(layout.statistics());
    all.map(|entry| (entry.name.clone(), entry.shape.clone())).collect()
}

/// The place and the shape of each parameter in the flat buffer, for optimizers.
pub(crate) fn array_shapes(layout: &Layout) -> Vec<ArrayShape> {
    let shape = |entry: &Parameter| ArrayShape { start: entry.range.start, shape: entry.shape.clone() };
    layout.parameters().iter().map(shape).collect()
}
