//! What an array tape holds: its nodes, and where their values stand.

use crate::kernels::Element;
use crate::primitive::{Primitive, Shape, View};
use smallvec::SmallVec;
use std::any::Any;
use std::ops::Range;
use std::panic::Location;
use std::sync::Arc;

/// The nodes; those from `used` on are left from before the tape was cleared, for their buffers.
#[derive(Debug)]
pub(super) struct List<T> {
    nodes: Vec<Node<T>>,
    used: usize,
    /// The buffer that the tape shares with whoever holds the parameters, if it does.
    flat: Option<Arc<Vec<T>>>,
    /// The end of the shared ranges so far.
    shared_end: usize,
    /// Whether the tape is one of inference, where no derivative will be asked for.
    infers: bool,
    /// Of nodes that were forgotten: their buffers.
    spare: Vec<Vec<T>>,
}

/// Nodes that are recorded.
#[derive(Debug)]
pub(super) struct Nodes<'l, T> {
    nodes: &'l [Node<T>],
    flat: &'l [T],
}

impl<T> Clone for Nodes<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Nodes<'_, T> {}

impl<'l, T> Nodes<'l, T> {
    /// All of them, in the order of recording.
    pub(super) fn all(self) -> &'l [Node<T>] {
        self.nodes
    }

    #[inline]
    pub(super) fn node(self, node: u32) -> &'l Node<T> {
        &self.nodes[node as usize]
    }

    // Inlined, a view is made where it is used: one that is written in words and read back in pairs of them stalls the processor.
    #[inline(always)]
    pub(super) fn view(self, index: u32) -> View<'l, T> {
        let node = self.node(index);
        let data = match &node.place {
            Place::Own => &node.buffer[..],
            Place::Flat(range) => &self.flat[range.clone()],
            Place::Table(table, range) => &table[range.clone()],
            Place::Forgotten => forgotten(index),
        };
        View { shape: &node.shape, data }
    }
}

/// Where the value of a node stands.
#[derive(Debug)]
pub(super) enum Place<T> {
    /// In its own buffer.
    Own,
    /// In the flat buffer, which has its like in the flat gradient.
    Flat(Range<usize>),
    /// In a table that is shared besides.
    Table(Arc<Vec<T>>, Range<usize>),
    /// Nowhere any more.
    Forgotten,
}

#[derive(Debug)]
pub(super) struct Node<T> {
    pub(super) primitive: Option<Box<dyn AnyPrimitive<T>>>,
    pub(super) parents: SmallVec<[u32; FEW]>,
    pub(super) shape: Shape,
    pub(super) buffer: Vec<T>,
    pub(super) place: Place<T>,
    /// Whether a derivative by this node may be asked for.
    pub(super) active: bool,
    /// The line of code that recorded it.
    pub(super) site: &'static Location<'static>,
}

/// A primitive that can be told apart at run time, so that a cleared node's own primitive is used again.
pub(super) trait AnyPrimitive<T: Element>: Primitive<T> {
    fn as_any(&mut self) -> &mut dyn Any;
}

impl<T: Element, P: Primitive<T>> AnyPrimitive<T> for P {
    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

impl<T> Default for Node<T> {
    fn default() -> Self {
        Self {
            primitive: None,
            parents: SmallVec::new(),
            shape: Shape::new(),
            buffer: Vec::new(),
            place: Place::Own,
            active: false,
            site: Location::caller(),
        }
    }
}

impl<T> Node<T> {
    /// Where the derivative by this node stands in the flat gradient, if it does.
    pub(super) fn gradient_range(&self) -> Option<&Range<usize>> {
        if let Place::Flat(range) = &self.place { Some(range) } else { None }
    }
}

impl<T: Element> List<T> {
    /// An empty list; of a tape for inference if it `infers`.
    pub(super) fn new(infers: bool) -> Self {
        let (nodes, spare) = (Vec::new(), Vec::new());
        Self { nodes, used: 0, flat: None, shared_end: 0, infers, spare }
    }

    pub(super) fn view(&self, node: u32) -> View<'_, T> {
        self.active().view(node)
    }

    /// Where the value of node `i` stands, if in a buffer of its own.
    pub(super) fn buffer_mut(&mut self, i: usize) -> Option<&mut Vec<T>> {
        let node = &mut self.nodes[i];
        matches!(node.place, Place::Own).then_some(&mut node.buffer)
    }

    pub(super) fn infers(&self) -> bool {
        self.infers
    }

