//! The reverse sweep over an array tape, and the derivatives it leaves.

use super::array::ArrayTape;
use super::list::{FEW, List, Nodes, listed};
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
        let Buffer { elements, taken, .. } = &self.buffers[self.places[index]];
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
enum Lent<'l, T> {
    /// To look at.
    ToRead(&'l List<T>),
    /// To use their values' memory too: nobody reads them afterwards.
    ToUse(&'l mut List<T>),
}

impl<T: Element> Lent<'_, T> {
    fn list(&self) -> &List<T> {
        match self {
            Self::ToRead(list) => list,
            Self::ToUse(list) => list,
        }
    }
}

impl<T: Element> Sweep<T> {
    /// The memory of the value of node `i` is free from now on, if it was lent for that.
    fn take_over(&mut self, list: &mut Lent<'_, T>, i: usize) {
        let Lent::ToUse(list) = list else { return };
        let Some(elements) = list.buffer_mut(i).map(std::mem::take) else { return };
        // In the same place as in the last sweep, so that the same sweep again finds everything where it was.
        match self.buffers.iter_mut().find(|buffer| buffer.lender == Some(i)) {
            Some(buffer) => buffer.elements = elements,
            None => self.buffers.push(Buffer { elements, taken: None, lender: Some(i) }),
        }
    }

    /// Gives all memory back that was lent.
    fn give_back(&mut self, list: &mut Lent<'_, T>) {
        let Lent::ToUse(list) = list else { return };
        for buffer in self.buffers.iter_mut().filter(|buffer| !buffer.elements.is_empty()) {
            if let Some(value) = buffer.lender.and_then(|i| list.buffer_mut(i)) {
                *value = std::mem::take(&mut buffer.elements);
            }
        }
    }
}

impl<T: Element> ArrayTape<T> {
    /// The reverse sweep from `output`, whose cotangent is `seed`. Adjoints of shared variables go to `flat`, if given; then
    /// no other is kept once it is pulled back.
    #[track_caller]
    pub(super) fn sweep(&self, output: u32, seed: &[T], flat: Option<&mut [T]>) -> Sweep<T> {
        pull_back(Lent::ToRead(&self.list.borrow()), self, output, seed, flat)
    }

    /// As [`gradient_into`](Tensor::gradient_into) of the node with this [number](Tensor::number), and then [`clear`](Self::clear). The
    /// values are not needed any more, so that adjoints may take their places: it takes less memory.
    ///
    /// ```
    /// use ndarray::array;
    /// use std::sync::Arc;
    /// use wengert_ad::ArrayTape;
    ///
    /// let (mut tape, weights) = (ArrayTape::<f64>::new(), Arc::new(vec![0.5, 0.25]));
    /// let weight = tape.shared(&weights, 0..2, &[2, 1], true);
    /// let total = tape.constant(&array![[1.0, 2.0], [3.0, 4.0]]).matmul(weight).sum().number();
    /// let mut gradient = [0.0; 2];
    /// tape.finish(total, 1.0, &mut gradient);
    /// assert_eq!(gradient, [4.0, 6.0]);
    /// ```
    ///
    /// # Panics
    /// As [`nth`](Self::nth) and [`gradient_into`](Tensor::gradient_into).
    #[track_caller]
    pub fn finish(&mut self, number: usize, factor: T, flat: &mut [T]) {
        let output = self.nth(number);
        output.expect_one_number("finish");
        if self.observer.borrow().is_some() {
            output.gradient_into(factor, flat);
        } else {
            let list = &mut *self.list.borrow_mut();
            let sweep = pull_back(Lent::ToUse(list), self, output.node, &[factor], Some(flat));
            self.sweeps.replace(sweep);
        }
        self.clear();
    }
}

/// The reverse sweep over the recorded nodes of a tape: see [`ArrayTape::sweep`].
#[track_caller]
fn pull_back<T: Element>(
    mut list: Lent<'_, T>,
    tape: &ArrayTape<T>,
    output: u32,
    seed: &[T],
    mut flat: Option<&mut [T]>,
) -> Sweep<T> {
    assert!(!list.list().infers(), "a tape for inference keeps nothing to sweep; record on ArrayTape::new()");
    let (nodes, mut sweep) = (list.list().active(), tape.sweeps.take());
    sweep.begin(nodes, output);
    sweep.slot(output, nodes, true, &mut flat).copy_from_slice(seed);
    for i in (0..=output as usize).rev() {
        let nodes = list.list().active();
        let Some(primitive) = nodes.all()[i].primitive.as_ref().filter(|_| sweep.arrived[i]) else {
            continue;
        };
        let place = sweep.places[i];
        let (y, mut buffer) = (nodes.view(i as u32), std::mem::take(&mut sweep.buffers[place].elements));
        let length = y.data.len();
        let y_bar = &mut buffer[..length];
        let mut kept = None;
        if primitive.shares() {
            if flat.is_none() {
                kept = Some(y_bar.to_vec());
            }
            primitive.share(y, y_bar);
            sweep.take_over(&mut list, i);
        }
        // Looked up again: the value may have been given away in between.
        let nodes = list.list().active();
        let node = &nodes.all()[i];
        let Some(primitive) = &node.primitive else { unreachable!("its primitive was seen above") };
        let (mut few, mut many) = ([View { shape: &[], data: &[] }; FEW], Vec::new());
        let xs = listed(&mut few, &mut many, node.parents.iter().map(|&p| nodes.view(p)));
        let recorded = Recorded { xs, y: nodes.view(i as u32), y_bar };
        primitive.begin(recorded, &|wrt| sweep.sum_so_far(node.parents[wrt], nodes, flat.as_deref()));
        for (wrt, &p) in node.parents.iter().enumerate().filter(|&(_, &p)| nodes.node(p).active) {
            let first = !std::mem::replace(&mut sweep.arrived[p as usize], true);
            let slot = sweep.slot(p, nodes, first, &mut flat);
            primitive.vjp(wrt, recorded, Adjoint::new(slot, first));
            tape.observe(|observer| {
                let slot = sweep.slot(p, nodes, false, &mut flat);
                observer.pulled_back(&**primitive, wrt, recorded, slot, node.site);
            });
        }
        let Buffer { elements, taken, .. } = &mut sweep.buffers[place];
        (*elements, *taken) = (kept.unwrap_or(buffer), flat.is_none().then_some(length));
    }
    if let Some(flat) = flat {
        let nodes = list.list().active().all().iter().enumerate();
        let rest = nodes.filter(|&(i, _)| !sweep.arrived.get(i).is_some_and(|&a| a));
        for range in rest.filter_map(|(_, node)| node.gradient_range()) {
            flat[range.clone()].fill(T::constant(0.0));
        }
    }
    sweep.give_back(&mut list);
    sweep
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
