//! The variables and constants of an array tape.

use super::nodes::{NodeList, Storage};
use super::tape::ArrayTape;
use super::tensor::Tensor;
use crate::element::Element;
use crate::node_id::NodeId;
use ndarray::{ArrayBase, Data, Dimension};
use std::ops::Range;
use std::sync::Arc;

impl<T: Element> ArrayTape<T> {
    /// A new independent variable with a copy of `value`.
    #[track_caller]
    pub fn var<S: Data<Elem = T>, D: Dimension>(&self, value: &ArrayBase<S, D>) -> Tensor<'_, T> {
        self.input(value, true)
    }

    /// A constant with a copy of `value`: no derivative with respect to it is computed.
    #[track_caller]
    pub fn constant<S: Data<Elem = T>, D: Dimension>(&self, value: &ArrayBase<S, D>) -> Tensor<'_, T> {
        self.input(value, false)
    }

    #[track_caller]
    fn input<S: Data<Elem = T>, D: Dimension>(&self, value: &ArrayBase<S, D>, active: bool) -> Tensor<'_, T> {
        self.extended_input(value.shape(), active, |buffer| match value.as_slice() {
            Some(elements) => buffer.extend_from_slice(elements),
            None => buffer.extend(value.iter().copied()),
        })
    }

    /// A constant whose elements, in row-major order, `write` appends to an empty buffer: a
    /// mini-batch that is gathered in place, for example.
    ///
    /// # Panics
    /// If `write` appends another number of elements than `shape` has.
    #[track_caller]
    pub fn constant_from(&self, shape: &[usize], write: impl FnOnce(&mut Vec<T>)) -> Tensor<'_, T> {
        self.extended_input(shape, false, write)
    }

    /// A constant whose elements, in row-major order, `fill` sets. It must set all of them: the
    /// slice holds arbitrary numbers at first.
    #[track_caller]
    pub fn constant_filled_by(&self, shape: &[usize], fill: impl FnOnce(&mut [T])) -> Tensor<'_, T> {
        let elements = shape.iter().product();
        self.written_input(shape, false, |buffer| {
            buffer.resize(elements, T::constant(0.0));
            fill(buffer);
        })
    }

    #[track_caller]
    fn extended_input(
        &self,
        shape: &[usize],
        active: bool,
        write: impl FnOnce(&mut Vec<T>),
    ) -> Tensor<'_, T> {
        self.written_input(shape, active, |buffer| {
            buffer.clear();
            write(buffer);
        })
    }

    /// An input whose buffer, with arbitrary contents at first, is set by `write`.
    #[track_caller]
    fn written_input(&self, shape: &[usize], active: bool, write: impl FnOnce(&mut Vec<T>)) -> Tensor<'_, T> {
        let mut list = self.list.borrow_mut();
        let (id, node) = list.next_input(shape, active);
        write(&mut node.buffer);
        let (want, have) = (shape.iter().product::<usize>(), node.buffer.len());
        assert!(have == want, "constant: shape {shape:?} has {want} elements, but {have} were written");
        self.observed_input(&list, id)
    }

    /// A variable whose value is the part `range` of a shared flat buffer and is not copied; a
    /// constant if `active` is false.
    ///
    /// A sweep [into a flat gradient](Tensor::gradient_into) writes the derivative with respect to
    /// the variable to the same range of that gradient. Variables may come from several buffers, as those
    /// of two models; then each has [a gradient of its own](Tensor::gradients_into). Clearing the tape
    /// drops its share of the buffers.
    ///
    /// # Panics
    /// If `range` does not have the number of elements of `shape` or does not lie in `flat`; if
    /// a part of the range is shared on this tape already, since two derivatives would be written to one
    /// place.
    #[track_caller]
    pub fn shared_var(
        &self,
        flat: &Arc<Vec<T>>,
        range: Range<usize>,
        shape: &[usize],
        active: bool,
    ) -> Tensor<'_, T> {
        assert_fitting("shared_var", shape, range.clone(), flat.len());
        let mut list = self.list.borrow_mut();
        let buffer = list.share(flat, &range, active);
        let (id, node) = list.next_input(shape, active);
        node.storage = Storage::Shared(buffer, range);
        self.observed_input(&list, id)
    }

    /// A constant whose value is the part `range` of a shared buffer and is not copied: a large
    /// table, or rows of a data set.
    ///
    /// Clearing the tape drops its share of the buffer.
    ///
    /// # Panics
    /// If `range` does not have the number of elements of `shape` or does not lie in `buffer`.
    #[track_caller]
    pub fn shared_constant(
        &self,
        buffer: &Arc<Vec<T>>,
        range: Range<usize>,
        shape: &[usize],
    ) -> Tensor<'_, T> {
        assert_fitting("shared_constant", shape, range.clone(), buffer.len());
        let mut list = self.list.borrow_mut();
        let (id, node) = list.next_input(shape, false);
        node.storage = Storage::Table(Arc::clone(buffer), range);
        self.observed_input(&list, id)
    }

    /// Calls the observer with a new input.
    fn observed_input(&self, list: &NodeList<T>, id: NodeId) -> Tensor<'_, T> {
        self.observe(|observer| observer.on_input(list.view(id), list.recorded().node(id).site));
        Tensor::new(self, id)
    }
}

#[track_caller]
fn assert_fitting(method: &str, shape: &[usize], range: Range<usize>, all: usize) {
    let elements: usize = shape.iter().product();
    let fits = elements == range.len() && range.start <= range.end && range.end <= all;
    assert!(fits, "{method}: shape {shape:?} does not fit the range {range:?} of {all} elements");
}
