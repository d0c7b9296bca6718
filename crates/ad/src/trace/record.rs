//! The number that records how it came about.

use super::formula::Notation;
use super::graph::{Node, Source};
use crate::number::{Binary, Numeric, Operand, Scalar, Unary};
use crate::rules::{Elementary, infix_operators, scalar_sum};
use std::cell::RefCell;
use std::fmt::Debug;
use std::panic::Location;
use std::rc::Rc;

/// A rule as it was applied, of either arity: what a node needs to be computed again elsewhere.
pub(crate) trait Applied: Debug {
    fn primal(&self, xs: &[f64]) -> f64;
    fn partials(&self, xs: &[f64], y: f64) -> Vec<f64>;
    fn parameters(&self) -> Vec<f64>;
    /// The partials as they are computed, operation by operation.
    fn record_partials<'g>(&self, xs: &[Traced<'g>], y: Traced<'g>) -> Vec<Traced<'g>>;
}

#[derive(Debug)]
struct One<R>(R);

#[derive(Debug)]
struct Two<R>(R);

impl<R: Unary> Applied for One<R> {
    fn primal(&self, xs: &[f64]) -> f64 {
        self.0.primal(xs[0])
    }
    fn partials(&self, xs: &[f64], y: f64) -> Vec<f64> {
        vec![self.0.partial(xs[0], y)]
    }
    fn parameters(&self) -> Vec<f64> {
        self.0.parameters()
    }
    fn record_partials<'g>(&self, xs: &[Traced<'g>], y: Traced<'g>) -> Vec<Traced<'g>> {
        vec![self.0.partial(xs[0], y)]
    }
}

impl<R: Binary> Applied for Two<R> {
    fn primal(&self, xs: &[f64]) -> f64 {
        self.0.primal(xs[0], xs[1])
    }
    fn partials(&self, xs: &[f64], y: f64) -> Vec<f64> {
        let (da, db) = self.0.partials(xs[0], xs[1], y);
        vec![da, db]
    }
    fn parameters(&self) -> Vec<f64> {
        Vec::new()
    }
    fn record_partials<'g>(&self, xs: &[Traced<'g>], y: Traced<'g>) -> Vec<Traced<'g>> {
        let (da, db) = self.0.partials(xs[0], xs[1], y);
        vec![da, db]
    }
}

#[derive(Debug)]
pub(super) struct Recorder {
    nodes: RefCell<Vec<Node>>,
    /// What the names of the operations begin with.
    prefix: String,
}

impl Recorder {
    pub(super) fn new(inputs: &[(&str, f64)]) -> Self {
        let mut prefix = "v".to_owned();
        // An input that is called v1 itself must stay apart from the operations.
        while inputs.iter().any(|(name, _)| name.starts_with(&prefix)) {
            prefix.push('_');
        }
        Self { nodes: RefCell::default(), prefix }
    }

    pub(super) fn into_nodes(self) -> Vec<Node> {
        self.nodes.into_inner()
    }

    #[track_caller]
    pub(super) fn input(&self, name: &str, value: f64) -> Traced<'_> {
        let (site, operator, operands) = (Location::caller(), "input", Vec::new());
        let (name, formula) = (name.to_owned(), name.to_owned());
        self.push(Node { name, operator, formula, value, operands, site, rule: None })
    }

    fn push(&self, node: Node) -> Traced<'_> {
        let mut nodes = self.nodes.borrow_mut();
        let value = node.value;
        nodes.push(node);
        Traced { recorder: Some(self), node: nodes.len() - 1, value }
    }

    #[track_caller]
    fn apply(
        &self,
        operator: &'static str,
        rule: Rc<dyn Applied>,
        value: f64,
        operands: Vec<(Source, f64)>,
    ) -> Traced<'_> {
        let (formula, name) = {
            let nodes = self.nodes.borrow();
            let term = |&(source, _): &(Source, f64)| match source {
                Source::Node(node) => Notation::Exact.name(&nodes[node].name),
                Source::Constant(c) => Notation::Exact.number(c),
            };
            let terms: Vec<_> = operands.iter().map(term).collect();
            let formula = Notation::Exact.apply(operator, &rule.parameters(), &terms).text;
            (formula, format!("{}{}", self.prefix, nodes.len()))
        };
        let (site, rule) = (Location::caller(), Some(rule));
        self.push(Node { name, operator, formula, value, operands, site, rule })
    }
}

/// A number that records how it came about, and at which line of code.
#[derive(Clone, Copy, Debug)]
pub struct Traced<'g> {
    recorder: Option<&'g Recorder>,
    node: usize,
    value: f64,
}

impl Traced<'_> {
    pub(super) fn source(self) -> Source {
        self.recorder.map_or(Source::Constant(self.value), |_| Source::Node(self.node))
    }
}

impl Operand for Traced<'_> {
    #[track_caller]
    fn unary<R: Unary>(self, rule: R) -> Self {
        let y = rule.primal(self.value);
        let Some(recorder) = self.recorder else { return Self::constant(y) };
        recorder.apply(R::NAME, Rc::new(One(rule)), y, vec![(self.source(), rule.partial(self.value, y))])
    }

    #[track_caller]
    fn binary<R: Binary>(self, rhs: Self, rule: R) -> Self {
        let y = rule.primal(self.value, rhs.value);
        let Some(recorder) = self.recorder.or(rhs.recorder) else { return Self::constant(y) };
        let foreign = [self, rhs].iter().any(|x| x.recorder.is_some_and(|r| !std::ptr::eq(r, recorder)));
        assert!(!foreign, "{}: the operands belong to different graphs", R::NAME);
        let (da, db) = rule.partials(self.value, rhs.value, y);
        recorder.apply(R::NAME, Rc::new(Two(rule)), y, vec![(self.source(), da), (rhs.source(), db)])
    }
}

impl Numeric for Traced<'_> {
    fn constant(c: f64) -> Self {
        Self { recorder: None, node: 0, value: c }
    }
    fn value(self) -> f64 {
        self.value
    }
    fn select(self, rhs: Self, test: fn(f64, f64) -> bool, yes: Self, no: Self) -> Self {
        if test(self.value, rhs.value) { yes } else { no }
    }
}

impl Scalar for Traced<'_> {
    fn is_constant(self, c: f64) -> bool {
        self.recorder.is_none() && self.value == c
    }
    fn is_finite(self) -> bool {
        self.value.is_finite()
    }
}

infix_operators!(['g] Traced<'g>);
scalar_sum!([] Traced<'_>);
