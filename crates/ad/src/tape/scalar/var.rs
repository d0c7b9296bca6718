//! The handle on a recorded scalar, and its operators.

use super::tape::Tape;
use crate::node_id::NodeId;
use crate::number::{Binary, Numeric, Operand, Scalar, Unary, value_of, value_of_both};
use crate::rules::{ChainProduct, Elementary, infix_operators, scalar_sum};
use crate::tape::mixed::mixed_tapes;

/// A scalar recorded on a tape, or a constant, which is on no tape.
///
/// Every operator records itself: `Var op Var`, `Var op f64`, `Var op f32`, `f64 op Var`, and the
/// functions of [`Elementary`](crate::Elementary) and [`Arithmetic`](crate::Arithmetic).
#[derive(Clone, Copy, Debug)]
pub struct Var<'t, T = f64> {
    pub(super) tape: Option<&'t Tape<T>>,
    value: T,
    /// The derivative with respect to the node, if the value is [`FUSED`]; else 1.
    partial: T,
    /// A [`NodeId`] of 32 bits and the flags. It fills the word: to read back padding that was copied in two
    /// pieces stalls the processor.
    node: u64,
}

/// The flag of [inputs](Tape::inputs) and of what is computed from them: an operation that depends on one
/// node only makes a [fused](FUSED) value instead of a node.
const FUSES: u64 = 1 << 32;
/// The flag of a value that is not that of its node, but a function of it.
const FUSED: u64 = 1 << 33;

impl<T: Scalar> Tape<T> {
    /// Records an operation with this value.
    #[inline(always)]
    pub(super) fn push_var(&self, value: T, parents: [NodeId; 2], partials: [T; 2]) -> Var<'_, T> {
        Var::on_tape(self, value, self.push(parents, partials))
    }
}

impl<'t, T: Scalar> Var<'t, T> {
    /// The value, as a plain number: in nested modes, the innermost one.
    #[inline(always)]
    pub fn value(self) -> f64 {
        self.value.value()
    }

    /// The value, as a number of the tape's type. On a tape of `f64` it equals
    /// [`value`](Self::value); on a tape of [`Dual`](crate::Dual) numbers it carries a tangent.
    #[inline(always)]
    pub fn primal(self) -> T {
        self.value
    }

    /// The tape it is recorded on; `None` for a constant.
    pub fn tape(self) -> Option<&'t Tape<T>> {
        self.tape
    }

    /// A constant: its derivatives are zero, and operations on constants alone are not recorded.
    #[inline(always)]
    pub fn passive(value: T) -> Self {
        Self::off_tape(value, NodeId::NONE)
    }

    /// Whether both are the same node. Both must be recorded on one tape.
    pub(crate) fn is_same_node(self, other: Self) -> bool {
        self.node() != NodeId::NONE && self.node() == other.node()
    }

    /// A constant that carries its position in an argument list. The position is lost in every operation.
    pub(crate) fn argument(value: T, position: usize) -> Self {
        Self::off_tape(value, NodeId::new(position))
    }

    /// The position in an argument list, of an unchanged [`argument`](Self::argument).
    pub(crate) fn argument_position(self) -> Option<usize> {
        (self.tape.is_none() && self.node() != NodeId::NONE).then_some(self.node().index())
    }

    /// The same variable, but operations that depend on it alone are not recorded: see [`Tape::inputs`].
    #[inline(always)]
    pub(super) fn fusing(self) -> Self {
        Self { node: self.node | FUSES, ..self }
    }

    /// Whether this is a function of its node, whose derivative is lost.
    #[inline(always)]
    pub(super) fn is_fused(self) -> bool {
        self.node & FUSED != 0
    }

    /// The same value as a node of its own.
    pub(crate) fn recorded(self) -> Self {
        match self.tape.filter(|_| self.is_fused()) {
            None => self,
            Some(tape) => {
                let partials = [self.partial, T::constant(0.0)];
                let y = tape.push_var(self.value, [self.node(), NodeId::NONE], partials);
                Self { node: y.node | self.node & FUSES, ..y }
            }
        }
    }

    /// The chain rule's product of a derivative with respect to this value and that of the value with respect
    /// to its node.
    #[inline]
    #[track_caller]
    pub(super) fn to_node(self, partial: T) -> T {
        if self.is_fused() { partial.chain(self.partial) } else { partial }
    }

    /// The product of [`to_node`](Self::to_node) for a constant.
    #[inline]
    #[track_caller]
    fn constant_to_node(self, partial: f64) -> T {
        if self.is_fused() { self.partial.chain_constant(partial) } else { T::constant(partial) }
    }

    /// A function of this value, given its derivative with respect to the node.
    #[inline(always)]
    fn fused(self, value: T, partial: T) -> Self {
        Self { value, partial, node: self.node | FUSED, ..self }
    }

    /// Whether the operation on this number and a constant is fused.
    #[inline(always)]
    pub(crate) fn fuses(self) -> bool {
        self.node & FUSES != 0
    }

    /// The variable `y`, computed from `self` and `rhs`, or a constant if both are constants. `partials` are
    /// those with respect to the nodes of the two.
    #[inline(always)]
    #[track_caller]
    fn record(self, rhs: Self, operator: &str, y: T, partials: impl FnOnce() -> [T; 2]) -> Self {
        let tape = match (self.tape, rhs.tape) {
            (Some(left), Some(right)) => {
                if !std::ptr::eq(left, right) {
                    mixed_tapes(operator, left.made_at, right.made_at);
                }
                left
            }
            (Some(tape), None) | (None, Some(tape)) => tape,
            (None, None) => return Self::passive(y),
        };
        let [da, db] = partials();
        if rhs.tape.is_none() && self.fuses() {
            return self.fused(y, da);
        }
        if self.tape.is_none() && rhs.fuses() {
            return rhs.fused(y, db);
        }
        let y = tape.push_var(y, [self.node(), rhs.node()], [da, db]);
        Self { node: y.node | (self.node | rhs.node) & FUSES, ..y }
    }
}

