//! Operations with a custom pullback, which the sweep calls instead of reading partials.

use crate::node_id::NodeId;
use crate::number::Scalar;
use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

/// The inputs of a [custom pullback](crate::Tape::custom) in a reverse sweep.
#[derive(Clone, Copy, Debug)]
pub struct PullbackInputs<'a, T> {
    /// The operands of the operation.
    pub x: &'a [T],
    /// The outputs of the operation.
    pub y: &'a [T],
    /// The cotangents of the outputs.
    pub y_bar: &'a [T],
}

type Pullback<T> = dyn Fn(PullbackInputs<'_, T>, &mut [T]) + Send;

/// One operation with a custom pullback. Its outputs are nodes without parents.
pub(super) struct Segment<T> {
    /// The nodes of the operands; [`NodeId::NONE`] for constants.
    pub(super) inputs: Vec<NodeId>,
    pub(super) x: Vec<T>,
    /// The index of the first output's node.
    pub(super) first: usize,
    pub(super) y: Vec<T>,
    pub(super) pullback: Box<Pullback<T>>,
}

/// The operations of a tape that have a custom pullback, in the order of recording.
pub(super) struct Segments<T>(RefCell<Vec<Segment<T>>>);

impl<T> fmt::Debug for Segments<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} segments", self.0.borrow().len())
    }
}

impl<T: Scalar> Segments<T> {
    pub(super) fn new() -> Self {
        Self(RefCell::default())
    }

    pub(super) fn push(&self, segment: Segment<T>) {
        self.0.borrow_mut().push(segment);
    }

    pub(super) fn clear(&mut self) {
        self.0.get_mut().clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// The operands of the operation whose output `node` is; none if `node` is not an output of one of these.
    pub(super) fn inputs_of(&self, node: usize) -> impl Iterator<Item = NodeId> + use<T> {
        let segments = self.0.borrow();
        let later = segments.partition_point(|segment| segment.first <= node);
        let segment = segments[..later].last().filter(|segment| segment.outputs().contains(&node));
        let inputs = segment.map(|segment| segment.inputs.clone()).unwrap_or_default();
        inputs.into_iter().filter(|&x| x != NodeId::NONE)
    }

    /// A reverse sweep of `W` lanes over all nodes that have an adjoint: `sweep` for each range of
    /// ordinary nodes, and the custom pullbacks between them.
    pub(super) fn backwards<const W: usize>(
        &self,
        adjoints: &mut [[T; W]],
        mut sweep: impl FnMut(Range<usize>, &mut [[T; W]]),
    ) {
        let count = adjoints.len();
        let segments = self.0.borrow();
        let mut before = segments.iter().rev().filter(|segment| segment.first < count);
        let mut end = count;
        // `sweep` is called in one place only, so that it is inlined; short lists are measurably faster.
        loop {
            let segment = before.next();
            let start = segment.map_or(0, |segment| segment.first);
            sweep(start..end, adjoints);
            let Some(segment) = segment else { break };
            for lane in 0..W {
                segment.pull_back(lane, adjoints);
            }
            end = start;
        }
    }
}

impl<T: Scalar> Segment<T> {
    /// The indices of the outputs' nodes.
    fn outputs(&self) -> Range<usize> {
        self.first..self.first + self.y.len()
    }

    /// Calls the pullback with the cotangents of one lane.
    fn pull_back<const W: usize>(&self, lane: usize, adjoints: &mut [[T; W]]) {
        let zero = T::constant(0.0);
        let y_bar: Vec<T> = self.outputs().map(|y| adjoints.get(y).map_or(zero, |slot| slot[lane])).collect();
        if y_bar.iter().all(|y_bar| y_bar.is_zero()) {
            return;
        }
        // If an operand occurs several times, its first slot starts from the sum so far and the
        // others from zero.
        let is_first = |i: usize| !self.inputs[..i].contains(&self.inputs[i]);
        let sum = |(i, &x): (usize, &NodeId)| {
            if x != NodeId::NONE && is_first(i) { adjoints[x.index()][lane] } else { zero }
        };
        let mut x_bar: Vec<T> = self.inputs.iter().enumerate().map(sum).collect();
        (self.pullback)(PullbackInputs { x: &self.x, y: &self.y, y_bar: &y_bar }, &mut x_bar);
        let variables = self.inputs.iter().zip(&x_bar).enumerate().filter(|(_, (x, _))| **x != NodeId::NONE);
        for (i, (x, &x_bar)) in variables {
            let slot = &mut adjoints[x.index()][lane];
            *slot = if is_first(i) { x_bar } else { *slot + x_bar };
        }
    }
}
