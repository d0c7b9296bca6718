//! The reverse sweep over an array tape.

use super::adjoints::{Adjoints, SweptNodes};
use super::nodes::{FEW, NodeList, Nodes, collected};
use super::tape::ArrayTape;
use crate::element::Element;
use crate::node_id::NodeId;
use crate::primitive::{Adjoint, PullbackStart, Recorded, View, is_zero};

/// The reverse sweep from `output` with the cotangent `seed`.
///
/// The adjoints of shared variables are written to `flat`, if it is given: one gradient per buffer. Then the
/// other adjoints are not kept after they are pulled back. With `only_highest`, the components of the numbers
/// in `flat` before their highest derivatives are arbitrary.
#[track_caller]
pub(super) fn sweep<T: Element>(
    tape: &ArrayTape<T>,
    output: NodeId,
    seed: &[T],
    flat: Option<&mut [&mut [T]]>,
    only_highest: bool,
) -> Adjoints<T> {
    pull_back(SweptNodes::Keep(&tape.list.borrow()), tape, output, seed, flat, only_highest)
}

/// Same as [`sweep`] with `flat`, where adjoints may use the memory of the nodes' values. The tape
/// must be cleared afterwards.
#[track_caller]
pub(super) fn consuming_sweep<T: Element>(
    tape: &ArrayTape<T>,
    output: NodeId,
    seed: &[T],
    flat: &mut [&mut [T]],
    only_highest: bool,
) -> Adjoints<T> {
    let nodes = SweptNodes::Consume(&mut tape.list.borrow_mut());
    pull_back(nodes, tape, output, seed, Some(flat), only_highest)
}

#[track_caller]
fn pull_back<T: Element>(
    mut nodes: SweptNodes<'_, T>,
    tape: &ArrayTape<T>,
    output: NodeId,
    seed: &[T],
    mut flat: Option<&mut [&mut [T]]>,
    only_highest: bool,
) -> Adjoints<T> {
    assert!(
        !nodes.list().is_for_inference(),
        "a tape for inference keeps no values for a sweep; record on ArrayTape::new()"
    );
    let mut adjoints = tape.adjoints.take();
    adjoints.start(nodes.list().recorded(), output);
    adjoints.only_highest = only_highest;
    if adjoints.arrived[output.index()] {
        adjoints.slot(output, nodes.list().recorded(), true, &mut flat).copy_from_slice(seed);
    }
    for i in (0..=output.index()).rev() {
        if adjoints.arrived[i] {
            pull_back_node(&mut nodes, tape, &mut adjoints, i, &mut flat);
        }
    }
    if let Some(flat) = flat {
        clear_unreached(nodes.list(), &adjoints, flat);
    }
    adjoints.return_memory(&mut nodes);
    adjoints
}

/// Pulls the adjoint of node `i` back to its parents, if it is an operation.
#[inline]
fn pull_back_node<T: Element>(
    swept: &mut SweptNodes<'_, T>,
    tape: &ArrayTape<T>,
    adjoints: &mut Adjoints<T>,
    i: usize,
    flat: &mut Option<&mut [&mut [T]]>,
) {
    let nodes = swept.list().recorded();
    let node = &nodes.all()[i];
    let Some(primitive) = &node.primitive else { return };
    let buffer_index = adjoints.buffer_of[i];
    let mut buffer = adjoints.take_memory(buffer_index);
    let y = nodes.view(NodeId::new(i));
    let length = y.data.len();
    let (mut few, mut many) = ([View { shape: &[], data: &[] }; FEW], Vec::new());
    let xs = collected(&mut few, &mut many, node.parents.iter().map(|&p| nodes.view(p)));
    let sum_of = |operand: usize| adjoints.sum_so_far(node.parents[operand], nodes, flat.as_deref());
    let mut start = PullbackStart::new(xs, y, &mut buffer[..length], &sum_of);
    if flat.is_none() {
        start.keep_original();
    }
    let zero = is_zero(start.recorded().y_bar);
    if !zero {
        primitive.start_pullback(&mut start);
    }
    let (replaced, original) = start.finish();
    if replaced {
        adjoints.borrow_memory(swept, i);
        // Looked up again: the memory of the value may have been taken.
        let nodes = swept.list().recorded();
        let (mut few, mut many) = ([View { shape: &[], data: &[] }; FEW], Vec::new());
        let xs = collected(&mut few, &mut many, nodes.all()[i].parents.iter().map(|&p| nodes.view(p)));
        let recorded = Recorded { xs, y: nodes.view(NodeId::new(i)), y_bar: &buffer[..length] };
        pull_back_to_parents(nodes, (i, zero), recorded, tape, adjoints, flat);
    } else {
        let recorded = Recorded { xs, y, y_bar: &buffer[..length] };
        pull_back_to_parents(nodes, (i, zero), recorded, tape, adjoints, flat);
    }
    adjoints.give_back(buffer_index, original.unwrap_or(buffer), flat.is_none());
}

/// Adds the cotangents of the operands of operation `i` to the adjoints of its parents. If its own cotangent
/// is `zero` everywhere, it contributes nothing, even if a derivative is infinite or NaN.
fn pull_back_to_parents<T: Element>(
    nodes: Nodes<'_, T>,
    (i, zero): (usize, bool),
    recorded: Recorded<'_, T>,
    tape: &ArrayTape<T>,
    adjoints: &mut Adjoints<T>,
    flat: &mut Option<&mut [&mut [T]]>,
) {
    let node = &nodes.all()[i];
    let Some(primitive) = &node.primitive else { unreachable!("only operations are pulled back") };
    for (wrt, &p) in node.parents.iter().enumerate().filter(|&(_, &p)| nodes.node(p).active) {
        let first = !std::mem::replace(&mut adjoints.arrived[p.index()], true);
        let only_highest = adjoints.only_highest && nodes.node(p).shared_range().is_some();
        let slot = adjoints.slot(p, nodes, first, flat);
        let x_bar = Adjoint::new(slot, first).of_highest(only_highest);
        if zero {
            x_bar.add_nothing();
        } else {
            primitive.vjp(wrt, recorded, x_bar);
        }
        tape.observe(|observer| {
            let slot = adjoints.slot(p, nodes, false, flat);
            observer.on_pullback(&**primitive, wrt, recorded, slot, node.site);
        });
    }
}

/// Sets the derivatives with respect to the shared variables at which no cotangent arrived to 0.
fn clear_unreached<T: Element>(nodes: &NodeList<T>, adjoints: &Adjoints<T>, flat: &mut [&mut [T]]) {
    for (i, node) in nodes.recorded().all().iter().enumerate() {
        let unreached = node.shared_range().filter(|_| !adjoints.arrived.get(i).is_some_and(|&a| a));
        // A buffer of constants may have no gradient; the lengths of the others were compared before.
        let slots = unreached.and_then(|(buffer, range)| flat[buffer].get_mut(range.clone()));
        if let Some(slots) = slots {
            slots.fill(T::constant(0.0));
        }
    }
}
