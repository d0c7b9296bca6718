//! Each operation's partials against differences of that operation.

use super::difference::difference;
use super::gradcheck::TOLERANCE;
use super::kinks::is_kink;
use super::relative_error;
use crate::trace::Graph;
use std::fmt;
use std::panic::Location;

/// An operation whose derivative, as its rule states it, is not that of its value.
#[derive(Clone, Debug, PartialEq)]
pub struct WrongPartial {
    /// The operator's name.
    pub operator: String,
    /// What it was applied to: the formula; for arrays, the shapes of the operands.
    pub application: String,
    /// The operand whose partial is wrong, counted from 0.
    pub operand: usize,
    /// The partial as the rule states it; for arrays, summed with random weights over the outputs and the operand.
    pub partial: f64,
    /// The same by a central difference of the operator alone.
    pub difference: f64,
    /// The line of code that applied the operator.
    pub site: &'static Location<'static>,
}

impl fmt::Display for WrongPartial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operator, application, operand, partial, difference, site } = self;
        write!(
            f,
            "the rule of `{operator}` is wrong by operand {operand} in {application}, applied at {site}: \
             its partial is {partial:e}, a difference gives {difference:e}"
        )
    }
}

/// The operations of a graph with wrong partials. Where the point sits on a kink there is no difference to compare with;
/// where the partial is not finite, that is another finding.
pub(super) fn wrong_partials(graph: &Graph) -> Vec<WrongPartial> {
    let mut wrong = Vec::new();
    for node in graph.nodes() {
        let Some(rule) = &node.rule else { continue };
        let xs = graph.operand_values(node);
        for (operand, &(_, partial)) in node.operands.iter().enumerate() {
            let mut moved = xs.clone();
            let at = |x: f64| {
                moved[operand] = x;
                rule.primal(&moved)
            };
            let found = difference(at, xs[operand]);
            let slack = TOLERANCE + 8.0 * found.rounding / partial.abs().max(1.0);
            let comparable = partial.is_finite() && found.value.is_finite();
            if comparable && relative_error(partial, found.value) > slack && !is_kink(&**rule, &xs, operand) {
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
