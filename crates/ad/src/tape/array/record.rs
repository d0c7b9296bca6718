//! The recording of a primitive applied to tensors.

use super::nodes::{FEW, Storage, collected, replace};
use super::tape::ArrayTape;
use super::tensor::Tensor;
use crate::element::Element;
use crate::node_id::NodeId;
use crate::primitive::{Primitive, View};
use crate::tape::mixed::mixed_tapes;
use std::panic::Location;

impl<T: Element> Tensor<'_, T> {
    /// Applies any primitive, also a user-defined one, to this array as the first operand and
    /// `others` as the next ones.
    ///
    /// # Panics
    /// If the primitive does not accept the shapes, or the operands are recorded on different tapes.
    #[track_caller]
    pub fn apply(self, others: &[Self], primitive: impl Primitive<T> + Clone) -> Self {
        let again = primitive.clone();
        self.apply_with(others, || primitive, |kept| *kept = again)
    }

    /// Same as [`apply`](Self::apply), for a primitive that owns buffers.
    ///
    /// The tape uses the primitive of an earlier recording again if its type is `P`, and calls
    /// `new` otherwise; `configure` then sets its parameters in both cases.
    #[track_caller]
    pub fn apply_with<P: Primitive<T>>(
        self,
        others: &[Self],
        new: impl FnOnce() -> P,
        configure: impl FnOnce(&mut P),
    ) -> Self {
        if let Some(other) = others.iter().find(|other| !std::ptr::eq(self.tape, other.tape)) {
            mixed_tapes(new().name(), self.tape.made_at, other.tape.made_at);
        }
        let parents = (0..others.len() + 1).map(|i| if i == 0 { self.node } else { others[i - 1].node });
        self.tape.record(parents, new, configure)
    }
}

impl<T: Element> ArrayTape<T> {
    #[inline(always)]
    #[track_caller]
    fn record<P: Primitive<T>>(
        &self,
        parents: impl ExactSizeIterator<Item = NodeId>,
        new: impl FnOnce() -> P,
        configure: impl FnOnce(&mut P),
    ) -> Tensor<'_, T> {
        let mut list = self.list.borrow_mut();
        let (before, id, node) = list.next_operation();
        let (mut few, mut many) = ([NodeId::NONE; FEW], Vec::new());
        replace(&mut node.parents, collected(&mut few, &mut many, parents));
        let (mut few, mut many) = ([View { shape: &[], data: &[] }; FEW], Vec::new());
        let xs = collected(&mut few, &mut many, node.parents.iter().map(|&p| before.view(p)));
        node.active = node.parents.iter().any(|&p| before.node(p).active);
        node.storage = Storage::Own;
        let reusable = node.primitive.as_mut().is_some_and(|kept| (**kept).as_any().is::<P>());
        if !reusable {
            node.primitive = Some(Box::new(new()));
        }
        let primitive = node.primitive.as_mut().expect("set above");
        let primitive = (**primitive).as_any().downcast_mut::<P>().expect("its type was compared above");
        configure(primitive);
        let (mut few, mut many) = ([&[][..]; FEW], Vec::new());
        let shapes = collected(&mut few, &mut many, xs.iter().map(|x| x.shape));
        node.shape = match primitive.shape(shapes) {
            Ok(shape) => shape,
            Err(requirement) => wrong_shapes(&*primitive, shapes, requirement),
        };
        node.buffer.resize(node.shape.iter().product(), T::constant(0.0));
        primitive.primal(xs, &mut node.buffer);
        node.site = Location::caller();
        let y = View { shape: &node.shape, data: &node.buffer };
        self.observe(|observer| observer.on_operation(primitive, xs, y, node.site));
        Tensor::new(self, id)
    }
}

#[cold]
#[track_caller]
fn wrong_shapes<T: Element>(primitive: &impl Primitive<T>, operands: &[&[usize]], requirement: &str) -> ! {
    let shapes: Vec<String> = operands.iter().map(|shape| format!("{shape:?}")).collect();
    let (name, shapes) = (primitive.name(), shapes.join(", "));
    panic!("{name}: the operands have the shapes {shapes}, but it needs {requirement} ({primitive:?})");
}
