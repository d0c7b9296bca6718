//! Comparison of the partials of each operation with central differences of that operation.

use super::difference::difference;
use super::kinks::is_kink;
use super::verdict::{Verdict, judge};
use crate::trace::Graph;
use std::fmt;
use std::panic::Location;

/// An operation whose rule states a partial that is not the derivative of its value.
#[derive(Clone, Debug, PartialEq)]
pub struct WrongPartial {
    /// The operator's name.
    pub operator: String,
    /// The operation as a formula, such as `v2 = sin(v1)`; for arrays, the shapes of the operands.
    pub application: String,
    /// The operand whose partial is wrong, counted from 0.
    pub operand: usize,
    /// The partial according to the rule; for arrays, its weighted sum over the elements of result
    /// and operand.
    pub partial: f64,
    /// A central difference of the same quantity.
    pub difference: f64,
    /// The line of code that applied the operator.
    pub site: &'static Location<'static>,
}

impl fmt::Display for WrongPartial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operator, application, operand, partial, difference, site } = self;
        write!(
            f,
            "the partial of `{operator}` with respect to operand {operand} is wrong in {application}, \
             applied at {site}: the rule computes {partial:e}, a central difference {difference:e}"
        )
    }
}

/// The wrong partials in a graph. On a kink there is no derivative to compare with; a partial that is not
/// finite is a finding of its own.
pub(super) fn wrong_partials(graph: &Graph) -> Vec<WrongPartial> {
    let mut wrong = Vec::new();
    for node in graph.nodes() {
        let Some(rule) = graph.rule(node) else { continue };
        let xs = graph.operand_values(node);
        for (operand, &(_, partial)) in node.operands.iter().enumerate() {
            let mut moved = xs.clone();
            let at = |x: f64| {
                moved[operand] = x;
                rule.primal(&moved)
            };
            let found = difference(at, xs[operand]);
            let is_wrong = partial.is_finite() && judge(partial, &found) == Verdict::Failed;
            if is_wrong && !is_kink(rule, &xs, operand) {
                wrong.push(WrongPartial {
                    operator: node.operator.to_owned(),
                    application: format!("{} = {}", node.name, node.formula),
                    operand,
                    partial,
                    difference: found.value,
                    site: node.site,
                });
            }
        }
    }
    wrong
}
