//! The first number in scalar code that is not finite.

use super::traced::traced;
use crate::function::Function;
use crate::tape::{NonFinite, Phase, ValueRange};
use crate::trace::{Graph, Node, Source};

/// The first value in the evaluation of `f` at `x` that is not finite, or else the first cotangent
/// in its reverse sweep, with the operator, its operands and the line of code.
///
/// ```
/// use wengert_ad::{Elementary, Function, Number, check::first_non_finite};
///
/// struct LogOfRoot;
///
/// impl Function for LogOfRoot {
///     fn eval<T: Number>(&self, v: &[T]) -> T {
///         v[0].sqrt().ln()
///     }
/// }
/// let found = first_non_finite(&LogOfRoot, &[0.0]).expect("the logarithm of 0 is not finite");
/// assert_eq!(found.operator, "ln");
/// assert!(first_non_finite(&LogOfRoot, &[1.0]).is_none());
/// ```
#[track_caller]
pub fn first_non_finite(f: &impl Function, x: &[f64]) -> Option<NonFinite> {
    non_finite_in(&traced(f, x))
}

pub(super) fn non_finite_in(graph: &Graph) -> Option<NonFinite> {
    let nodes = graph.nodes();
    if let Some(node) = nodes.iter().find(|node| !node.value.is_finite()) {
        return Some(finding(graph, node, Phase::Forward, node.value, None));
    }
    let sweep = graph.reverse();
    for node in nodes.iter().rev().filter(|node| sweep.reached[node.id.index()]) {
        // An infinite partial counts even where the cotangent is zero and the sweep skips it.
        let y_bar = sweep.derivatives[node.id.index()];
        for (operand, &(source, partial)) in node.operands.iter().enumerate() {
            let contribution = partial * y_bar;
            if matches!(source, Source::Node(_)) && !contribution.is_finite() {
                let phase = Phase::Reverse { operand };
                return Some(finding(graph, node, phase, contribution, Some(ValueRange::of_number(y_bar))));
            }
        }
    }
    None
}

fn finding(
    graph: &Graph,
    node: &Node,
    phase: Phase,
    result: f64,
    cotangent: Option<ValueRange>,
) -> NonFinite {
    NonFinite {
        operator: node.operator,
        application: Some(format!("{} = {}", node.name, node.formula)),
        phase,
        result: ValueRange::of_number(result),
        operands: graph.operand_values(node).into_iter().map(ValueRange::of_number).collect(),
        cotangent,
        site: node.site,
    }
}
