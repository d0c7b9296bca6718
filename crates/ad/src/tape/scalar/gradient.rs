//! The derivatives computed by a reverse sweep over a scalar tape.

use super::reach::Reach;
use super::tape::Tape;
use super::var::Var;
use crate::number::Scalar;
use crate::tape::mixed::mixed_tapes;

/// The derivatives of the outputs of one reverse sweep with respect to every node recorded before them.
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

    /// The derivative with respect to `x`; `None` if no path leads from `x` to an output.
    ///
    /// If there is a path and the derivative is zero, this is `Some(0)`.
    ///
    /// # Panics
    /// If `x` is not a node: see [`Tape::inputs`].
    #[track_caller]
    pub fn get(&self, x: Var<'_, T>) -> Option<T> {
        assert_node(x);
        let node = x.node();
        let is_own = x.tape.is_some_and(|tape| std::ptr::eq(tape, self.tape));
        let adjoint = *self.adjoints.get(node.index()).filter(|_| is_own)?;
        // A cotangent other than zero proves a path. Only a zero needs a look at the graph.
        let arrived = !adjoint.is_zero();
        (arrived || self.has_path(x)).then_some(adjoint)
    }

    /// The derivative with respect to `x`.
    ///
    /// # Panics
    /// If `x` is not a node, or no path leads from it to an output. Use [`get`](Self::get) where that may
    /// happen.
    #[track_caller]
    pub fn wrt(&self, x: Var<'_, T>) -> T {
        let Some(derivative) = self.get(x) else {
            panic!("gradient: the output does not depend on this variable, {:?}", x.primal())
        };
        derivative
    }

    /// The derivative with respect to `x`, 0 if no path leads from `x` to an output.
    ///
    /// # Panics
    /// If `x` is recorded on another tape, or is not a node: see [`Tape::inputs`].
    #[track_caller]
    pub fn or_zero(&self, x: Var<'_, T>) -> T {
        if let Some(tape) = x.tape.filter(|tape| !std::ptr::eq(*tape, self.tape)) {
            mixed_tapes("gradient", self.tape.made_at, tape.made_at);
        }
        assert_node(x);
        self.adjoints.get(x.node().index()).copied().unwrap_or(T::constant(0.0))
    }

    /// Writes the derivatives with respect to the first nodes of the tape, which must be variables,
    /// into `slots`; 0 where no path leads from a variable to an output.
    pub(crate) fn of_first_variables(&self, slots: &mut [T]) {
        copy_first(&self.adjoints, slots);
    }

    fn has_path(&self, x: Var<'_, T>) -> bool {
        let segments = &self.tape.segments;
        self.tape.read(|nodes| {
            self.reach.contains(x.node(), |node| nodes.parents(node).chain(segments.inputs_of(node)))
        })
    }
}

impl<T: Scalar> Drop for Gradient<'_, T> {
    fn drop(&mut self) {
        self.tape.spare.replace(std::mem::take(&mut self.adjoints));
    }
}

#[track_caller]
fn assert_node<T: Scalar>(x: Var<'_, T>) {
    assert!(
        !x.is_fused(),
        "gradient: the intermediate value {:?} is computed from one input of a transform, or of \
         Tape::inputs, which is not recorded; make the input with Tape::var to differentiate with respect \
         to it",
        x.primal()
    );
}

/// Copies the adjoints of the first nodes into `slots`, and zeros where there are no more.
pub(super) fn copy_first<T: Scalar>(adjoints: &[T], slots: &mut [T]) {
    let known = slots.len().min(adjoints.len());
    slots[..known].copy_from_slice(&adjoints[..known]);
    slots[known..].fill(T::constant(0.0));
}
