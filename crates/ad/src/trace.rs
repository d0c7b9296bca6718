//! The computational graph as a thing to look at: its nodes, both sweeps over it, and what each sweep costs.
//!
//! [`Graph::of`] runs a function on [`Traced`] numbers, which record everything: operators, operands, values and
//! partials. The sweeps then run over the recorded partials, so what is shown is what is computed.

use crate::number::{Binary, Operand, Scalar, Unary};
use crate::rules::{Elementary, infix_operators, scalar_sum};
use std::cell::RefCell;

/// Where an operand comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source {
    /// The node with this index.
    Node(usize),
    /// A number that depends on no input.
    Constant(f64),
}

/// One operation of a recorded function, or one of its inputs.
#[derive(Clone, Debug, PartialEq)]
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
}

/// How many operations a sweep takes to turn the partials into derivatives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operations {
    /// Multiplications by a partial: one for each operand that depends on an input.
    pub multiplications: usize,
    /// Additions of contributions that meet at a node.
    pub additions: usize,
}

/// One sweep: a derivative at every node, and its cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// Forward, the tangent of each node; in reverse, its adjoint.
    pub derivatives: Vec<f64>,
    /// What the sweep took.
    pub operations: Operations,
}

/// A function of named inputs, recorded at one point.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    nodes: Vec<Node>,
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
    pub fn of(inputs: &[(&str, f64)], f: impl for<'g> FnOnce(&[Traced<'g>]) -> Traced<'g>) -> Self {
        let recorder = Recorder::new(inputs);
        let variables: Vec<Traced<'_>> = inputs
            .iter()
            .map(|&(name, value)| {
                let (name, operator) = (name.to_owned(), "input");
                recorder.push(Node { formula: name.clone(), name, operator, value, operands: Vec::new() })
            })
            .collect();
        let output = f(&variables).source();
        Self { inputs: variables.len(), output, nodes: recorder.nodes.into_inner() }
    }

    /// The nodes: the inputs first, then the operations in the order they were carried out.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The names of the inputs.
    pub fn inputs(&self) -> impl Iterator<Item = &str> {
        self.nodes[..self.inputs].iter().map(|node| node.name.as_str())
    }

    /// The value of the output.
    pub fn value(&self) -> f64 {
        self.at_output(&self.nodes.iter().map(|node| node.value).collect::<Vec<_>>(), |c| c)
    }

    /// The forward sweep of one input: the derivative of every node by it.
    ///
    /// # Panics
    /// If there is no such input.
    #[track_caller]
    pub fn forward(&self, input: usize) -> Sweep {
        assert!(input < self.inputs, "forward: input {input} of {}", self.inputs);
        let mut derivatives: Vec<f64> = Vec::with_capacity(self.nodes.len());
        let mut operations = Operations { multiplications: 0, additions: 0 };
        for (i, node) in self.nodes.iter().enumerate() {
            let mut tangent = if i == input { 1.0 } else { 0.0 };
            for (met, (source, partial)) in node.active_operands().enumerate() {
                tangent += partial * derivatives[source];
                operations.multiplications += 1;
                operations.additions += usize::from(met > 0);
            }
            derivatives.push(tangent);
        }
        Sweep { derivatives, operations }
    }

    /// The derivative of the output by one input, as its forward sweep finds it.
    ///
    /// # Panics
    /// If there is no such input.
    #[track_caller]
    pub fn forward_derivative(&self, input: usize) -> f64 {
        self.at_output(&self.forward(input).derivatives, |_| 0.0)
    }

    /// The reverse sweep: the derivative of the output by every node.
    pub fn reverse(&self) -> Sweep {
        let mut derivatives = vec![0.0; self.nodes.len()];
        let mut arrived = vec![false; self.nodes.len()];
        let mut operations = Operations { multiplications: 0, additions: 0 };
        if let Source::Node(output) = self.output {
            (derivatives[output], arrived[output]) = (1.0, true);
        }
        for (i, node) in self.nodes.iter().enumerate().rev().filter(|&(i, _)| i >= self.inputs) {
            if !arrived[i] {
                continue;
            }
            for (source, partial) in node.active_operands() {
                derivatives[source] += partial * derivatives[i];
                operations.multiplications += 1;
                operations.additions += usize::from(std::mem::replace(&mut arrived[source], true));
            }
        }
        Sweep { derivatives, operations }
    }

    fn at_output(&self, of_nodes: &[f64], of_constant: impl Fn(f64) -> f64) -> f64 {
        match self.output {
            Source::Node(node) => of_nodes[node],
            Source::Constant(c) => of_constant(c),
        }
    }
}

impl Node {
    fn active_operands(&self) -> impl Iterator<Item = (usize, f64)> {
        self.operands.iter().filter_map(|&(source, partial)| match source {
            Source::Node(node) => Some((node, partial)),
            Source::Constant(_) => None,
        })
    }
}

