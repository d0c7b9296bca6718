//! The adjoints of a reverse sweep over an array tape, and their memory.

use super::nodes::{NodeList, Nodes};
use crate::element::Element;
use crate::node_id::NodeId;

/// The adjoints of one reverse sweep.
#[derive(Debug)]
pub(super) struct Adjoints<T> {
    pub(super) buffers: Vec<Buffer<T>>,
    /// The indices of the free buffers, in any order; without those whose memory has not been lent yet.
    free: Vec<usize>,
    /// For each node the buffer that holds its adjoint, or that held it in the last sweep.
    pub(super) buffer_of: Vec<usize>,
    /// For each node the buffer of the memory that it lends. As long as the last node that ever lent some.
    lent_by: Vec<usize>,
    /// Whether a cotangent arrived at the node.
    pub(super) arrived: Vec<bool>,
    /// Whether, of the adjoints in the flat gradient, only the derivatives of the highest order are needed.
    pub(super) only_highest: bool,
}

#[derive(Debug)]
pub(super) struct Buffer<T> {
    /// At least as long as the adjoint in it: as long as the longest one so far.
    pub(super) elements: Vec<T>,
    /// The length of the adjoint in it; `None` if there is none.
    taken: Option<usize>,
    /// The node that the memory was borrowed from, and to which it returns after the sweep.
    lender: Option<usize>,
    /// Its place in the list of free buffers; `None` if it is not there.
    place: Option<usize>,
}

impl<T> Default for Adjoints<T> {
    fn default() -> Self {
        let (buffers, free, buffer_of, lent_by) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { buffers, free, buffer_of, lent_by, arrived: Vec::new(), only_highest: false }
    }
}

/// The buffer index of a node that never had an adjoint, or never lent memory.
const NO_BUFFER: usize = usize::MAX;

impl<T: Element> Adjoints<T> {
    /// Prepares a sweep from `output`. A cotangent arrives there unless the output is constant.
    pub(super) fn start(&mut self, nodes: Nodes<'_, T>, output: NodeId) {
        let active = nodes.node(output).active;
        let count = output.index() + 1;
        self.free.clear();
        for (b, buffer) in self.buffers.iter_mut().enumerate() {
            (buffer.taken, buffer.place) = (None, None);
            if buffer.lender.is_none() {
                buffer.place = Some(self.free.len());
                self.free.push(b);
            }
        }
        if self.buffer_of.len() < count {
            self.buffer_of.resize(count, NO_BUFFER);
        }
        self.arrived.clear();
        self.arrived.resize(count, false);
        self.arrived[output.index()] = active;
    }

    /// The adjoint of a node at which a cotangent arrived. Empty if the adjoint is in the flat gradient.
    pub(super) fn adjoint(&self, id: NodeId) -> &[T] {
        let Buffer { elements, taken, .. } = &self.buffers[self.buffer_of[id.index()]];
        &elements[..taken.unwrap_or(0)]
    }