impl<'t, T: Scalar> Var<'t, T> {
    /// The number with this node on `tape`.
    #[inline(always)]
    pub(super) fn on_tape(tape: &'t Tape<T>, value: T, node: NodeId) -> Self {
        Self { tape: Some(tape), value, partial: T::constant(1.0), node: node.as_u32().into() }
    }

    #[inline(always)]
    fn off_tape(value: T, node: NodeId) -> Self {
        Self { tape: None, value, partial: T::constant(1.0), node: node.as_u32().into() }
    }

    /// Its node; [`NodeId::NONE`] for a constant.
    #[inline(always)]
    pub(super) fn node(&self) -> NodeId {
        NodeId::from_u32(self.node as u32)
    }
}

impl<T: Scalar> Operand for Var<'_, T> {
    type Base = T::Base;

    #[inline(always)]
    fn unary<R: Unary>(self, rule: R) -> Self {
        let y = value_of(rule, self.value);
        let Some(tape) = self.tape else { return Self::passive(y) };
        if R::LINEAR && self.fuses() {
            return self.fused(y, self.constant_to_node(rule.partial(0.0, 0.0)));
        }
        let partial = rule.partial(self.value, y);
        if self.fuses() {
            return self.fused(y, self.to_node(partial));
        }
        tape.push_var(y, [self.node(), NodeId::NONE], [partial, T::constant(0.0)])
    }

    #[inline(always)]
    #[track_caller]
    fn binary<R: Binary>(self, rhs: Self, rule: R) -> Self {
        let y = value_of_both(rule, self.value, rhs.value);
        // Not for sums and differences: most are of two nodes, and the comparison takes longer than it saves.
        if !R::LINEAR && self.node() == rhs.node() && self.fuses() && rhs.fuses() {
            let (da, db) = rule.partials(self.value, rhs.value, y);
            return self.fused(y, self.to_node(da).accumulate(rhs.to_node(db)));
        }
        self.record(
            rhs,
            R::NAME,
            y,
            #[inline(always)]
            || {
                if R::LINEAR {
                    let (da, db) = rule.partials(0.0, 0.0, 0.0);
                    return [self.constant_to_node(da), rhs.constant_to_node(db)];
                }
                let (da, db) = rule.partials(self.value, rhs.value, y);
                [self.to_node(da), rhs.to_node(db)]
            },
        )
    }
}

impl<T: Scalar> Numeric for Var<'_, T> {
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
        yes.record(no, "select", pick(yes.value, no.value), || {
            [yes.to_node(pick(one, zero)), no.to_node(pick(zero, one))]
        })
    }
}

impl<T: Scalar> Scalar for Var<'_, T> {
    const RECORDS: bool = true;

    fn is_constant(self, c: f64) -> bool {
        // On a tape of recorded numbers, a cotangent that is 0 here may have derivatives that are not 0.
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
        } else if dot.is_constant(1.0) || self.is_zero() {
            self
        } else {
            self.binary(dot, ChainProduct)
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
