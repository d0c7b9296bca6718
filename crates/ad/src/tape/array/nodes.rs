//! The nodes of an array tape, and where their values are stored.

use super::shared::SharedBuffer;
use crate::element::Element;
use crate::node_id::NodeId;
use crate::primitive::{Primitive, Shape, View};
use smallvec::SmallVec;
use std::any::Any;
use std::ops::Range;
use std::panic::Location;
use std::sync::Arc;

/// The nodes of a tape. Those from `used` on were recorded before the tape was cleared and are kept
/// for their buffers.
#[derive(Debug)]
pub(super) struct NodeList<T> {
    nodes: Vec<Node<T>>,
    used: usize,
    /// The buffers that hold the values of shared variables.
    shared: SmallVec<[SharedBuffer<T>; 2]>,
    for_inference: bool,
    /// The buffers of nodes whose values were dropped.
    spare: Vec<Vec<T>>,
}

/// The recorded nodes, in the order of recording.
#[derive(Debug)]
pub(super) struct Nodes<'l, T> {
    nodes: &'l [Node<T>],
    shared: &'l [SharedBuffer<T>],
}

impl<T> Clone for Nodes<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Nodes<'_, T> {}

impl<'l, T> Nodes<'l, T> {
    pub(super) fn all(self) -> &'l [Node<T>] {
        self.nodes
    }

    #[inline]
    pub(super) fn node(self, id: NodeId) -> &'l Node<T> {
        &self.nodes[id.index()]
    }

    /// The value of a node.
    // Inlined, a view is made where it is used: one that is written in words and read back in pairs
    // of them stalls the processor.
    #[inline(always)]
    pub(super) fn view(self, id: NodeId) -> View<'l, T> {
        let node = self.node(id);
        let data = match &node.storage {
            Storage::Own => &node.buffer[..],
            Storage::Shared(buffer, range) => &self.shared[*buffer].values[range.clone()],
            Storage::Table(table, range) => &table[range.clone()],
            Storage::Dropped => dropped(id),
        };
        View { shape: &node.shape, data }
    }
}

/// Where the value of a node is stored.
#[derive(Debug)]
pub(super) enum Storage<T> {
    /// In the node's own buffer.
    Own,
    /// In the shared buffer of this number. The flat gradient of the buffer has the derivative in the
    /// same range.
    Shared(usize, Range<usize>),
    /// In a table that is shared with the caller.
    Table(Arc<Vec<T>>, Range<usize>),
    /// Nowhere: the value was dropped.
    Dropped,
}

/// An input, or an operation with its primitive and its parents.
#[derive(Debug)]
pub(super) struct Node<T> {
    pub(super) primitive: Option<Box<dyn AnyPrimitive<T>>>,
    pub(super) parents: SmallVec<[NodeId; FEW]>,
    pub(super) shape: Shape,
    pub(super) buffer: Vec<T>,
    pub(super) storage: Storage<T>,
    /// Whether the node is a variable or depends on one.
    pub(super) active: bool,
    /// The line of code that recorded it.
    pub(super) site: &'static Location<'static>,
}

/// A primitive that can be downcast, so that the primitive of a cleared node can be used again.
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
            storage: Storage::Own,
            active: false,
            site: Location::caller(),
        }
    }
}

impl<T> Node<T> {
    /// The number of the buffer of a shared variable and its range there; `None` for other nodes.
    pub(super) fn shared_range(&self) -> Option<(usize, &Range<usize>)> {
        if let Storage::Shared(buffer, range) = &self.storage { Some((*buffer, range)) } else { None }
    }
}

impl<T: Element> NodeList<T> {
    pub(super) fn new() -> Self {
        Self { nodes: Vec::new(), used: 0, shared: SmallVec::new(), for_inference: false, spare: Vec::new() }
    }

    /// The nodes of a tape for inference, on which no sweep is possible.
    pub(super) fn for_inference() -> Self {
        Self { for_inference: true, ..Self::new() }
    }

    pub(super) fn is_for_inference(&self) -> bool {
        self.for_inference
    }

