//! Traced numbers and the recorder that they write to.

use super::formula::Notation;
use super::node::{Node, Source};
use crate::node_id::NodeId;
use crate::number::{Binary, Numeric, Operand, Scalar, Unary};
use crate::rules::{Elementary, infix_operators, scalar_sum};
use std::cell::RefCell;
use std::fmt::Debug;
use std::panic::Location;
use std::rc::Rc;

/// The rule of a recorded operation, of either arity, to evaluate it again at other operands.
pub(crate) trait AppliedRule: Debug {
    /// The value at the operands `xs`.
    fn primal(&self, xs: &[f64]) -> f64;
    /// The partials with respect to the operands `xs`, where `y` is the value.
    fn partials(&self, xs: &[f64], y: f64) -> Vec<f64>;
    /// The constants that the rule holds, such as an exponent.
    fn parameters(&self) -> Vec<f64>;
    /// [`partials`](Self::partials) on traced numbers, which record how each is computed.
    fn record_partials<'g>(&self, xs: &[Traced<'g>], y: Traced<'g>) -> Vec<Traced<'g>>;
}

/// The playground shows no formulas of partials: its engine is compiled without them, for each of the rules.
fn in_formulas<Y>(record: impl FnOnce() -> Y) -> Y {
    if cfg!(wengert_engine = "playground") {
        unreachable!("this program is compiled without formulas of partials");
    }
    record()
}

#[derive(Debug)]
struct AppliedUnary<R>(R);

#[derive(Debug)]
struct AppliedBinary<R>(R);

impl<R: Unary> AppliedRule for AppliedUnary<R> {
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
        in_formulas(|| vec![self.0.partial(xs[0], y)])
    }
}

impl<R: Binary> AppliedRule for AppliedBinary<R> {
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
        in_formulas(|| {
            let (da, db) = self.0.partials(xs[0], xs[1], y);
            vec![da, db]
        })
    }
}

/// A growing list of nodes and of the rules of its operations.
#[derive(Debug)]
pub(super) struct Recorder {
    nodes: RefCell<Vec<Node>>,
    rules: RefCell<Vec<Rc<dyn AppliedRule>>>,
    /// The beginning of the names of operations.
    prefix: String,
}

impl Recorder {
    /// A recorder whose names of operations differ from those of the inputs.
    pub(super) fn new(inputs: &[(&str, f64)]) -> Self {
        let mut prefix = "v".to_owned();
        while inputs.iter().any(|(name, _)| name.starts_with(&prefix)) {
            prefix.push('_');
        }
        Self { nodes: RefCell::default(), rules: RefCell::default(), prefix }
    }

    pub(super) fn into_parts(self) -> (Vec<Node>, Vec<Rc<dyn AppliedRule>>) {
        (self.nodes.into_inner(), self.rules.into_inner())
    }

    #[track_caller]
    pub(super) fn input(&self, name: &str, value: f64) -> Traced<'_> {
        let (id, site, operator, operands) = (self.next_id(), Location::caller(), "input", Vec::new());
        let (name, formula) = (name.to_owned(), name.to_owned());
        self.push(Node { id, name, operator, formula, value, operands, site })
    }

    fn next_id(&self) -> NodeId {
        NodeId::new(self.nodes.borrow().len())
    }

    fn push(&self, node: Node) -> Traced<'_> {
        let (recorder, id, value) = (Some(self), node.id, node.value);
        self.nodes.borrow_mut().push(node);
        Traced { recorder, id, value }
    }

    #[track_caller]
    fn apply(
        &self,
        operator: &'static str,
        rule: Rc<dyn AppliedRule>,
        value: f64,
        operands: Vec<(Source, f64)>,
    ) -> Traced<'_> {
        let (id, site) = (self.next_id(), Location::caller());
        let name = format!("{}{id}", self.prefix);
        let formula = {
            let nodes = self.nodes.borrow();
            let term = |&(source, _): &(Source, f64)| match source {
                Source::Node(node) => Notation::Exact.name(&nodes[node.index()].name),
                Source::Constant(c) => Notation::Exact.number(c),
            };
            let terms: Vec<_> = operands.iter().map(term).collect();
            Notation::Exact.apply(operator, &rule.parameters(), &terms).text
        };
        self.rules.borrow_mut().push(rule);
        self.push(Node { id, name, operator, formula, value, operands, site })
    }
}

/// A number that records the operations on it in a [`Graph`](super::Graph), with the line of code
/// of each.
#[derive(Clone, Copy, Debug)]
pub struct Traced<'g> {
    /// `None` for a constant.
    recorder: Option<&'g Recorder>,
    id: NodeId,
    value: f64,
}

impl Traced<'_> {
    pub(super) fn source(self) -> Source {
        self.recorder.map_or(Source::Constant(self.value), |_| Source::Node(self.id))
    }
}

impl Operand for Traced<'_> {
    type Base = f64;

    #[track_caller]
    fn unary<R: Unary>(self, rule: R) -> Self {
        let y = rule.primal(self.value);
        let Some(recorder) = self.recorder else { return Self::constant(y) };
        recorder.apply(
            R::NAME,
            Rc::new(AppliedUnary(rule)),
            y,
            vec![(self.source(), rule.partial(self.value, y))],
        )
    }

    #[track_caller]
    fn binary<R: Binary>(self, rhs: Self, rule: R) -> Self {
        let y = rule.primal(self.value, rhs.value);
        let Some(recorder) = self.recorder.or(rhs.recorder) else { return Self::constant(y) };
        let foreign = [self, rhs].iter().any(|x| x.recorder.is_some_and(|r| !std::ptr::eq(r, recorder)));
        assert!(!foreign, "{}: the operands belong to different graphs", R::NAME);
        let (da, db) = rule.partials(self.value, rhs.value, y);
        recorder.apply(
            R::NAME,
            Rc::new(AppliedBinary(rule)),
            y,
            vec![(self.source(), da), (rhs.source(), db)],
        )
    }
}

impl Numeric for Traced<'_> {
    fn constant(c: f64) -> Self {
        Self { recorder: None, id: NodeId::new(0), value: c }
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
    fn is_differentiated(self) -> bool {
        false
    }
    fn chain(self, dot: Self) -> Self {
        self * dot
    }
}

infix_operators!(['g] Traced<'g>);
scalar_sum!([] Traced<'_>);
