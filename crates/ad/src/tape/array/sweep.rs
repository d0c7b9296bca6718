//! The reverse sweep over an array tape.

use super::adjoints::{Buffer, Lent, Sweep};
use super::nodes::{FEW, listed};
use super::tape::ArrayTape;
use crate::kernels::Element;
use crate::primitive::{Adjoint, Recorded, View};

impl<T: Element> ArrayTape<T> {
    /// The reverse sweep from `output`, whose cotangent is `seed`. Adjoints of shared variables go to `flat`, if given; then
    /// no other is kept once it is pulled back.
    #[track_caller]
    pub(super) fn sweep(&self, output: u32, seed: &[T], flat: Option<&mut [T]>) -> Sweep<T> {
        pull_back(Lent::ToRead(&self.list.borrow()), self, output, seed, flat)
    }
}

/// The reverse sweep over the recorded nodes of a tape: see [`ArrayTape::sweep`].
#[track_caller]
pub(super) fn pull_back<T: Element>(
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