#[derive(Debug)]
struct Recorder {
    nodes: RefCell<Vec<Node>>,
    /// What the names of the operations begin with.
    prefix: String,
}

impl Recorder {
    fn new(inputs: &[(&str, f64)]) -> Self {
        let mut prefix = "v".to_owned();
        // An input that is called v1 itself must stay apart from the operations.
        while inputs.iter().any(|(name, _)| name.starts_with(&prefix)) {
            prefix.push('_');
        }
        Self { nodes: RefCell::default(), prefix }
    }

    fn push(&self, node: Node) -> Traced<'_> {
        let mut nodes = self.nodes.borrow_mut();
        let value = node.value;
        nodes.push(node);
        Traced { recorder: Some(self), node: nodes.len() - 1, value }
    }

    fn apply(
        &self,
        operator: &'static str,
        formula: String,
        value: f64,
        operands: Vec<(Source, f64)>,
    ) -> Traced<'_> {
        let name = format!("{}{}", self.prefix, self.nodes.borrow().len());
        self.push(Node { name, operator, formula, value, operands })
    }

    fn name(&self, source: Source) -> String {
        match source {
            Source::Node(node) => self.nodes.borrow()[node].name.clone(),
            Source::Constant(c) => c.to_string(),
        }
    }
}

/// A number that records how it came about.
#[derive(Clone, Copy, Debug)]
pub struct Traced<'g> {
    recorder: Option<&'g Recorder>,
    node: usize,
    value: f64,
}

impl Traced<'_> {
    fn source(self) -> Source {
        self.recorder.map_or(Source::Constant(self.value), |_| Source::Node(self.node))
    }
}

impl Operand for Traced<'_> {
    fn unary<R: Unary>(self, rule: R) -> Self {
        let value = rule.primal(self.value);
        let Some(recorder) = self.recorder else { return Self::constant(value) };
        let formula = unary_formula(rule, &recorder.name(self.source()));
        recorder.apply(R::NAME, formula, value, vec![(self.source(), rule.partial(self.value, value))])
    }

    #[track_caller]
    fn binary<R: Binary>(self, rhs: Self, rule: R) -> Self {
        let value = rule.primal(self.value, rhs.value);
        let Some(recorder) = self.recorder.or(rhs.recorder) else { return Self::constant(value) };
        let foreign = [self, rhs].iter().any(|x| x.recorder.is_some_and(|r| !std::ptr::eq(r, recorder)));
        assert!(!foreign, "{}: the operands belong to different graphs", R::NAME);
        let (da, db) = rule.partials(self.value, rhs.value, value);
        let formula = binary_formula(R::NAME, &recorder.name(self.source()), &recorder.name(rhs.source()));
        recorder.apply(R::NAME, formula, value, vec![(self.source(), da), (rhs.source(), db)])
    }
}

impl Scalar for Traced<'_> {
    fn constant(c: f64) -> Self {
        Self { recorder: None, node: 0, value: c }
    }
    fn value(self) -> f64 {
        self.value
    }
    fn select(self, rhs: Self, test: fn(f64, f64) -> bool, yes: Self, no: Self) -> Self {
        if test(self.value, rhs.value) { yes } else { no }
    }
    fn is_zero(self) -> bool {
        self.recorder.is_none() && self.value == 0.0
    }
    fn is_finite(self) -> bool {
        self.value.is_finite()
    }
}

infix_operators!(['g] Traced<'g>);
scalar_sum!([] Traced<'_>);

/// The application of a rule to an operand called `x`, as people write it.
fn unary_formula<R: Unary>(rule: R, x: &str) -> String {
    match (R::NAME, rule.parameters().as_slice()) {
        ("negation", _) => format!("-{x}"),
        ("square", _) => format!("{x}^2"),
        ("powi" | "powf", [n]) => format!("{x}^{n}"),
        ("shift", [c]) => format!("{x} + {c}"),
        ("scale", [c]) => format!("{c} * {x}"),
        ("divide", [c]) => format!("{x} / {c}"),
        ("subtract_from", [c]) => format!("{c} - {x}"),
        ("divide_into", [c]) => format!("{c} / {x}"),
        (name, []) => format!("{name}({x})"),
        (name, parameters) => {
            let parameters: Vec<String> = parameters.iter().map(f64::to_string).collect();
            format!("{name}({x}, {})", parameters.join(", "))
        }
    }
}

fn binary_formula(name: &str, a: &str, b: &str) -> String {
    match name {
        "+" | "-" | "*" | "/" => format!("{a} {name} {b}"),
        "pow" => format!("{a}^{b}"),
        _ => format!("{name}({a}, {b})"),
    }
}
