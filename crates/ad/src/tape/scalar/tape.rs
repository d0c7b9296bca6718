//! Scalar reverse mode: a Wengert list of local partials.

use super::node::{Node, Nodes};
use super::segments::Segments;
use super::spare_list::SpareList;
use crate::kernels::Log;
use crate::number::Scalar;
use std::cell::RefCell;
use std::panic::Location;

/// The Wengert list: for each operation, in the order they were carried out, its parents and its partials.
///
/// ```
/// use wengert_ad::{Elementary, Tape};
///
/// let tape = Tape::new();
/// let (x, y) = (tape.var(2.0), tape.var(3.0));
/// let z = x.powi(3) * (x + 3.0 * y);
/// let g = z.gradient();
/// assert_eq!((z.primal(), g.wrt(x), g.wrt(y)), (88.0, 140.0, 24.0));
/// ```
///
/// # Cost
/// Two parents (8 bytes) and two partials a node; constants are not recorded, and variables made before the first operation
/// take no memory.
#[derive(Debug)]
pub struct Tape<T = f64> {
    list: Log<Node<T>>,
    /// What was recorded with a pullback of its own.
    pub(super) segments: Segments<T>,
    /// Adjoints of earlier sweeps, kept for their memory.
    pub(super) spare: RefCell<Vec<T>>,
    /// A `Var` consists of these.
    pub(super) handles: SpareList<(usize, T, u64)>,
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

    /// An empty tape with room for `nodes` operations.
    #[track_caller]
    pub fn with_capacity(nodes: usize) -> Self {
        let (list, segments, spare) = (Log::with_capacity(nodes), Segments::new(), RefCell::default());
        Self { list, segments, spare, handles: SpareList::new(), made_at: Location::caller() }
    }

    /// Forgets all operations and keeps their memory.
    pub fn clear(&mut self) {
        self.list.clear();
        self.segments.clear();
    }

    /// The number of recorded nodes: variables and operations.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The memory that the recorded nodes take, in bytes.
    pub fn bytes(&self) -> usize {
        (self.len() - self.list.blanks()) * size_of::<Node<T>>()
    }

    /// Lends out the nodes.
    pub(super) fn read<Y>(&self, look: impl FnOnce(Nodes<'_, T>) -> Y) -> Y {
        self.list.read(|records| look(Nodes::new(self.list.blanks(), records)))
    }

    /// Appends `count` variables and returns the index of the first, unless an operation is recorded already.
    #[inline(always)]
    pub(super) fn skip(&self, count: usize) -> Option<u32> {
        self.list.skip(count)
    }

    /// Appends a node and returns its index.
    #[inline(always)]
    pub(super) fn push(&self, parents: [u32; 2], partials: [T; 2]) -> u32 {
        self.list.push(Node { partials, parents })
    }
}
