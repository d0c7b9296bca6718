//! Several sweeps in one pass over the tape, in either direction: the tape as the linear map
//! between tangents.

use super::node::Nodes;
use super::tape::Tape;
use super::var::Var;
use crate::node_id::NodeId;
use crate::number::Scalar;
use std::ops::Range;

impl<'t, T: Scalar> Tape<T> {
    /// Whether an operation was recorded with a custom pullback, which a forward sweep cannot use.
    pub(crate) fn has_pullbacks(&self) -> bool {
        !self.segments.is_empty()
    }

    /// `W` reverse sweeps in one pass over the tape: lane `w` holds the derivatives of output `w`
    /// with respect to every node.
    pub(crate) fn pull_back_each<const W: usize>(&'t self, outputs: &[Var<'t, T>]) -> Columns<T, W> {
        let mut adjoints = Columns::seeded(self.len(), outputs);
        self.read(|nodes| self.segments.backwards(&mut adjoints.0, |range, slots| back(nodes, range, slots)));
        adjoints
    }

    /// `W` forward sweeps in one pass over the tape: lane `w` holds the derivatives of every node
    /// with respect to input `w`.
    ///
    /// # Panics
    /// If an operation was recorded with a custom pullback, which a forward sweep cannot use.
    #[track_caller]
    pub(crate) fn push_forward_each<const W: usize>(&'t self, inputs: &[Var<'t, T>]) -> Columns<T, W> {
        assert!(
            !self.has_pullbacks(),
            "forward sweep: the tape holds a custom pullback or a checkpoint, which only a reverse sweep \
             can pass"
        );
        let mut tangents = Columns::seeded(self.len(), inputs);
        self.read(|nodes| forth(nodes, &mut tangents.0));
        tangents
    }
}

/// The adjoints or the tangents of every node in `W` sweeps.
#[derive(Debug)]
pub(crate) struct Columns<T, const W: usize>(Vec<[T; W]>);

impl<T: Scalar, const W: usize> Columns<T, W> {
    /// 1 in lane `w` at the node of `seeds[w]`, 0 elsewhere.
    fn seeded(nodes: usize, seeds: &[Var<'_, T>]) -> Self {
        let mut columns = vec![[T::constant(0.0); W]; nodes];
        for (w, seed) in seeds.iter().enumerate().filter(|(_, seed)| seed.tape.is_some()) {
            columns[seed.node().index()][w] = seed.to_node(T::constant(1.0));
        }
        Self(columns)
    }

    /// The lanes at the node of `x`; zeros if `x` is a constant.
    pub(crate) fn at(&self, x: Var<'_, T>) -> [T; W] {
        let lanes = self.0.get(x.node().index()).copied().unwrap_or([T::constant(0.0); W]);
        lanes.map(|lane| x.to_node(lane))
    }
}

/// `sum += partial t`, lane by lane.
#[inline(always)]
fn add<T: Scalar, const W: usize>(sum: &mut [T; W], partial: T, t: &[T; W]) {
    if partial.is_ordinary() {
        sum.iter_mut().zip(t).for_each(|(sum, &t)| *sum = *sum + partial * t);
    } else {
        for (sum, t) in sum.iter_mut().zip(t).filter(|(_, t)| !t.is_zero()) {
            *sum = sum.accumulate(partial.chain(*t));
        }
    }
}

fn back<T: Scalar, const W: usize>(nodes: Nodes<'_, T>, range: Range<usize>, adjoints: &mut [[T; W]]) {
    for (i, node) in nodes.within(range).rev() {
        let y_bar = adjoints[i];
        for (&parent, &partial) in node.parents.iter().zip(&node.partials) {
            if parent != NodeId::NONE {
                add(&mut adjoints[parent.index()], partial, &y_bar);
            }
        }
    }
}

fn forth<T: Scalar, const W: usize>(nodes: Nodes<'_, T>, tangents: &mut [[T; W]]) {
    for (i, node) in nodes.within(0..tangents.len()) {
        let mut y_dot = tangents[i];
        for (&parent, &partial) in node.parents.iter().zip(&node.partials) {
            if parent != NodeId::NONE {
                add(&mut y_dot, partial, &tangents[parent.index()]);
            }
        }
        tangents[i] = y_dot;
    }
}
