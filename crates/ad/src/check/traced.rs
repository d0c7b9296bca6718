//! Functions of numbers recorded as graphs.

use crate::function::Function;
use crate::trace::{Graph, Traced};

/// The graph of `f` at `x`, with inputs named `x0`, `x1`, ...
#[track_caller]
pub(super) fn traced(f: &impl Function, x: &[f64]) -> Graph {
    let names: Vec<String> = (0..x.len()).map(|i| format!("x{i}")).collect();
    let inputs: Vec<(&str, f64)> = names.iter().map(String::as_str).zip(x.iter().copied()).collect();
    traced_with_names(f, &inputs)
}

/// The graph of `f` at the named inputs.
#[track_caller]
pub(super) fn traced_with_names(f: &impl Function, inputs: &[(&str, f64)]) -> Graph {
    Graph::of(inputs, |v: &[Traced<'_>]| f.eval(v))
}
