//! Recording: a primitive applied to tensors.

use super::nodes::{FEW, Place, listed, replace};
use super::tape::ArrayTape;
use super::tensor::Tensor;
use crate::kernels::Element;
use crate::primitive::{Primitive, View};
use crate::tape::mixed::mixed_tapes;
use std::panic::Location;

impl<T: Element> Tensor<'_, T> {
    /// Records any primitive, one of the user's own too, with this array as first operand and `others` after it.
    ///
    /// # Panics
    /// If the shapes are not what the primitive needs, or the operands live on different tapes.
    #[track_caller]
    pub fn apply(self, others: &[Self], primitive: impl Primitive<T> + Clone) -> Self {
        let again = primitive.clone();
        self.apply_with(others, || primitive, |kept| *kept = again)
    }

    /// As [`apply`](Self::apply), for a primitive that owns buffers: `new` makes one where none is left from an
    /// earlier recording on this tape; `configure` readies it, either way.
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
        self.tape.apply(parents, new, configure)
    }
}

impl<T: Element> ArrayTape<T> {
    /// Records a primitive: one left here by an earlier recording or a `new` one, made ready by `configure`.
    #[inline(always)]
    #[track_caller]
    pub(super) fn apply<P: Primitive<T>>(
        &self,
        parents: impl ExactSizeIterator<Item = u32>,
        new: impl FnOnce() -> P,
        configure: impl FnOnce(&mut P),
    ) -> Tensor<'_, T> {
        let mut list = self.list.borrow_mut();
        let (before, index, node) = list.next_operation();
        let (mut few, mut many) = ([0; FEW], Vec::new());
        replace(&mut node.parents, listed(&mut few, &mut many, parents));
        let (mut few, mut many) = ([View { shape: &[], data: &[] }; FEW], Vec::new());
        let xs = listed(&mut few, &mut many, node.parents.iter().map(|&p| before.view(p)));
        node.active = node.parents.iter().any(|&p| before.node(p).active);
        node.place = Place::Own;
        let kept = node.primitive.as_mut().is_some_and(|kept| (**kept).as_any().is::<P>());
        if !kept {
            node.primitive = Some(Box::new(new()));
        }
        let primitive = node.primitive.as_mut().expect("set above");
        let primitive = (**primitive).as_any().downcast_mut::<P>().expect("its type was compared above");
        configure(primitive);
        let (mut few, mut many) = ([&[][..]; FEW], Vec::new());
        let shapes = listed(&mut few, &mut many, xs.iter().map(|x| x.shape));
        node.shape = match primitive.shape(shapes) {
            Ok(shape) => shape,
            Err(needed) => wrong_shapes(&*primitive, shapes, needed),
        };
        node.buffer.resize(node.shape.iter().product(), T::constant(0.0));
        primitive.primal(xs, &mut node.buffer);
        node.site = Location::caller();
        let y = View { shape: &node.shape, data: &node.buffer };
        self.observe(|observer| observer.recorded(primitive, xs, y, node.site));
        Tensor::new(self, index)
    }
}

#[cold]
#[track_caller]
fn wrong_shapes<T: Element>(primitive: &impl Primitive<T>, operands: &[&[usize]], needed: &str) -> ! {
    let shapes: Vec<String> = operands.iter().map(|shape| format!("{shape:?}")).collect();
    let (name, shapes) = (primitive.name(), shapes.join(", "));
    panic!("{name}: the operands have the shapes {shapes}, but it needs {needed} ({primitive:?})");
}
