//! The nodes of a scalar tape: parents and partials.

use crate::node_id::NodeId;
use std::ops::Range;

/// One operation: up to two parents, and the partial derivative with respect to each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<T> {
    pub(super) partials: [T; 2],
    /// [`NodeId::NONE`] for a constant operand, and for the second operand of a unary rule.
    pub(super) parents: [NodeId; 2],
}

/// The recorded nodes. The variables made before the first operation come first and have no record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nodes<'a, T> {
    variables: usize,
    records: &'a [Node<T>],
}

impl<'a, T> Nodes<'a, T> {
    /// `variables` nodes without a record, followed by those of `records`.
    pub(super) fn new(variables: usize, records: &'a [Node<T>]) -> Self {
        Self { variables, records }
    }

    /// The nodes of `range` that have a record, each with its index.
    #[inline(always)]
    pub(super) fn within(self, range: Range<usize>) -> impl DoubleEndedIterator<Item = (usize, &'a Node<T>)> {
        let (start, end) = (range.start.max(self.variables), range.end.max(self.variables));
        (start..end).zip(&self.records[start - self.variables..end - self.variables])
    }

    /// The parents in the record of `node`.
    pub(super) fn parents(self, node: usize) -> impl Iterator<Item = NodeId> {
        let records = self.within(node..node + 1);
        records.flat_map(|(_, node)| node.parents).filter(|&parent| parent != NodeId::NONE)
    }
}
