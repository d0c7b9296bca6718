//! The reverse sweep over an array tape, and the derivatives it leaves.

use super::array::{ArrayTape, FEW, Nodes, listed};
use super::tensor::Tensor;
use crate::kernels::Element;
use crate::primitive::{Adjoint, Recorded, View};
use ndarray::{ArrayD, IxDyn};

/// The adjoints of one reverse sweep.
#[derive(Debug)]
pub(super) struct Sweep<T> {
    buffers: Vec<Buffer<T>>,
    /// For each node the buffer that its adjoint stands in, or stood in when it last had one.
    places: Vec<usize>,
    /// Whether a cotangent arrived at the node.
    arrived: Vec<bool>,
}

#[derive(Debug)]
struct Buffer<T> {
    /// As many as the longest adjoint that stood in it.
    elements: Vec<T>,
    /// How many of them are those of an adjoint, if one stands in it.
    taken: Option<usize>,
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
    fn begin(&mut self, nodes: Nodes<'_, T>, output: u32) {
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
    fn adjoint(&self, index: usize) -> &[T] {
        let Buffer { elements, taken } = &self.buffers[self.places[index]];
        &elements[..taken.unwrap_or(0)]
    }

    /// What the adjoint of a node holds so far: nothing of a node that nothing arrived at, `None` of a constant.
    fn sum_so_far<'s>(&'s self, index: u32, nodes: Nodes<'_, T>, flat: Option<&'s [T]>) -> Option<&'s [T]> {
        let (i, node) = (index as usize, nodes.node(index));
        let sum = match (flat, node.gradient_range()) {
            _ if !self.arrived[i] => &[],
            (Some(flat), Some(range)) => &flat[range.clone()],
            _ => self.adjoint(i),
        };
        node.active.then_some(sum)
    }

    /// Where the adjoint of a node stands: of a shared variable in `flat`, if given. At the first time it holds anything.
    fn slot<'s>(
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
        let best = Some(self.places[i]).filter(free);
        let best = best.or_else(|| all().filter(|place| length_of(place) >= length).min_by_key(length_of));
        let best = best.or_else(|| all().max_by_key(length_of));
        let place = best.unwrap_or_else(|| {
            self.buffers.push(Buffer { elements: Vec::new(), taken: None });
            self.buffers.len() - 1
        });
        let Buffer { elements, taken } = &mut self.buffers[place];
        if elements.len() < length {
            // What it holds is not needed: a new one, not a copy.
            *elements = vec![T::constant(0.0); length];
        }
        *taken = Some(length);
        self.places[i] = place;
    }
}

impl<T: Element> ArrayTape<T> {
    /// The reverse sweep from `output`, whose cotangent is `seed`. Adjoints of shared variables go to `flat`, if given; then
    /// no other is kept once it is pulled back.
    #[track_caller]
    pub(super) fn sweep(&self, output: u32, seed: &[T], mut flat: Option<&mut [T]>) -> Sweep<T> {
        let list = self.list.borrow();
        assert!(!list.infers(), "a tape for inference keeps nothing to sweep; record on ArrayTape::new()");
        let nodes = list.active();
        let mut sweep = self.sweeps.take();
        sweep.begin(nodes, output);
        sweep.slot(output, nodes, true, &mut flat).copy_from_slice(seed);
        for (i, node) in nodes.all()[..=output as usize].iter().enumerate().rev() {
            let Some(primitive) = node.primitive.as_ref().filter(|_| sweep.arrived[i]) else { continue };
            let place = sweep.places[i];
            let (y, mut buffer) = (nodes.view(i as u32), std::mem::take(&mut sweep.buffers[place].elements));
            let y_bar = &mut buffer[..y.data.len()];
            let mut kept = None;
            if primitive.shares() {
                if flat.is_none() {
                    kept = Some(y_bar.to_vec());
                }
                primitive.share(y, y_bar);
            }
            let (mut few, mut many) = ([View { shape: &[], data: &[] }; FEW], Vec::new());
            let xs = listed(&mut few, &mut many, node.parents.iter().map(|&p| nodes.view(p)));
            let recorded = Recorded { xs, y, y_bar };
            primitive.begin(recorded, &|wrt| sweep.sum_so_far(node.parents[wrt], nodes, flat.as_deref()));
            for (wrt, &p) in node.parents.iter().enumerate().filter(|&(_, &p)| nodes.node(p).active) {
                let first = !std::mem::replace(&mut sweep.arrived[p as usize], true);
                let slot = sweep.slot(p, nodes, first, &mut flat);
                primitive.vjp(wrt, recorded, Adjoint::new(slot, first));
                self.observe(|observer| {
                    let slot = sweep.slot(p, nodes, false, &mut flat);
                    observer.pulled_back(&**primitive, wrt, recorded, slot, node.site);
                });
            }
            let taken = flat.is_none().then_some(y.data.len());
            sweep.buffers[place] = Buffer { elements: kept.unwrap_or(buffer), taken };
        }
        if let Some(flat) = flat {
            let rest =
                nodes.all().iter().enumerate().filter(|&(i, _)| !sweep.arrived.get(i).is_some_and(|&a| a));
            for range in rest.filter_map(|(_, node)| node.gradient_range()) {
                flat[range.clone()].fill(T::constant(0.0));
            }
        }
        sweep
    }
}

/// The derivatives of one output by every array recorded before it.
#[derive(Debug)]
pub struct ArrayGradient<'t, T: Element = f32> {
    tape: &'t ArrayTape<T>,
    sweep: Sweep<T>,
    output: u32,
}

impl<'t, T: Element> ArrayGradient<'t, T> {
    pub(super) fn new(tape: &'t ArrayTape<T>, sweep: Sweep<T>, output: u32) -> Self {
        Self { tape, sweep, output }
    }

    /// The derivative by `x`, of the shape of `x`; `None` where no path leads from `x` to the output, or `x` is a
    /// constant.
    pub fn get(&self, x: Tensor<'_, T>) -> Option<ArrayD<T>> {
        let i = x.node as usize;
        if !std::ptr::eq(self.tape, x.tape) || x.node > self.output || !self.sweep.arrived[i] {
            return None;
        }
        let elements = self.sweep.adjoint(i).to_vec();
        Some(ArrayD::from_shape_vec(IxDyn(&x.shape()), elements).expect("an adjoint has its node's shape"))
    }

    /// The derivative by `x`, of the shape of `x`.
    ///
    /// # Panics
    /// If no path leads from `x` to the output, or `x` is a constant. Use [`get`](Self::get) where that may happen.
    #[track_caller]
    pub fn wrt(&self, x: Tensor<'_, T>) -> ArrayD<T> {
        let Some(derivative) = self.get(x) else {
            panic!("gradient: the output does not depend on this variable, {x:?}")
        };
        derivative
    }
}

impl<T: Element> Drop for ArrayGradient<'_, T> {
    fn drop(&mut self) {
        self.tape.sweeps.replace(std::mem::take(&mut self.sweep));
    }
}