    /// The sum of the cotangents that arrived at a node so far: empty if none arrived, `None` if
    /// the node is constant.
    pub(super) fn sum_so_far<'s>(
        &'s self,
        id: NodeId,
        nodes: Nodes<'_, T>,
        flat: Option<&'s [&mut [T]]>,
    ) -> Option<&'s [T]> {
        let node = nodes.node(id);
        let sum = match (flat, node.shared_range()) {
            _ if !self.arrived[id.index()] => &[],
            (Some(flat), Some((buffer, range))) => &flat[buffer][range.clone()],
            _ => self.adjoint(id),
        };
        node.active.then_some(sum)
    }

    /// The memory of a node's adjoint: for a shared variable the range of its gradient in `flat`, if that
    /// is given. If this is the `first` cotangent, its contents are arbitrary.
    pub(super) fn slot<'s>(
        &'s mut self,
        id: NodeId,
        nodes: Nodes<'_, T>,
        first: bool,
        flat: &'s mut Option<&mut [&mut [T]]>,
    ) -> &'s mut [T] {
        match (flat, nodes.node(id).shared_range()) {
            (Some(flat), Some((buffer, range))) => &mut flat[buffer][range.clone()],
            _ => {
                let i = id.index();
                let length = nodes.view(id).data.len();
                if first {
                    self.assign_buffer(i, length);
                }
                &mut self.buffers[self.buffer_of[i]].elements[..length]
            }
        }
    }

    /// Assigns a free buffer of this length to node `i`: that of the last sweep, so that the same
    /// sweep again allocates nothing; else the shortest one that is long enough; else the longest
    /// one, reallocated.
    fn assign_buffer(&mut self, i: usize, length: usize) {
        let is_free = |b: &usize| self.buffers.get(*b).is_some_and(|buffer| buffer.place.is_some());
        let length_of = |b: &usize| self.buffers[*b].elements.len();
        let own = |b: &usize| self.buffers[*b].lender.is_none();
        let last = Some(self.buffer_of[i]).filter(is_free);
        let best = last.filter(|b| own(b) || length_of(b) >= length);
        let best = best.or_else(|| self.shortest_free(length));
        let best = best.or_else(|| self.free.iter().copied().filter(own).max_by_key(length_of));
        let best = best.unwrap_or_else(|| self.add(Vec::new(), None));
        let Buffer { elements, taken, place, .. } = &mut self.buffers[best];
        if elements.len() < length {
            // A new allocation instead of a resize: the contents need not be copied.
            *elements = vec![T::constant(0.0); length];
        }
        *taken = Some(length);
        if let Some(place) = place.take() {
            self.free.swap_remove(place);
            if let Some(&moved) = self.free.get(place) {
                self.buffers[moved].place = Some(place);
            }
        }
        self.buffer_of[i] = best;
    }

    /// The shortest free buffer that is long enough. The search ends at one of this length, which was often
    /// freed last, so that a long tape of equal arrays has no long searches.
    fn shortest_free(&self, length: usize) -> Option<usize> {
        let mut best: Option<(usize, usize)> = None;
        for &b in self.free.iter().rev() {
            let own = self.buffers[b].elements.len();
            if own >= length && best.is_none_or(|(shortest, _)| own < shortest) {
                best = Some((own, b));
                if own == length {
                    break;
                }
            }
        }
        best.map(|(_, b)| b)
    }

    /// Adds a free buffer; returns its index.
    fn add(&mut self, elements: Vec<T>, lender: Option<usize>) -> usize {
        let b = self.buffers.len();
        self.buffers.push(Buffer { elements, taken: None, lender, place: None });
        self.free(b);
        b
    }

    /// Adds a buffer to those that are free.
    fn free(&mut self, b: usize) {
        (self.buffers[b].taken, self.buffers[b].place) = (None, Some(self.free.len()));
        self.free.push(b);
    }

    /// Takes the memory of a buffer while its adjoint is pulled back.
    pub(super) fn take_memory(&mut self, b: usize) -> Vec<T> {
        std::mem::take(&mut self.buffers[b].elements)
    }

    /// Gives the memory back. The buffer is free from now on, unless its adjoint is kept.
    pub(super) fn give_back(&mut self, b: usize, elements: Vec<T>, keep: bool) {
        self.buffers[b].elements = elements;
        if !keep {
            self.free(b);
        }
    }
}

/// The nodes of a sweep.
pub(super) enum SweptNodes<'l, T> {
    /// Their values are kept.
    Keep(&'l NodeList<T>),
    /// Their values are not needed after the sweep, so that adjoints may use their memory.
    Consume(&'l mut NodeList<T>),
}

impl<T: Element> SweptNodes<'_, T> {
    pub(super) fn list(&self) -> &NodeList<T> {
        match self {
            Self::Keep(list) => list,
            Self::Consume(list) => list,
        }
    }
}

impl<T: Element> Adjoints<T> {
    /// Makes the memory of node `i`'s value available for adjoints, if values need not be kept.
    pub(super) fn borrow_memory(&mut self, nodes: &mut SweptNodes<'_, T>, i: usize) {
        let SweptNodes::Consume(list) = nodes else { return };
        let Some(elements) = list.buffer_mut(i).map(std::mem::take) else { return };
        // At the same index as in the last sweep, so that the same sweep again finds every buffer
        // where it was.
        if self.lent_by.len() <= i {
            self.lent_by.resize(i + 1, NO_BUFFER);
        }
        match self.buffers.get_mut(self.lent_by[i]) {
            Some(buffer) => {
                buffer.elements = elements;
                self.free(self.lent_by[i]);
            }
            None => self.lent_by[i] = self.add(elements, Some(i)),
        }
    }

    /// Returns all borrowed memory to the nodes.
    pub(super) fn return_memory(&mut self, nodes: &mut SweptNodes<'_, T>) {
        let SweptNodes::Consume(list) = nodes else { return };
        for buffer in self.buffers.iter_mut().filter(|buffer| !buffer.elements.is_empty()) {
            if let Some(value) = buffer.lender.and_then(|i| list.buffer_mut(i)) {
                *value = std::mem::take(&mut buffer.elements);
            }
        }
    }
}
