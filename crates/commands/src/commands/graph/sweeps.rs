//! The graph of a formula with all sweeps over it.

use wengert::ad::trace::{Graph, Sweep};
use wengert_formula::Expression;

/// The largest number of derivatives in all forward sweeps: one per node and variable.
pub(super) const FORWARD_NUMBERS: usize = 200_000;

/// A graph, one forward sweep per variable, and the reverse sweep.
pub(super) struct Sweeps {
    pub(super) graph: Graph,
    pub(super) variables: Vec<String>,
    /// `None` if there would be more than [`FORWARD_NUMBERS`] derivatives.
    pub(super) forward: Option<Vec<Sweep>>,
    pub(super) reverse: Sweep,
}

impl Sweeps {
    pub(super) fn of(expression: &Expression, point: &[f64]) -> Self {
        let variables = expression.variables().to_vec();
        let inputs: Vec<(&str, f64)> =
            variables.iter().map(String::as_str).zip(point.iter().copied()).collect();
        let graph = Graph::of(&inputs, |values| expression.evaluate(values));
        let derivatives = variables.len().saturating_mul(graph.nodes().len());
        let forward = (derivatives <= FORWARD_NUMBERS)
            .then(|| (0..variables.len()).map(|input| graph.forward(input)).collect());
        let reverse = graph.reverse();
        Self { graph, variables, forward, reverse }
    }

    /// The gradient from the forward sweeps, each of which computes one derivative.
    pub(super) fn forward_gradient(&self) -> Option<Vec<f64>> {
        let inputs = 0..self.forward.as_ref()?.len();
        Some(inputs.map(|input| self.graph.forward_derivative(input)).collect())
    }

    /// The gradient from the reverse sweep, which computes all derivatives at once.
    pub(super) fn gradient(&self) -> &[f64] {
        &self.reverse.derivatives[..self.variables.len()]
    }
}
