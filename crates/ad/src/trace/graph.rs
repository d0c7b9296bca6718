//! The recorded function.

use super::formula::{Notation, Term};
use super::record::{Applied, Recorder, Traced};
use std::fmt;
use std::panic::Location;
use std::rc::Rc;

/// Where an operand comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source {
    /// The node with this index.
    Node(usize),
    /// A number that depends on no input.
    Constant(f64),
}

/// One operation of a recorded function, or one of its inputs.
#[derive(Clone, Debug)]
pub struct Node {
    /// The input's name, or `v` and the index (`v_` where an input begins with `v`).
    pub name: String,
    /// The operator's name; `input` for inputs.
    pub operator: &'static str,
    /// The operation in the names of its operands, as `x^3`; the name of an input.
    pub formula: String,
    /// The value.
    pub value: f64,
    /// The operands, and the derivative of the value by each.
    pub operands: Vec<(Source, f64)>,
    /// The line of code that carried the operation out; for an input, the line that recorded the graph.
    pub site: &'static Location<'static>,
    /// What was applied to the operands; `None` for an input.
    pub(crate) rule: Option<Rc<dyn Applied>>,
}

/// A function of named inputs, recorded at one point.
#[derive(Clone)]
pub struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) inputs: usize,
    pub(super) output: Source,
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
        Self { inputs: variables.len(), output, nodes: recorder.into_nodes() }
    }

    /// The nodes: the inputs first, then the operations in the order they were carried out.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The names of the inputs.
    pub fn inputs(&self) -> impl Iterator<Item = &str> {
        self.nodes[..self.inputs].iter().map(|node| node.name.as_str())
    }

    /// The node that is the output, or the constant.
    pub fn output(&self) -> Source {
        self.output
    }

    /// The value of the output.
    pub fn value(&self) -> f64 {
        self.value_of(self.output)
    }

    pub(crate) fn value_of(&self, source: Source) -> f64 {
        match source {
            Source::Node(node) => self.nodes[node].value,
            Source::Constant(c) => c,
        }
    }

    /// The values of a node's operands.
    pub(crate) fn operand_values(&self, node: &Node) -> Vec<f64> {
        node.operands.iter().map(|&(source, _)| self.value_of(source)).collect()
    }

    /// The operation of a node in the names of its operands.
    pub(super) fn formula(&self, node: &Node, notation: Notation) -> String {
        let Some(rule) = &node.rule else { return notation.name(&node.name).text };
        notation.apply(node.operator, &rule.parameters(), &self.operand_terms(node, notation)).text
    }

    /// The derivative of a node by each of its operands, as a formula in the names of the operands and of the node.
    pub(super) fn partial_formulas(&self, node: &Node, notation: Notation) -> Vec<Term> {
        let Some(rule) = &node.rule else { return Vec::new() };
        let mut terms = self.operand_terms(node, notation);
        terms.push(notation.name(&node.name));
        let xs = self.operand_values(node);
        let recorded = PartialGraph::of(&**rule, &xs, node.value);
        recorded.outputs.iter().map(|&output| recorded.formula(output, &terms, notation)).collect()
    }

    /// How many operations it takes to compute a node's partials.
    pub(super) fn partial_operations(&self, node: &Node) -> usize {
        let Some(rule) = &node.rule else { return 0 };
        let xs = self.operand_values(node);
        PartialGraph::of(&**rule, &xs, node.value).nodes.len() - xs.len() - 1
    }

    fn operand_terms(&self, node: &Node, notation: Notation) -> Vec<Term> {
        let term = |&(source, _): &(Source, f64)| match source {
            Source::Node(operand) => notation.name(&self.nodes[operand].name),
            Source::Constant(c) => notation.number(c),
        };
        node.operands.iter().map(term).collect()
    }
}

/// The graph of a rule's partials: the rule itself, run on traced numbers. Its inputs are the operands and the value.
struct PartialGraph {
    nodes: Vec<Node>,
    outputs: Vec<Source>,
}

impl PartialGraph {
    fn of(rule: &dyn Applied, xs: &[f64], y: f64) -> Self {
        let recorder = Recorder::new(&[]);
        let xs: Vec<Traced<'_>> = xs.iter().map(|&x| recorder.input("", x)).collect();
        let y = recorder.input("", y);
        let outputs = rule.record_partials(&xs, y).into_iter().map(Traced::source).collect();
        Self { nodes: recorder.into_nodes(), outputs }
    }

    /// One partial as one formula in the given names of the inputs.
    fn formula(&self, output: Source, inputs: &[Term], notation: Notation) -> Term {
        let mut terms = inputs.to_vec();
        let of = |source, terms: &[Term]| match source {
            Source::Node(node) => terms[node].clone(),
            Source::Constant(c) => notation.number(c),
        };
        for node in &self.nodes[inputs.len()..] {
            let operands: Vec<Term> = node.operands.iter().map(|&(source, _)| of(source, &terms)).collect();
            let parameters = node.rule.as_ref().map(|rule| rule.parameters()).unwrap_or_default();
            // Rules add 0 to make -0 a 0, and people read past it.
            let neutral = node.operator == "shift" && parameters == [0.0];
            let term = if neutral {
                operands[0].clone()
            } else {
                notation.apply(node.operator, &parameters, &operands)
            };
            terms.push(term);
        }
        of(output, &terms)
    }
}

impl Node {
    /// The operands that depend on an input, and the derivative by each.
    pub(super) fn active_operands(&self) -> impl Iterator<Item = (usize, f64)> {
        self.operands.iter().filter_map(|&(source, partial)| match source {
            Source::Node(node) => Some((node, partial)),
            Source::Constant(_) => None,
        })
    }
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