    pub(super) fn active(&self) -> Nodes<'_, T> {
        Nodes { nodes: &self.nodes[..self.used], flat: flat(&self.flat) }
    }

    /// Shares `buffer`, of which nothing of `range` is shared yet, and no other. Ranges in ascending order are checked without a
    /// search.
    #[track_caller]
    pub(super) fn share(&mut self, buffer: &Arc<Vec<T>>, range: &Range<usize>) {
        if range.start < self.shared_end {
            for other in self.active().all().iter().filter_map(Node::gradient_range) {
                let apart = range.end <= other.start || other.end <= range.start;
                assert!(apart, "shared: {range:?} overlaps {other:?}, which this tape shares already");
            }
        }
        let flat = self.flat.get_or_insert_with(|| Arc::clone(buffer));
        assert!(Arc::ptr_eq(flat, buffer), "shared: this tape shares another buffer already");
        self.shared_end = self.shared_end.max(range.end);
    }

    /// The nodes recorded so far, and the next one with its index; it may hold buffers from before.
    #[inline(always)]
    fn next(&mut self) -> (Nodes<'_, T>, u32, &mut Node<T>) {
        let index = u32::try_from(self.used).expect("an array tape of 2^32 nodes does not fit in memory");
        if self.used == self.nodes.len() {
            self.nodes.push(Node::default());
        }
        let (before, after) = self.nodes.split_at_mut(self.used);
        self.used += 1;
        (Nodes { nodes: before, flat: flat(&self.flat) }, index, &mut after[0])
    }

    /// As [`next`](Self::next), of an operation: in inference its buffer may be that of a node that was forgotten.
    #[inline(always)]
    pub(super) fn next_operation(&mut self) -> (Nodes<'_, T>, u32, &mut Node<T>) {
        let has_one = |node: &Node<T>| node.buffer.capacity() > 0;
        let wants_one = self.infers && !self.nodes.get(self.used).is_some_and(has_one);
        let spare = if wants_one { self.spare.pop() } else { None };
        let next = self.next();
        if let Some(buffer) = spare {
            next.2.buffer = buffer;
        }
        next
    }

    /// The next node, made ready to be a leaf.
    #[track_caller]
    pub(super) fn next_leaf(&mut self, shape: &[usize], active: bool) -> (u32, &mut Node<T>) {
        let (_, index, node) = self.next();
        node.primitive = None;
        replace(&mut node.parents, &[]);
        replace(&mut node.shape, shape);
        node.place = Place::Own;
        node.active = active;
        node.site = Location::caller();
        (index, node)
    }

    /// The number of nodes so far, of a tape for inference.
    pub(super) fn end_of_inference(&self) -> Option<usize> {
        self.infers.then_some(self.used)
    }

    /// Forgets the nodes from `first` on, but for `kept`; their buffers go to those that come next.
    pub(super) fn forget(&mut self, first: usize, kept: u32) {
        let Self { nodes, used, spare, .. } = self;
        let nodes = nodes[..*used].iter_mut().enumerate().skip(first);
        for (_, node) in nodes.filter(|(i, node)| *i != kept as usize && matches!(node.place, Place::Own)) {
            node.place = Place::Forgotten;
            spare.push(std::mem::take(&mut node.buffer));
        }
    }

    /// Forgets all nodes and keeps their buffers.
    pub(super) fn clear(&mut self) {
        for node in &mut self.nodes[..self.used] {
            node.place = Place::Own;
        }
        (self.used, self.flat, self.shared_end) = (0, None, 0);
    }
}

fn flat<T>(shared: &Option<Arc<Vec<T>>>) -> &[T] {
    shared.as_ref().map_or(&[], |shared| &shared[..])
}

/// Operations rarely have more operands than this, and arrays more axes.
pub(super) const FEW: usize = 4;

/// The items as a slice: in `few`, if there are not more, else in `many`.
#[inline(always)]
pub(super) fn listed<'l, X: Copy>(
    few: &'l mut [X; FEW],
    many: &'l mut Vec<X>,
    items: impl ExactSizeIterator<Item = X>,
) -> &'l [X] {
    let count = items.len();
    if count <= FEW {
        few.iter_mut().zip(items).for_each(|(slot, item)| *slot = item);
        &few[..count]
    } else {
        many.extend(items);
        many
    }
}

/// Sets the list to these items. Mostly it holds them from the recording before: then nothing is written.
#[inline(always)]
pub(super) fn replace<X: Copy + PartialEq>(list: &mut SmallVec<[X; FEW]>, items: &[X]) {
    if list[..] == *items {
        return;
    }
    list.clear();
    list.extend_from_slice(items);
}

#[cold]
fn forgotten(node: u32) -> ! {
    panic!("node {node} was forgotten: on a tape for inference, what is computed on the way is not kept")
}
