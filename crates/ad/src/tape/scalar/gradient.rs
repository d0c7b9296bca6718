//! The derivatives that a reverse sweep over a scalar tape leaves.

use super::reach::Reach;
use super::tape::Tape;
use super::var::Var;
use crate::number::Scalar;
use crate::tape::mixed::mixed_tapes;

/// The derivatives of the outputs of one reverse sweep by every node recorded before them.
#[derive(Debug)]
pub struct Gradient<'t, T: Scalar = f64> {
    tape: &'t Tape<T>,
    adjoints: Vec<T>,
    reach: Reach,
}

impl<'t, T: Scalar> Gradient<'t, T> {
    pub(super) fn new(tape: &'t Tape<T>, adjoints: Vec<T>, reach: Reach) -> Self {
        Self { tape, adjoints, reach }
    }

    /// The derivative by `x`, or `None` where no path leads from `x` to an output.
    ///
    /// A path whose derivative happens to be zero gives `Some(0)`.
    pub fn get(&self, x: Var<'_, T>) -> Option<T> {
        let node = x.node() as usize;
        let here = x.tape.is_some_and(|tape| std::ptr::eq(tape, self.tape));
        let adjoint = *self.adjoints.get(node).filter(|_| here)?;
        // A cotangent that arrived is a path; only where none did, the graph has to be asked.
        let arrived = !adjoint.is_zero();
        (arrived || self.has_path(node)).then_some(adjoint)
    }

    /// The derivative by `x`.
    ///
    /// # Panics
    /// If no path leads from `x` to an output. Use [`get`](Self::get) where that may happen.
    #[track_caller]
    pub fn wrt(&self, x: Var<'_, T>) -> T {
        let Some(derivative) = self.get(x) else {
            panic!("gradient: the output does not depend on this variable, {:?}", x.primal())
        };
        derivative
    }

    /// The derivatives by the variables with which the tape begins, one for each slot; zero where no path leads from one.
    pub(crate) fn of_first_variables(&self, slots: &mut [T]) {
        first(&self.adjoints, slots);
    }

    fn has_path(&self, node: usize) -> bool {
        let segments = &self.tape.segments;
        self.tape.read(|nodes| {
            self.reach.contains(node, |node| nodes.parents(node).chain(segments.inputs_of(node)))
        })
    }

    /// The derivative by `x`, zero where no path leads from `x` to an output.
    ///
    /// # Panics
    /// If `x` lives on another tape.
    #[track_caller]
    pub fn or_zero(&self, x: Var<'_, T>) -> T {
        if let Some(tape) = x.tape.filter(|tape| !std::ptr::eq(*tape, self.tape)) {
            mixed_tapes("gradient", self.tape.made_at, tape.made_at);
        }
        self.adjoints.get(x.node() as usize).copied().unwrap_or(T::constant(0.0))
    }
}

impl<T: Scalar> Drop for Gradient<'_, T> {
    fn drop(&mut self) {
        self.tape.spare.replace(std::mem::take(&mut self.adjoints));
    }
}

/// Copies the adjoints of the first nodes into `slots`; zeros where there are no more.
pub(super) fn first<T: Scalar>(adjoints: &[T], slots: &mut [T]) {
    let known = slots.len().min(adjoints.len());
    slots[..known].copy_from_slice(&adjoints[..known]);
    slots[known..].fill(T::constant(0.0));
}
