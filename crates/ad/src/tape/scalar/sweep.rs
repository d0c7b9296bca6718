//! The reverse sweep over a scalar tape.

use super::gradient::{Gradient, first};
use super::node::{NONE, Nodes};
use super::reach::Reach;
use super::tape::Tape;
use super::var::Var;
use crate::kernels::vectorised;
use crate::number::Scalar;
use crate::tape::mixed::mixed_tapes;
use smallvec::SmallVec;
use std::ops::Range;

impl<T: Scalar> Tape<T> {
    /// The reverse sweep from several outputs, each with its cotangent: the adjoints of all nodes before them.
    ///
    /// # Panics
    /// If an output lives on another tape.
    #[track_caller]
    #[inline]
    pub fn pull_back<'t>(&'t self, outputs: impl Iterator<Item = (Var<'t, T>, T)>) -> Gradient<'t, T> {
        let mut adjoints = self.spare.take();
        adjoints.clear();
        let mut roots = SmallVec::new();
        for (output, cotangent) in outputs {
            let Some(tape) = output.tape else { continue };
            self.expect_own(tape);
            let root = output.node() as usize;
            if adjoints.len() <= root {
                adjoints.resize(root + 1, T::constant(0.0));
            }
            adjoints[root] = adjoints[root].accumulate(cotangent);
            roots.push(output.node());
        }
        self.sweep(&mut adjoints);
        Gradient::new(self, adjoints, Reach::new(roots))
    }

    /// Clears the tape; the value of `f` at `x` and, in `gradient`, the derivative by each of `x`, zero where no path leads from
    /// one. Whatever takes memory on the way is kept for the next time.
    #[track_caller]
    pub(crate) fn differentiate(
        &mut self,
        f: impl for<'t> FnOnce(&[Var<'t, T>]) -> Var<'t, T>,
        x: &[T],
        gradient: &mut [T],
    ) -> T {
        self.clear();
        let variables = self.vars_in_spare(x);
        let y = f(&variables);
        self.take_back(variables);
        let mut adjoints = self.spare.take();
        adjoints.clear();
        if let Some(tape) = y.tape {
            self.expect_own(tape);
            adjoints.resize(y.node() as usize, T::constant(0.0));
            adjoints.push(T::constant(1.0));
            self.sweep(&mut adjoints);
        }
        first(&adjoints, gradient);
        self.spare.replace(adjoints);
        y.primal()
    }

    #[track_caller]
    fn expect_own(&self, tape: &Self) {
        if !std::ptr::eq(tape, self) {
            mixed_tapes("pull_back", self.made_at, tape.made_at);
        }
    }

    /// The reverse sweep over all nodes that have an adjoint.
    fn sweep(&self, adjoints: &mut [T]) {
        self.read(|nodes| {
            let adjoints = adjoints.as_chunks_mut::<1>().0;
            self.segments
                .backwards(adjoints, |stretch, adjoints| sweep(nodes, stretch, adjoints.as_flattened_mut()));
        });
    }
}

impl<'t, T: Scalar> Var<'t, T> {
    /// The derivatives of this value by everything it was computed from: one reverse sweep.
    ///
    /// # Panics
    /// If this is a constant, which was computed from nothing.
    #[track_caller]
    pub fn gradient(self) -> Gradient<'t, T> {
        let Some(tape) = self.tape else { panic!("gradient: {:?} is a constant, on no tape", self.primal()) };
        tape.pull_back(std::iter::once((self, T::constant(1.0))))
    }
}

/// Below so many nodes, asking for the processor's features costs more than they save.
const SHORT: usize = 64;

/// Adds each node's adjoint, times the partials, to those of its parents, from the last node of `stretch` to the first.
fn sweep<T: Scalar>(nodes: Nodes<'_, T>, stretch: Range<usize>, adjoints: &mut [T]) {
    if stretch.len() < SHORT {
        backwards(nodes, stretch, adjoints);
    } else {
        vectorised(
            #[inline(always)]
            || backwards(nodes, stretch, adjoints),
        );
    }
}

#[inline(always)]
fn backwards<T: Scalar>(nodes: Nodes<'_, T>, stretch: Range<usize>, adjoints: &mut [T]) {
    for (i, node) in nodes.within(stretch).rev() {
        let y_bar = adjoints[i];
        // A node that the output does not depend on must not turn an infinite partial into a NaN.
        if y_bar.is_zero() {
            continue;
        }
        for (&parent, &partial) in node.parents.iter().zip(&node.partials) {
            if parent != NONE {
                let x_bar = &mut adjoints[parent as usize];
                *x_bar = x_bar.accumulate(partial.chain(y_bar));
            }
        }
    }
}
