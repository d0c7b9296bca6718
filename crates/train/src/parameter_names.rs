//! The names and shapes of parameters, by which models and saved parameters are compared.

use wengert_nn::Layout;

/// The name and the shape of each parameter and of each running statistic.
pub(crate) fn names_and_shapes(layout: &Layout) -> Vec<(String, Vec<usize>)> {
    let all = layout.parameters().iter().chain(layout.statistics());
    all.map(|entry| (entry.name.clone(), entry.shape.clone())).collect()
}
