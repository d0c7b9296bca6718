//! The recording of a primitive applied to tensors.

use super::nodes::{AnyPrimitive, FEW, Storage, collected, replace};
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
        let mut once = Some((new, configure));
        self.record(others, &mut |slot| {
            let (new, configure) = once.take().expect("a recording prepares its primitive once");
            let kept = slot.as_mut().and_then(|kept| (**kept).as_any().downcast_mut());
            match kept {
                Some(primitive) => configure(primitive),
                None => {
                    let mut primitive = new();
                    configure(&mut primitive);
                    *slot = Some(Box::new(primitive));
                }
            }
        })
    }

    /// Records the primitive that `prepare` leaves in its slot. `prepare` may find the primitive of an
    /// earlier recording there.
    // Does not depend on the type of the primitive, so that each further primitive adds little code.
    #[inline(never)]
    #[track_caller]
    fn record(self, others: &[Self], prepare: &mut Prepare<'_, T>) -> Self {
        if let Some(other) = others.iter().find(|other| !std::ptr::eq(self.tape, other.tape)) {
            let mut slot = None;
            prepare(&mut slot);
            let name = slot.as_ref().expect("prepared").name();
            mixed_tapes(name, self.tape.made_at, other.tape.made_at);
        }
        let mut list = self.tape.list.borrow_mut();
        let (before, id, node) = list.next_operation();
        let (mut few, mut many) = ([NodeId::NONE; FEW], Vec::new());
        let parents = (0..others.len() + 1).map(|i| if i == 0 { self.node } else { others[i - 1].node });
        replace(&mut node.parents, collected(&mut few, &mut many, parents));
        let (mut few, mut many) = ([View { shape: &[], data: &[] }; FEW], Vec::new());
        let xs = collected(&mut few, &mut many, node.parents.iter().map(|&p| before.view(p)));
        node.active = node.parents.iter().any(|&p| before.node(p).active);
        node.storage = Storage::Own;
        prepare(&mut node.primitive);
        let primitive = &mut **node.primitive.as_mut().expect("prepared");
        let (mut few, mut many) = ([&[][..]; FEW], Vec::new());
        let shapes = collected(&mut few, &mut many, xs.iter().map(|x| x.shape));
        node.shape = match primitive.shape(shapes) {
            Ok(shape) => shape,
            Err(requirement) => wrong_shapes(primitive, shapes, requirement),
        };
        node.buffer.resize(node.shape.iter().product(), T::constant(0.0));
        primitive.primal(xs, &mut node.buffer);
        node.site = Location::caller();
        let y = View { shape: &node.shape, data: &node.buffer };
        self.tape.observe(|observer| observer.on_operation(primitive, xs, y, node.site));
        Tensor::new(self.tape, id)
    }
}

/// Puts a primitive into its slot.
type Prepare<'a, T> = dyn FnMut(&mut Option<Box<dyn AnyPrimitive<T>>>) + 'a;

#[cold]
#[track_caller]
fn wrong_shapes<T: Element>(primitive: &dyn AnyPrimitive<T>, operands: &[&[usize]], requirement: &str) -> ! {
    let shapes: Vec<String> = operands.iter().map(|shape| format!("{shape:?}")).collect();
    let (name, shapes) = (primitive.name(), shapes.join(", "));
    panic!("{name}: the operands have the shapes {shapes}, but it needs {requirement} ({primitive:?})");
}
