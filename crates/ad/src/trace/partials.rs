//! Formulas of the partial derivatives of one operation.

use super::formula::{Notation, Term};
use super::node::{Node, Source};
use super::record::{AppliedRule, Recorder, Traced};
use std::rc::Rc;

/// The graph of a rule's partials: the rule itself, run on traced numbers. Its inputs are the
/// operands and the value.
pub(super) struct PartialGraph {
    nodes: Vec<Node>,
    rules: Vec<Rc<dyn AppliedRule>>,
    inputs: usize,
    outputs: Vec<Source>,
}

impl PartialGraph {
    /// Records the partials of `rule` at the operands `xs` with value `y`.
    pub(super) fn of(rule: &dyn AppliedRule, xs: &[f64], y: f64) -> Self {
        let recorder = Recorder::new(&[]);
        let operands: Vec<Traced<'_>> = xs.iter().map(|&x| recorder.input("", x)).collect();
        let y = recorder.input("", y);
        let outputs = rule.record_partials(&operands, y).into_iter().map(Traced::source).collect();
        let (nodes, rules) = recorder.into_parts();
        Self { nodes, rules, inputs: xs.len() + 1, outputs }
    }

    /// The number of operations that compute all partials.
    pub(super) fn operations(&self) -> usize {
        self.rules.len()
    }

    /// One formula per operand, in the given names of the operands and of the value.
    pub(super) fn formulas(&self, inputs: &[Term], notation: Notation) -> Vec<Term> {
        let mut terms = inputs.to_vec();
        let of = |source, terms: &[Term]| match source {
            Source::Node(node) => terms[node.index()].clone(),
            Source::Constant(c) => notation.number(c),
        };
        for (node, rule) in self.nodes[self.inputs..].iter().zip(&self.rules) {
            let operands: Vec<Term> = node.operands.iter().map(|&(source, _)| of(source, &terms)).collect();
            let parameters = rule.parameters();
            // Rules add 0 to turn -0 into 0, which a reader does not need to see.
            let neutral = node.operator == "shift" && parameters == [0.0];
            let term = if neutral {
                operands[0].clone()
            } else {
                notation.apply(node.operator, &parameters, &operands)
            };
            terms.push(term);
        }
        self.outputs.iter().map(|&output| of(output, &terms)).collect()
    }
}
