//! The reverse sweep over a scalar tape, and the derivatives it leaves.

use super::mixed_tapes;
use super::reach::Reach;
use super::scalar::{NONE, Nodes, Tape, Var};
use crate::kernels::vectorised;
use crate::number::Scalar;
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
        Gradient { tape: self, adjoints, reach: Reach::new(roots) }
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

/// Copies the adjoints of the first nodes into `slots`; zeros where there are no more.
fn first<T: Scalar>(adjoints: &[T], slots: &mut [T]) {
    let known = slots.len().min(adjoints.len());
    slots[..known].copy_from_slice(&adjoints[..known]);
    slots[known..].fill(T::constant(0.0));
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

/// The derivatives of the outputs of one reverse sweep by every node recorded before them.
#[derive(Debug)]
pub struct Gradient<'t, T: Scalar = f64> {
    tape: &'t Tape<T>,
    adjoints: Vec<T>,
    reach: Reach,
}

impl<T: Scalar> Gradient<'_, T> {
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
