//! The handle on a recorded scalar, and its operators.

use super::node::NONE;
use super::tape::Tape;
use crate::number::{Binary, Operand, Scalar, Unary};
use crate::rules::{Elementary, infix_operators, scalar_sum};
use crate::tape::mixed::mixed_tapes;

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

impl<T: Scalar> Tape<T> {
    /// Records `value`, computed from the parents.
    #[inline(always)]
    pub(super) fn record(&self, value: T, parents: [u32; 2], partials: [T; 2]) -> Var<'_, T> {
        Var::on_tape(self, value, self.push(parents, partials))
    }
}

impl<'t, T: Scalar> Var<'t, T> {
    /// The value.
    pub fn primal(self) -> T {
        self.value
    }

    /// The tape it is recorded on; `None` for a constant.
    pub fn tape(self) -> Option<&'t Tape<T>> {
        self.tape
    }

    /// The same node, if both are recorded on one tape.
    pub(crate) fn is_same_node(self, other: Self) -> bool {
        self.node() != NONE && self.node() == other.node()
    }

    /// A constant that remembers that it is argument number `argument` of a function, as long as it is handed on unchanged.
    pub(crate) fn argument(value: T, argument: usize) -> Self {
        Self::off_tape(value, u32::try_from(argument).expect("fewer arguments than nodes"))
    }

    /// Which argument it is, if it was made by [`argument`](Self::argument) and handed on unchanged.
    pub(crate) fn as_argument(self) -> Option<usize> {
        (self.tape.is_none() && self.node() != NONE).then_some(self.node() as usize)
    }
}

impl<T: Scalar> Operand for Var<'_, T> {
    #[inline(always)]
    fn unary<R: Unary>(self, rule: R) -> Self {
        let y = self.value.unary(rule);
        match self.tape {
            None => Self::passive(y),
            Some(tape) => {
                tape.record(y, [self.node(), NONE], [rule.partial(self.value, y), T::constant(0.0)])
            }
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
        tape.record(y, [self.node(), rhs.node()], [da, db])
    }

    /// A number on no tape: its derivatives are zero, and what is computed from it alone is not recorded.
    #[inline(always)]
    pub fn passive(value: T) -> Self {
        Self::off_tape(value, NONE)
    }
}

impl<'t, T> Var<'t, T> {
    /// The value at a node of the tape.
    #[inline(always)]
    pub(super) fn on_tape(tape: &'t Tape<T>, value: T, node: u32) -> Self {
        Self { tape: Some(tape), value, node: node.into() }
    }

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
