//! The reverse sweep over a scalar tape.

use super::gradient::{Gradient, copy_first};
use super::node::{Node, Nodes};
use super::reach::Reach;
use super::tape::Tape;
use super::var::Var;
use crate::node_id::NodeId;
use crate::number::Scalar;
use crate::tape::mixed::mixed_tapes;
use smallvec::SmallVec;
use std::ops::Range;
use wengert_kernels::vectorised;

impl<T: Scalar> Tape<T> {
    /// The reverse sweep from several outputs, each with its cotangent. Constant outputs are ignored.
    ///
    /// # Panics
    /// If an output is recorded on another tape.
    #[track_caller]
    #[inline]
    pub fn pull_back<'t>(&'t self, outputs: impl Iterator<Item = (Var<'t, T>, T)>) -> Gradient<'t, T> {
        let mut adjoints = self.spare.take();
        adjoints.clear();
        let mut roots = SmallVec::new();
        for (output, cotangent) in outputs {
            let Some(tape) = output.tape else { continue };
            self.assert_own(tape);
            let root = output.node().index();
            if adjoints.len() <= root {
                adjoints.resize(root + 1, T::constant(0.0));
            }
            adjoints[root] = adjoints[root].accumulate(output.to_node(cotangent));
            roots.push(output.node());
        }
        self.sweep(&mut adjoints);
        Gradient::new(self, adjoints, Reach::new(roots))
    }

    /// Clears the tape, records `f` at `x` and returns its value. Writes the derivatives with
    /// respect to `x` into `gradient`, 0 where no path leads from an input to the output. The
    /// memory that this takes is kept for the next call.
    #[track_caller]
    pub(crate) fn differentiate(
        &mut self,
        f: impl for<'t> FnOnce(&[Var<'t, T>]) -> Var<'t, T>,
        x: &[T],
        gradient: &mut [T],
    ) -> T {
        self.clear();
        let variables = self.inputs_in_spare(x);
        let y = f(&variables);
        self.take_back(variables);
        let mut adjoints = self.spare.take();
        adjoints.clear();
        if let Some(tape) = y.tape {
            self.assert_own(tape);
            adjoints.resize(y.node().index(), T::constant(0.0));
            adjoints.push(y.to_node(T::constant(1.0)));
            self.sweep(&mut adjoints);
        }
        copy_first(&adjoints, gradient);
        self.spare.replace(adjoints);
        y.primal()
    }

    #[track_caller]
    fn assert_own(&self, tape: &Self) {
        if !std::ptr::eq(tape, self) {
            mixed_tapes("pull_back", self.made_at, tape.made_at);
        }
    }

    /// The reverse sweep over all nodes that have an adjoint.
    fn sweep(&self, adjoints: &mut [T]) {
        self.read(|nodes| {
            let adjoints = adjoints.as_chunks_mut::<1>().0;
            self.segments
                .backwards(adjoints, |range, adjoints| sweep(nodes, range, adjoints.as_flattened_mut()));
        });
    }
}

impl<'t, T: Scalar> Var<'t, T> {
    /// The derivatives of this value with respect to everything that it was computed from, by one
    /// reverse sweep.
    ///
    /// # Panics
    /// If this is a constant.
    #[track_caller]
    pub fn gradient(self) -> Gradient<'t, T> {
        let Some(tape) = self.tape else { panic!("gradient: {:?} is a constant, on no tape", self.primal()) };
        tape.pull_back(std::iter::once((self, T::constant(1.0))))
    }
}

/// Below this number of nodes, the check for processor features costs more than vector instructions save.
const SHORT: usize = 64;

/// For each node of `range`, from the last to the first, adds its adjoint times its partials to the
/// adjoints of its parents.
fn sweep<T: Scalar>(nodes: Nodes<'_, T>, range: Range<usize>, adjoints: &mut [T]) {
    if range.len() < SHORT {
        backwards(nodes, range, adjoints);
    } else {
        vectorised(
            #[inline(always)]
            || backwards(nodes, range, adjoints),
        );
    }
}

#[inline(always)]
fn backwards<T: Scalar>(nodes: Nodes<'_, T>, range: Range<usize>, adjoints: &mut [T]) {
    for (i, node) in nodes.within(range).rev() {
        let y_bar = adjoints[i];
        if y_bar.is_ordinary() {
            pull_back_node(node, adjoints, |partial| partial * y_bar);
        } else if !y_bar.is_zero() {
            pull_back_node(node, adjoints, |partial| partial.chain(y_bar));
        }
    }
}

/// Adds the contribution of a node, given its partial, to the adjoint of each parent.
#[inline(always)]
fn pull_back_node<T: Scalar>(node: &Node<T>, adjoints: &mut [T], contribution: impl Fn(T) -> T) {
    for (&parent, &partial) in node.parents.iter().zip(&node.partials) {
        if parent != NodeId::NONE {
            let x_bar = &mut adjoints[parent.index()];
            *x_bar = x_bar.accumulate(contribution(partial));
        }
    }
}
