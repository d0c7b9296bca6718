//! The nodes of a scalar tape: parents and partials.

use std::ops::Range;

/// Stands for "no parent": a constant operand, or the second operand of a unary rule.
pub(super) const NONE: u32 = u32::MAX;

/// One operation: up to two parents, and the derivative by each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<T> {
    pub(super) partials: [T; 2],
    pub(super) parents: [u32; 2],
}

/// The recorded nodes, of which the first, variables all, have no record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nodes<'a, T> {
    variables: usize,
    records: &'a [Node<T>],
}

impl<'a, T> Nodes<'a, T> {
    /// Recorded nodes that begin with this many variables.
    pub(super) fn new(variables: usize, records: &'a [Node<T>]) -> Self {
        Self { variables, records }
    }

    /// The nodes of `stretch` that have a record, each with its index.
    #[inline(always)]
    pub(super) fn within(
        self,
        stretch: Range<usize>,
    ) -> impl DoubleEndedIterator<Item = (usize, &'a Node<T>)> {
        let (start, end) = (stretch.start.max(self.variables), stretch.end.max(self.variables));
        (start..end).zip(&self.records[start - self.variables..end - self.variables])
    }

    /// The nodes that `node` was computed from in one operation.
    pub(super) fn parents(self, node: usize) -> impl Iterator<Item = usize> {
        let records = self.within(node..node + 1);
        records.flat_map(|(_, node)| node.parents).filter(|&p| p != NONE).map(|p| p as usize)
    }
}
