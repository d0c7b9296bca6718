//! Scalar reverse mode: a Wengert list of local partials.

use super::custom::Segments;
use super::gradient::Gradient;
use super::mixed_tapes;
use crate::kernels::Log;
use crate::number::{Binary, Operand, Scalar, Unary};
use crate::rules::{Elementary, infix_operators, scalar_sum};
use std::cell::RefCell;
use std::ops::Range;
use std::panic::Location;

/// Stands for "no parent": a constant operand, or the second operand of a unary rule.
pub(super) const NONE: u32 = u32::MAX;

/// The Wengert list: for each operation, in the order they were carried out, its parents and its partials.
///
/// ```
/// use wengert_ad::{Elementary, Tape};
///
/// let tape = Tape::new();
/// let (x, y) = (tape.var(2.0), tape.var(3.0));
/// let z = x.powi(3) * (x + 3.0 * y);
/// let g = z.gradient();
/// assert_eq!((z.primal(), g.wrt(x), g.wrt(y)), (88.0, 140.0, 24.0));
/// ```
///
/// # Cost
/// Two parents (8 bytes) and two partials a node; constants are not recorded, and variables made before the first operation
/// take no memory.
#[derive(Debug)]
pub struct Tape<T = f64> {
    list: Log<Node<T>>,
    /// What was recorded with a pullback of its own.
    pub(super) segments: Segments<T>,
    /// Adjoints of earlier sweeps, kept for their memory.
    pub(super) spare: RefCell<Vec<T>>,
    handles: Handles<T>,
    pub(super) made_at: &'static Location<'static>,
}

/// One operation: up to two parents, and the derivative by each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<T> {
    pub(super) partials: [T; 2],
    pub(super) parents: [u32; 2],
}

/// The recorded nodes, of which the first, variables all, have no record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nodes<'a, T> {
    variables: usize,
    records: &'a [Node<T>],
}

impl<'a, T> Nodes<'a, T> {
    /// The nodes of `stretch` that have a record, each with its index.
    #[inline(always)]
    pub(super) fn within(
        self,
        stretch: Range<usize>,
    ) -> impl DoubleEndedIterator<Item = (usize, &'a Node<T>)> {
        let (start, end) = (stretch.start.max(self.variables), stretch.end.max(self.variables));
        (start..end).zip(&self.records[start - self.variables..end - self.variables])
    }

    /// The nodes that `node` was computed from in one operation.
    pub(super) fn parents(self, node: usize) -> impl Iterator<Item = usize> {
        let records = self.within(node..node + 1);
        records.flat_map(|(_, node)| node.parents).filter(|&p| p != NONE).map(|p| p as usize)
    }
}

/// A scalar recorded on a tape, or a constant, which is not.
///
/// Operators record themselves: `Var op Var`, `Var op f64`, `f64 op Var`, and every function of
/// [`Elementary`](crate::Elementary) and [`Arithmetic`](crate::Arithmetic).
#[derive(Clone, Copy, Debug)]
pub struct Var<'t, T = f64> {
    pub(super) tape: Option<&'t Tape<T>>,
    value: T,
    /// An index of 32 bits. It fills the word, since reading padding back that was copied in two pieces stalls the processor.
    node: u64,
}

impl<T: Scalar> Default for Tape<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar> Tape<T> {
    /// An empty tape.
    #[track_caller]
    pub fn new() -> Self {
        Self::with_capacity(0)
    }

    /// An empty tape with room for `nodes` operations.
    #[track_caller]
    pub fn with_capacity(nodes: usize) -> Self {
        let (list, segments, spare) = (Log::with_capacity(nodes), Segments::new(), RefCell::default());
        Self { list, segments, spare, handles: Handles(RefCell::default()), made_at: Location::caller() }
    }

