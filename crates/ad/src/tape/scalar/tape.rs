//! The scalar tape: a Wengert list of parents and partials.

use super::node::{Node, Nodes};
use super::segments::Segments;
use super::spare_list::SpareList;
use crate::node_id::NodeId;
use crate::number::Scalar;
use std::cell::RefCell;
use std::panic::Location;
use wengert_kernels::Arena;

/// The Wengert list: the parents and the partials of each operation, in the order in which the
/// operations were executed.
///
/// ```
/// use wengert_ad::{Elementary, Tape};
///
/// let tape = Tape::new();
/// let (x, y) = (tape.var(2.0), tape.var(3.0));
/// let z = x.powi(3) * (x + 3.0 * y);
/// let g = z.gradient();
/// assert_eq!((z.value(), g.wrt(x), g.wrt(y)), (88.0, 140.0, 24.0));
/// ```
///
/// # Cost
/// Two parents (8 bytes) and two partials per node. Constants are not recorded, and variables made
/// before the first operation take no memory.
#[derive(Debug)]
pub struct Tape<T = f64> {
    list: Arena<Node<T>>,
    /// The operations recorded with a custom pullback.
    pub(super) segments: Segments<T>,
    /// The adjoint buffer of an earlier sweep, kept for its memory.
    pub(super) spare: RefCell<Vec<T>>,
    /// The list of variables of an earlier recording, kept for its memory. A `Var` has fields of these types.
    pub(super) handles: SpareList<(usize, [T; 2], u64)>,
    pub(super) made_at: &'static Location<'static>,
}

impl<T: Scalar> Default for Tape<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar> Tape<T> {
    /// An empty tape.
    #[track_caller]
    pub fn new() -> Self {
        Self::with_capacity(0)
    }

    /// An empty tape with capacity for `nodes` operations.
    #[track_caller]
    pub fn with_capacity(nodes: usize) -> Self {
        let (list, segments, spare) = (Arena::with_capacity(nodes), Segments::new(), RefCell::default());
        Self { list, segments, spare, handles: SpareList::new(), made_at: Location::caller() }
    }

    /// Removes all nodes and keeps their memory.
    pub fn clear(&mut self) {
        self.list.clear();
        self.segments.clear();
    }

    /// The number of recorded nodes: variables and operations.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether no node is recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The memory of the recorded nodes, in bytes.
    pub fn bytes(&self) -> usize {
        (self.len() - self.list.blanks()) * size_of::<Node<T>>()
    }

    /// Calls `look` with the nodes; recording is not possible meanwhile.
    pub(super) fn read<Y>(&self, look: impl FnOnce(Nodes<'_, T>) -> Y) -> Y {
        self.list.read(|records| look(Nodes::new(self.list.blanks(), records)))
    }

    /// Appends `count` variables and returns the first; `None` if an operation is recorded already.
    #[inline(always)]
    pub(super) fn skip(&self, count: usize) -> Option<NodeId> {
        self.list.skip(count).map(NodeId::from_u32)
    }

    /// Appends a node.
    #[inline(always)]
    pub(super) fn push(&self, parents: [NodeId; 2], partials: [T; 2]) -> NodeId {
        NodeId::from_u32(self.list.push(Node { partials, parents }))
    }
}
