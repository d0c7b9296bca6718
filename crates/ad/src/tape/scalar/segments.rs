//! Operations with a pullback of their own: what the sweep calls instead of reading partials.

use super::node::NONE;
use crate::number::Scalar;
use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

/// What a reverse sweep brings to an operation with a [pullback of its own](crate::Tape::custom).
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a, T> {
    /// The operands.
    pub x: &'a [T],
    /// The outputs.
    pub y: &'a [T],
    /// The cotangents of the outputs.
    pub y_bar: &'a [T],
}

type Pullback<T> = dyn Fn(Arrival<'_, T>, &mut [T]) + Send;

/// One operation with a pullback of its own. Its outputs are nodes without parents.
pub(super) struct Segment<T> {
    /// The nodes of the operands; `NONE` for constants.
    pub(super) inputs: Vec<u32>,
    pub(super) x: Vec<T>,
    pub(super) first: usize,
    pub(super) y: Vec<T>,
    pub(super) pullback: Box<Pullback<T>>,
}

/// The operations of a tape that have a pullback of their own, in the order of recording.
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

    /// The operands of the operation whose output `node` is, if it is one of these.
    pub(super) fn inputs_of(&self, node: usize) -> impl Iterator<Item = usize> + use<T> {
        let segments = self.0.borrow();
        let later = segments.partition_point(|segment| segment.first <= node);
        let segment = segments[..later].last().filter(|segment| segment.outputs().contains(&node));
        let inputs = segment.map(|segment| segment.inputs.clone()).unwrap_or_default();
        inputs.into_iter().filter(|&x| x != NONE).map(|x| x as usize)
    }

    /// A reverse sweep of `W` lanes over all nodes that have a slot: `sweep` over the stretches of ordinary nodes,
    /// with the pullbacks between them.
    pub(super) fn backwards<const W: usize>(
        &self,
        adjoints: &mut [[T; W]],
        mut sweep: impl FnMut(Range<usize>, &mut [[T; W]]),
    ) {
        let slots = adjoints.len();
        let segments = self.0.borrow();
        let mut before = segments.iter().rev().filter(|segment| segment.first < slots);
        let mut end = slots;
        // Called in one place, `sweep` is inlined, which short lists feel.
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
    fn outputs(&self) -> Range<usize> {
        self.first..self.first + self.y.len()
    }

    fn pull_back<const W: usize>(&self, lane: usize, adjoints: &mut [[T; W]]) {
        let zero = T::constant(0.0);
        let y_bar: Vec<T> = self.outputs().map(|y| adjoints.get(y).map_or(zero, |slot| slot[lane])).collect();
        if y_bar.iter().all(|y_bar| y_bar.is_zero()) {
            return;
        }
        // Of an operand that is there several times, the first holds the sum so far, and the others start from zero.
        let is_first = |i: usize| !self.inputs[..i].contains(&self.inputs[i]);
        let sums = self.inputs.iter().enumerate();
        let mut x_bar: Vec<T> = sums
            .map(|(i, &x)| if x != NONE && is_first(i) { adjoints[x as usize][lane] } else { zero })
            .collect();
        (self.pullback)(Arrival { x: &self.x, y: &self.y, y_bar: &y_bar }, &mut x_bar);
        for (i, (&x, &x_bar)) in self.inputs.iter().zip(&x_bar).enumerate().filter(|(_, (x, _))| **x != NONE)
        {
            let slot = &mut adjoints[x as usize][lane];
            *slot = if is_first(i) { x_bar } else { *slot + x_bar };
        }
    }
}
