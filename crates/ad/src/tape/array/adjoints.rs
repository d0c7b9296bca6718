//! The adjoints of a reverse sweep over an array tape, and their memory.

use super::nodes::{List, Nodes};
use crate::kernels::Element;

/// The adjoints of one reverse sweep.
#[derive(Debug)]
pub(super) struct Sweep<T> {
    pub(super) buffers: Vec<Buffer<T>>,
    /// For each node the buffer that its adjoint stands in, or stood in when it last had one.
    pub(super) places: Vec<usize>,
    /// Whether a cotangent arrived at the node.
    pub(super) arrived: Vec<bool>,
}

#[derive(Debug)]
pub(super) struct Buffer<T> {
    /// As many as the longest adjoint that stood in it.
    pub(super) elements: Vec<T>,
    /// How many of them are those of an adjoint, if one stands in it.
    pub(super) taken: Option<usize>,
    /// The node whose value stood in it before, and to which it goes back after the sweep.
    lender: Option<usize>,
}

impl<T> Default for Sweep<T> {
    fn default() -> Self {
        Self { buffers: Vec::new(), places: Vec::new(), arrived: Vec::new() }
    }
}

/// The place of a node that never had an adjoint.
const NOWHERE: usize = usize::MAX;

impl<T: Element> Sweep<T> {
    /// Makes ready for a sweep from `output`, where a cotangent arrives unless no derivative can be asked for.
    pub(super) fn begin(&mut self, nodes: Nodes<'_, T>, output: u32) {
        let active = nodes.node(output).active;
        let (output, count) = (output as usize, output as usize + 1);
        self.buffers.iter_mut().for_each(|buffer| buffer.taken = None);
        if self.places.len() < count {
            self.places.resize(count, NOWHERE);
        }
        self.arrived.clear();
        self.arrived.resize(count, false);
        self.arrived[output] = active;
    }

    /// The adjoint of a node at which something arrived, unless that went to a flat gradient.
    pub(super) fn adjoint(&self, index: usize) -> &[T] {
        let Buffer { elements, taken, .. } = &self.buffers[self.places[index]];
        &elements[..taken.unwrap_or(0)]
    }

    /// What the adjoint of a node holds so far: nothing of a node that nothing arrived at, `None` of a constant.
    pub(super) fn sum_so_far<'s>(
        &'s self,
        index: u32,
        nodes: Nodes<'_, T>,
        flat: Option<&'s [T]>,
    ) -> Option<&'s [T]> {
        let (i, node) = (index as usize, nodes.node(index));
        let sum = match (flat, node.gradient_range()) {
            _ if !self.arrived[i] => &[],
            (Some(flat), Some(range)) => &flat[range.clone()],
            _ => self.adjoint(i),
        };
        node.active.then_some(sum)
    }

    /// Where the adjoint of a node stands: of a shared variable in `flat`, if given. At the first time it holds anything.
    pub(super) fn slot<'s>(
        &'s mut self,
        index: u32,
        nodes: Nodes<'_, T>,
        first: bool,
        flat: &'s mut Option<&mut [T]>,
    ) -> &'s mut [T] {
        match (flat, nodes.node(index).gradient_range()) {
            (Some(flat), Some(range)) => &mut flat[range.clone()],
            _ => {
                let i = index as usize;
                let length = nodes.view(index).data.len();
                if first {
                    self.place(i, length);
                }
                &mut self.buffers[self.places[i]].elements[..length]
            }
        }
    }

    /// Gives the node a free buffer of this length: that of the last sweep, so that the same sweep again allocates nothing; else
    /// the smallest that is long enough; else the longest, grown.
    fn place(&mut self, i: usize, length: usize) {
        let free = |place: &usize| self.buffers.get(*place).is_some_and(|buffer| buffer.taken.is_none());
        let length_of = |place: &usize| self.buffers[*place].elements.len();
        let all = || (0..self.buffers.len()).filter(free);
        let own = |place: &usize| self.buffers[*place].lender.is_none();
        let best = Some(self.places[i]).filter(free).filter(|place| own(place) || length_of(place) >= length);
        let best = best.or_else(|| all().filter(|place| length_of(place) >= length).min_by_key(length_of));
        let best = best.or_else(|| all().filter(own).max_by_key(length_of));
        let place = best.unwrap_or_else(|| {
            self.buffers.push(Buffer { elements: Vec::new(), taken: None, lender: None });
            self.buffers.len() - 1
        });
        let Buffer { elements, taken, .. } = &mut self.buffers[place];
        if elements.len() < length {
            // What it holds is not needed: a new one, not a copy.
            *elements = vec![T::constant(0.0); length];
        }
        *taken = Some(length);
        self.places[i] = place;
    }
}

/// The recorded nodes of a sweep.
pub(super) enum Lent<'l, T> {
    /// To look at.
    ToRead(&'l List<T>),
    /// To use their values' memory too: nobody reads them afterwards.
    ToUse(&'l mut List<T>),
}

impl<T: Element> Lent<'_, T> {
    pub(super) fn list(&self) -> &List<T> {
        match self {
            Self::ToRead(list) => list,
            Self::ToUse(list) => list,
        }
    }
}

impl<T: Element> Sweep<T> {
    /// The memory of the value of node `i` is free from now on, if it was lent for that.
    pub(super) fn take_over(&mut self, list: &mut Lent<'_, T>, i: usize) {
        let Lent::ToUse(list) = list else { return };
        let Some(elements) = list.buffer_mut(i).map(std::mem::take) else { return };
        // In the same place as in the last sweep, so that the same sweep again finds everything where it was.
        match self.buffers.iter_mut().find(|buffer| buffer.lender == Some(i)) {
            Some(buffer) => buffer.elements = elements,
            None => self.buffers.push(Buffer { elements, taken: None, lender: Some(i) }),
        }
    }

    /// Gives all memory back that was lent.
    pub(super) fn give_back(&mut self, list: &mut Lent<'_, T>) {
        let Lent::ToUse(list) = list else { return };
        for buffer in self.buffers.iter_mut().filter(|buffer| !buffer.elements.is_empty()) {
            if let Some(value) = buffer.lender.and_then(|i| list.buffer_mut(i)) {
                *value = std::mem::take(&mut buffer.elements);
            }
        }
    }
}