    /// A new independent variable.
    #[inline]
    pub fn var(&self, value: T) -> Var<'_, T> {
        match self.list.skip(1) {
            Some(node) => Var { tape: Some(self), value, node: node.into() },
            None => self.push(value, [NONE; 2], [T::constant(0.0); 2]),
        }
    }

    /// New independent variables, one for each value.
    ///
    /// ```
    /// let tape = wengert_ad::Tape::new();
    /// let x = tape.vars(&[2.0, 3.0]);
    /// assert_eq!((x[0] * x[1]).gradient().wrt(x[0]), 3.0);
    /// ```
    pub fn vars(&self, values: &[T]) -> Vec<Var<'_, T>> {
        let mut variables = Vec::with_capacity(values.len());
        self.add_vars(values, &mut variables);
        variables
    }

    /// As [`vars`](Self::vars), in the memory of a list that was [taken back](Self::take_back).
    // Inlined, since a list that is returned is written in words and read back in pairs of them, which stalls the processor.
    #[inline(always)]
    pub(super) fn vars_in_spare(&self, values: &[T]) -> Vec<Var<'_, T>> {
        let mut variables = self.handles.lend();
        self.add_vars(values, &mut variables);
        variables
    }

    /// Keeps a list of variables for its memory.
    pub(super) fn take_back(&self, variables: Vec<Var<'_, T>>) {
        self.handles.take_back(variables);
    }

    fn add_vars<'t>(&'t self, values: &[T], variables: &mut Vec<Var<'t, T>>) {
        let Some(first) = self.list.skip(values.len()) else {
            return variables.extend(values.iter().map(|&value| self.var(value)));
        };
        let nodes = u64::from(first)..;
        variables.extend(values.iter().zip(nodes).map(|(&value, node)| Var {
            tape: Some(self),
            value,
            node,
        }));
    }

    /// Records `value` as computed from the operands in one statement, given its derivative by each.
    ///
    /// How it was computed is not recorded: a function whose derivatives are known by other means, or a part of a program
    /// whose derivatives were accumulated before. Constant operands are passed over.
    ///
    /// # Panics
    /// If an operand lives on another tape.
    ///
    /// # Cost
    /// One node for each operand.
    #[track_caller]
    pub fn statement<'t>(&'t self, value: T, operands: &[(Var<'t, T>, T)]) -> Var<'t, T> {
        let mut y = Var::passive(value);
        for &(operand, partial) in operands {
            if let Some(tape) = operand.tape.filter(|tape| !std::ptr::eq(*tape, self)) {
                mixed_tapes("statement", self.made_at, tape.made_at);
            }
            y = match (operand.tape, y.tape) {
                (None, _) => y,
                (_, None) => self.push(value, [operand.node(), NONE], [partial, T::constant(0.0)]),
                _ => self.push(value, [y.node(), operand.node()], [T::constant(1.0), partial]),
            };
        }
        y
    }

    /// Forgets all operations and keeps their memory.
    pub fn clear(&mut self) {
        self.list.clear();
        self.segments.clear();
    }

    /// The number of recorded nodes: variables and operations.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The memory that the recorded nodes take, in bytes.
    pub fn bytes(&self) -> usize {
        (self.len() - self.list.blanks()) * size_of::<Node<T>>()
    }

    /// Lends out the nodes.
    pub(super) fn read<Y>(&self, look: impl FnOnce(Nodes<'_, T>) -> Y) -> Y {
        self.list.read(|records| look(Nodes { variables: self.list.blanks(), records }))
    }

    #[inline(always)]
    fn push(&self, value: T, parents: [u32; 2], partials: [T; 2]) -> Var<'_, T> {
        let node = self.list.push(Node { partials, parents });
        Var { tape: Some(self), value, node: node.into() }
    }
}

/// The memory of a list of handles. These borrow the tape and cannot be kept in it; what is built as they are can: the standard
/// library collects a list into the memory of the one it is made from.
#[derive(Debug)]
struct Handles<T>(RefCell<Vec<(usize, T, u64)>>);

impl<T> Handles<T> {
    /// An empty list in that memory.
    fn lend<'t>(&self) -> Vec<Var<'t, T>> {
        self.0.take().into_iter().map(|_| unreachable!("it is kept empty")).collect()
    }

    fn take_back(&self, mut list: Vec<Var<'_, T>>) {
        list.clear();
        self.0.replace(list.into_iter().map(|_| unreachable!("it was cleared")).collect());
    }
}

impl<'t, T: Scalar> Var<'t, T> {
    /// The value.
    pub fn primal(self) -> T {
        self.value
    }

    /// The derivatives of this value by everything it was computed from: one reverse sweep.
    ///
    /// # Panics
    /// If this is a constant, which was computed from nothing.
    #[track_caller]
    pub fn gradient(self) -> Gradient<'t, T> {
        let Some(tape) = self.tape else { panic!("gradient: {:?} is a constant, on no tape", self.value) };
        tape.pull_back(std::iter::once((self, T::constant(1.0))))
    }
}

