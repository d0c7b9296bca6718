//! Recorded functions.

use super::formula::{Notation, Term};
use super::node::{Node, Source};
use super::partials::PartialGraph;
use super::record::{AppliedRule, Recorder, Traced};
use crate::node_id::NodeId;
use std::fmt;
use std::rc::Rc;

/// A function of named inputs, recorded at one point.
#[derive(Clone)]
pub struct Graph {
    nodes: Vec<Node>,
    /// The rule of each operation, in the order of the nodes; inputs have none.
    rules: Vec<Rc<dyn AppliedRule>>,
    inputs: usize,
    output: Source,
}

impl Graph {
    /// Records `f` at the named inputs.
    ///
    /// ```
    /// use wengert_ad::{Elementary, trace::Graph};
    ///
    /// let graph = Graph::of(&[("x", 2.0), ("y", 3.0)], |v| v[0].powi(3) * (v[0] + 3.0 * v[1]));
    /// assert_eq!(graph.value(), 88.0);
    /// assert_eq!(&graph.reverse().derivatives[..2], [140.0, 24.0]);
    /// ```
    #[track_caller]
    pub fn of(inputs: &[(&str, f64)], f: impl for<'g> FnOnce(&[Traced<'g>]) -> Traced<'g>) -> Self {
        let recorder = Recorder::new(inputs);
        let mut variables = Vec::with_capacity(inputs.len());
        for &(name, value) in inputs {
            variables.push(recorder.input(name, value));
        }
        let output = f(&variables).source();
        let (nodes, rules) = recorder.into_parts();
        Self { nodes, rules, inputs: inputs.len(), output }
    }

    /// The nodes: the inputs first, then the operations in the order of execution.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The node with the given identifier.
    ///
    /// # Panics
    /// If the graph has no such node.
    #[track_caller]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// The nodes that are inputs, in the order in which the function takes them.
    pub fn inputs(&self) -> &[Node] {
        &self.nodes[..self.inputs]
    }

    /// The nodes that are operations, in the order of execution.
    pub fn operations(&self) -> &[Node] {
        &self.nodes[self.inputs..]
    }

    /// The node whose value the function returns, or a constant.
    pub fn output(&self) -> Source {
        self.output
    }

    /// The value of the output.
    pub fn value(&self) -> f64 {
        self.value_of(self.output)
    }

    pub(crate) fn value_of(&self, source: Source) -> f64 {
        match source {
            Source::Node(id) => self.node(id).value,
            Source::Constant(c) => c,
        }
    }

    /// The values of a node's operands.
    pub(crate) fn operand_values(&self, node: &Node) -> Vec<f64> {
        node.operands.iter().map(|&(source, _)| self.value_of(source)).collect()
    }

    /// The rule that an operation applied; `None` for an input.
    pub(crate) fn rule(&self, node: &Node) -> Option<&dyn AppliedRule> {
        let operation = node.id.index().checked_sub(self.inputs)?;
        Some(&*self.rules[operation])
    }

    /// The operation of a node in terms of the names of its operands; the name of an input.
    pub(super) fn formula(&self, node: &Node, notation: Notation) -> String {
        let Some(rule) = self.rule(node) else { return notation.name(&node.name).text };
        notation.apply(node.operator, &rule.parameters(), &self.operand_terms(node, notation)).text
    }

    /// `name = formula` for an operation, the name for an input.
    pub(super) fn equation(&self, node: &Node, notation: Notation) -> String {
        match node.is_input() {
            true => node.name.clone(),
            false => format!("{} = {}", node.name, self.formula(node, notation)),
        }
    }

    /// The partial derivatives of a node with respect to its operands, as formulas in the names of
    /// the operands and of the node.
    pub(super) fn partial_formulas(&self, node: &Node, notation: Notation) -> Vec<Term> {
        let Some(rule) = self.rule(node) else { return Vec::new() };
        let mut terms = self.operand_terms(node, notation);
        terms.push(notation.name(&node.name));
        PartialGraph::of(rule, &self.operand_values(node), node.value).formulas(&terms, notation)
    }

    /// The number of operations that compute a node's partials from its operands and its value; 0 where they
    /// are constants, or operands themselves, as for sums and products.
    pub fn partial_operations(&self, node: &Node) -> usize {
        let Some(rule) = self.rule(node) else { return 0 };
        PartialGraph::of(rule, &self.operand_values(node), node.value).operations()
    }

    fn operand_terms(&self, node: &Node, notation: Notation) -> Vec<Term> {
        let term = |&(source, _): &(Source, f64)| match source {
            Source::Node(operand) => notation.name(&self.node(operand).name),
            Source::Constant(c) => notation.number(c),
        };
        node.operands.iter().map(term).collect()
    }
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