    pub(super) fn recorded(&self) -> Nodes<'_, T> {
        Nodes { nodes: &self.nodes[..self.used], shared: &self.shared }
    }

    /// The value of a node.
    pub(super) fn view(&self, id: NodeId) -> View<'_, T> {
        self.recorded().view(id)
    }

    /// The buffer of node `i`, if its value is stored there.
    pub(super) fn buffer_mut(&mut self, i: usize) -> Option<&mut Vec<T>> {
        let node = &mut self.nodes[i];
        matches!(node.storage, Storage::Own).then_some(&mut node.buffer)
    }

    /// The buffers of the shared variables, in the order in which the first range of each was shared.
    pub(super) fn shared(&self) -> &[SharedBuffer<T>] {
        &self.shared
    }

    /// Shares `range` of `values`, unless a part of it is shared already; returns the number of the
    /// buffer. Ranges in ascending order are checked without a search.
    #[track_caller]
    pub(super) fn share(&mut self, values: &Arc<Vec<T>>, range: &Range<usize>, active: bool) -> usize {
        let known = self.shared.iter().position(|shared| Arc::ptr_eq(&shared.values, values));
        let buffer = known.unwrap_or(self.shared.len());
        if known.is_none() {
            self.shared.push(SharedBuffer::new(values));
        }
        if !self.shared[buffer].is_after_all(range) {
            let others = self.recorded().all().iter().filter_map(Node::shared_range);
            for (_, other) in others.filter(|(other_buffer, _)| *other_buffer == buffer) {
                let disjoint = range.end <= other.start || other.end <= range.start;
                assert!(
                    disjoint,
                    "shared_var: {range:?} overlaps {other:?} of the same buffer, which this tape shares \
                     already: two derivatives would be written to one place; share it once and use its \
                     tensor again (bind the parameters of a model once, and use the bound ones in \
                     every pass), or use a constant"
                );
            }
        }
        self.shared[buffer].add(range, active);
        buffer
    }

    /// The nodes recorded so far, and a new one with its identifier. It may hold a buffer and a
    /// primitive from before.
    #[inline(always)]
    fn next(&mut self) -> (Nodes<'_, T>, NodeId, &mut Node<T>) {
        let id = NodeId::new(self.used);
        if self.used == self.nodes.len() {
            self.nodes.push(Node::default());
        }
        let (before, after) = self.nodes.split_at_mut(self.used);
        self.used += 1;
        (Nodes { nodes: before, shared: &self.shared }, id, &mut after[0])
    }

    /// Same as [`next`](Self::next), for an operation: in inference it may take the buffer of a
    /// dropped value.
    #[inline(always)]
    pub(super) fn next_operation(&mut self) -> (Nodes<'_, T>, NodeId, &mut Node<T>) {
        let has_buffer = |node: &Node<T>| node.buffer.capacity() > 0;
        let needs_buffer = self.for_inference && !self.nodes.get(self.used).is_some_and(has_buffer);
        let spare = if needs_buffer { self.spare.pop() } else { None };
        let next = self.next();
        if let Some(buffer) = spare {
            next.2.buffer = buffer;
        }
        next
    }

    /// A new node without parents.
    #[track_caller]
    pub(super) fn next_input(&mut self, shape: &[usize], active: bool) -> (NodeId, &mut Node<T>) {
        let (_, id, node) = self.next();
        node.primitive = None;
        replace(&mut node.parents, &[]);
        replace(&mut node.shape, shape);
        node.storage = Storage::Own;
        node.active = active;
        node.site = Location::caller();
        (id, node)
    }

    /// Drops the values of the nodes from number `first` on, except that of `kept`; the next
    /// operations reuse their buffers.
    pub(super) fn drop_values(&mut self, first: usize, kept: NodeId) {
        let Self { nodes, used, spare, .. } = self;
        let nodes = nodes[..*used].iter_mut().enumerate().skip(first);
        for (_, node) in nodes.filter(|(i, node)| *i != kept.index() && matches!(node.storage, Storage::Own))
        {
            node.storage = Storage::Dropped;
            spare.push(std::mem::take(&mut node.buffer));
        }
    }

    /// Removes all nodes and keeps their buffers.
    pub(super) fn clear(&mut self) {
        for node in &mut self.nodes[..self.used] {
            node.storage = Storage::Own;
        }
        self.used = 0;
        self.shared.clear();
    }
}

/// Most operations have at most this many operands, and most arrays at most this many axes.
pub(super) const FEW: usize = 4;

/// The items as a slice: in `few` if they fit, else in `many`.
#[inline(always)]
pub(super) fn collected<'l, X: Copy>(
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

/// Sets the list to these items. In most cases it holds them since the previous recording; then
/// nothing is written.
#[inline(always)]
pub(super) fn replace<X: Copy + PartialEq>(list: &mut SmallVec<[X; FEW]>, items: &[X]) {
    if list[..] == *items {
        return;
    }
    list.clear();
    list.extend_from_slice(items);
}

#[cold]
fn dropped(id: NodeId) -> ! {
    panic!("the value of node {id} was dropped: a tape for inference keeps no intermediate values")
}