impl<T: Scalar> Operand for Var<'_, T> {
    #[inline(always)]
    fn unary<R: Unary>(self, rule: R) -> Self {
        let y = self.value.unary(rule);
        match self.tape {
            None => Self::passive(y),
            Some(tape) => tape.push(y, [self.node(), NONE], [rule.partial(self.value, y), T::constant(0.0)]),
        }
    }

    #[inline(always)]
    #[track_caller]
    fn binary<R: Binary>(self, rhs: Self, rule: R) -> Self {
        let y = self.value.binary(rhs.value, rule);
        self.record(rhs, R::NAME, y, || rule.partials(self.value, rhs.value, y))
    }
}

impl<T: Scalar> Var<'_, T> {
    /// Records `y`, computed from `self` and `rhs`, unless both are constants.
    #[inline(always)]
    #[track_caller]
    fn record(self, rhs: Self, operator: &str, y: T, partials: impl FnOnce() -> (T, T)) -> Self {
        let Some(tape) = self.tape.or(rhs.tape) else { return Self::passive(y) };
        if let (Some(left), Some(right)) = (self.tape, rhs.tape)
            && !std::ptr::eq(left, right)
        {
            mixed_tapes(operator, left.made_at, right.made_at);
        }
        let (da, db) = partials();
        tape.push(y, [self.node(), rhs.node()], [da, db])
    }

    /// A number on no tape: its derivatives are zero, and what is computed from it alone is not recorded.
    #[inline(always)]
    pub fn passive(value: T) -> Self {
        Self::off_tape(value, NONE)
    }
}

impl<T> Var<'_, T> {
    /// The index of its node; [`NONE`] of a constant.
    #[inline(always)]
    pub(super) fn node(&self) -> u32 {
        self.node as u32
    }

    /// A constant that holds something in the place of a node.
    #[inline(always)]
    pub(super) fn off_tape(value: T, node: u32) -> Self {
        Self { tape: None, value, node: node.into() }
    }
}

impl<T: Scalar> Scalar for Var<'_, T> {
    const RECORDS: bool = true;

    #[inline(always)]
    fn constant(c: f64) -> Self {
        Self::passive(T::constant(c))
    }
    #[inline(always)]
    fn value(self) -> f64 {
        self.value.value()
    }
    #[track_caller]
    fn select(self, rhs: Self, test: fn(f64, f64) -> bool, yes: Self, no: Self) -> Self {
        let pick = |yes, no| self.value.select(rhs.value, test, yes, no);
        let (one, zero) = (T::constant(1.0), T::constant(0.0));
        yes.record(no, "select", pick(yes.value, no.value), || (pick(one, zero), pick(zero, one)))
    }
    fn is_constant(self, c: f64) -> bool {
        // On a tape of recorded numbers, a cotangent that is 0 here may have derivatives that are not.
        self.tape.is_none() && self.value.is_constant(c)
    }
    fn is_finite(self) -> bool {
        self.value.is_finite()
    }
    #[inline(always)]
    #[track_caller]
    fn chain(self, dot: Self) -> Self {
        if self.is_constant(1.0) || dot.is_zero() {
            dot
        } else if dot.is_constant(1.0) {
            self
        } else {
            self * dot
        }
    }
    #[inline(always)]
    #[track_caller]
    fn accumulate(self, term: Self) -> Self {
        match (self.is_zero(), term.is_zero()) {
            (true, _) => term,
            (_, true) => self,
            _ => self + term,
        }
    }
    fn stop_gradient(self) -> Self {
        Self::passive(self.value.stop_gradient())
    }
}

infix_operators!(['t, T: Scalar] Var<'t, T>);
scalar_sum!([T: Scalar] Var<'_, T>);
