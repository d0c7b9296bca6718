//! The identifier of a node in a recording.

use std::fmt;

/// The identifier of a node in the recording that it belongs to: its position in the order of
/// recording, counted from 0.
///
/// Tapes and graphs number their nodes in the same way. An operand has a smaller identifier than
/// every operation that uses it, so that a loop over increasing identifiers runs forward, and one
/// over decreasing identifiers in reverse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    /// The identifier of the node at `index`.
    ///
    /// # Panics
    /// If `index` does not fit into 32 bits.
    #[inline]
    #[track_caller]
    pub fn new(index: usize) -> Self {
        Self(u32::try_from(index).expect("a recording has fewer than 2^32 nodes"))
    }

    /// Stands for "no node": the missing parent of an operation with fewer parents than a record has
    /// places for.
    pub(crate) const NONE: Self = Self(u32::MAX);

    #[inline(always)]
    pub(crate) const fn from_u32(index: u32) -> Self {
        Self(index)
    }

    #[inline(always)]
    pub(crate) const fn as_u32(self) -> u32 {
        self.0
    }

    /// The position in the order of recording, to index a slice with one entry per node.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
