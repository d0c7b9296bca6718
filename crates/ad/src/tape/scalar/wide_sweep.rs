//! The recorded list as what it is, a linear map cut into small pieces: several sweeps over it at once, in either direction.

use super::node::{NONE, Nodes};
use super::tape::Tape;
use super::var::Var;
use crate::number::Scalar;
use std::ops::Range;

impl<'t, T: Scalar> Tape<T> {
    /// Whether something was recorded with a pullback of its own, which knows no forward sweep.
    pub(crate) fn has_pullbacks(&self) -> bool {
        !self.segments.is_empty()
    }

    /// `W` reverse sweeps in one reading of the list: lane `w` holds the derivatives of output `w` by every node.
    pub(crate) fn pull_back_each<const W: usize>(&'t self, outputs: &[Var<'t, T>]) -> Columns<T, W> {
        let mut adjoints = Columns::seeded(self.len(), outputs);
        self.read(|nodes| self.segments.backwards(&mut adjoints.0, |part, slots| back(nodes, part, slots)));
        adjoints
    }

    /// `W` forward sweeps in one reading of the list: lane `w` holds the derivatives of every node by input `w`.
    ///
    /// # Panics
    /// If something was recorded with a pullback of its own, which knows no forward sweep.
    #[track_caller]
    pub(crate) fn push_forward_each<const W: usize>(&'t self, inputs: &[Var<'t, T>]) -> Columns<T, W> {
        assert!(
            !self.has_pullbacks(),
            "forward sweep: the recording holds a custom pullback or a checkpoint, which only a reverse sweep can pass"
        );
        let mut tangents = Columns::seeded(self.len(), inputs);
        self.read(|nodes| forth(nodes, &mut tangents.0));
        tangents
    }
}

/// For every node, its adjoints or its tangents in `W` sweeps.
#[derive(Debug)]
pub(crate) struct Columns<T, const W: usize>(Vec<[T; W]>);

impl<T: Scalar, const W: usize> Columns<T, W> {
    fn seeded(nodes: usize, seeds: &[Var<'_, T>]) -> Self {
        let mut columns = vec![[T::constant(0.0); W]; nodes];
        for (w, seed) in seeds.iter().enumerate().filter(|(_, seed)| seed.tape.is_some()) {
            columns[seed.node() as usize][w] = T::constant(1.0);
        }
        Self(columns)
    }

    /// What stands at the node of `x`: zeros if it is a constant.
    pub(crate) fn at(&self, x: Var<'_, T>) -> [T; W] {
        self.0.get(x.node() as usize).copied().unwrap_or([T::constant(0.0); W])
    }
}

/// `sum + partial t`, lane by lane.
#[inline(always)]
fn add<T: Scalar, const W: usize>(sum: &mut [T; W], partial: T, t: &[T; W]) {
    for (sum, t) in sum.iter_mut().zip(t) {
        // A lane in which nothing arrives must not turn an infinite partial into a NaN.
        if !t.is_zero() {
            *sum = sum.accumulate(partial.chain(*t));
        }
    }
}

fn back<T: Scalar, const W: usize>(nodes: Nodes<'_, T>, part: Range<usize>, adjoints: &mut [[T; W]]) {
    for (i, node) in nodes.within(part).rev() {
        let y_bar = adjoints[i];
        for (&parent, &partial) in node.parents.iter().zip(&node.partials) {
            if parent != NONE {
                add(&mut adjoints[parent as usize], partial, &y_bar);
            }
        }
    }
}

fn forth<T: Scalar, const W: usize>(nodes: Nodes<'_, T>, tangents: &mut [[T; W]]) {
    for (i, node) in nodes.within(0..tangents.len()) {
        let mut y_dot = tangents[i];
        for (&parent, &partial) in node.parents.iter().zip(&node.partials) {
            if parent != NONE {
                add(&mut y_dot, partial, &tangents[parent as usize]);
            }
        }
        tangents[i] = y_dot;
    }
}
