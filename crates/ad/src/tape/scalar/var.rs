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
    /// A [`NodeId`] of 32 bits. It fills the word: to read back padding that was copied in two
    /// pieces stalls the processor.
    node: u64,
}

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
        tape.push_var(y, [self.node(), rhs.node()], [da, db])
    }
}

impl<'t, T> Var<'t, T> {
    /// The number with this node on `tape`.
    #[inline(always)]
    pub(super) fn on_tape(tape: &'t Tape<T>, value: T, node: NodeId) -> Self {
        Self { tape: Some(tape), value, node: node.as_u32().into() }
    }

    #[inline(always)]
    fn off_tape(value: T, node: NodeId) -> Self {
        Self { tape: None, value, node: node.as_u32().into() }
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
        match self.tape {
            None => Self::passive(y),
            Some(tape) => {
                let partials = [rule.partial(self.value, y), T::constant(0.0)];
                tape.push_var(y, [self.node(), NodeId::NONE], partials)
            }
        }
    }

    #[inline(always)]
    #[track_caller]
    fn binary<R: Binary>(self, rhs: Self, rule: R) -> Self {
        let y = value_of_both(rule, self.value, rhs.value);
        self.record(rhs, R::NAME, y, || rule.partials(self.value, rhs.value, y))
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
        yes.record(no, "select", pick(yes.value, no.value), || (pick(one, zero), pick(zero, one)))
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
