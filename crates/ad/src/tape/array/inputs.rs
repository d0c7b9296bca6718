//! The variables and constants of an array tape.

use super::nodes::{List, Place};
use super::tape::ArrayTape;
use super::tensor::Tensor;
use crate::kernels::Element;
use ndarray::{ArrayBase, Data, Dimension};
use std::ops::Range;
use std::sync::Arc;

impl<T: Element> ArrayTape<T> {
    /// A new independent variable with a copy of `value`.
    #[track_caller]
    pub fn var<S: Data<Elem = T>, D: Dimension>(&self, value: &ArrayBase<S, D>) -> Tensor<'_, T> {
        self.leaf(value, true)
    }

    /// A copy of `value` by which no derivative will be asked for; none is computed.
    #[track_caller]
    pub fn constant<S: Data<Elem = T>, D: Dimension>(&self, value: &ArrayBase<S, D>) -> Tensor<'_, T> {
        self.leaf(value, false)
    }

    #[track_caller]
    fn leaf<S: Data<Elem = T>, D: Dimension>(&self, value: &ArrayBase<S, D>, active: bool) -> Tensor<'_, T> {
        self.filled(value.shape(), active, |buffer| match value.as_slice() {
            Some(elements) => buffer.extend_from_slice(elements),
            None => buffer.extend(value.iter().copied()),
        })
    }

    /// A constant whose elements `write` appends, row-major, to an empty buffer: a mini-batch, gathered in place.
    ///
    /// # Panics
    /// If `write` leaves another number of elements than `shape` holds.
    #[track_caller]
    pub fn constant_from(&self, shape: &[usize], write: impl FnOnce(&mut Vec<T>)) -> Tensor<'_, T> {
        self.filled(shape, false, write)
    }

    /// A constant whose elements, row-major, `write` sets, all of them: what it finds there is of no meaning.
    #[track_caller]
    pub fn constant_over(&self, shape: &[usize], write: impl FnOnce(&mut [T])) -> Tensor<'_, T> {
        let elements = shape.iter().product();
        self.placed(shape, false, |buffer| {
            buffer.resize(elements, T::constant(0.0));
            write(buffer);
        })
    }

    #[track_caller]
    fn filled(&self, shape: &[usize], active: bool, write: impl FnOnce(&mut Vec<T>)) -> Tensor<'_, T> {
        self.placed(shape, active, |buffer| {
            buffer.clear();
            write(buffer);
        })
    }

    /// A leaf whose buffer, which may hold anything, `write` fills.
    #[track_caller]
    fn placed(&self, shape: &[usize], active: bool, write: impl FnOnce(&mut Vec<T>)) -> Tensor<'_, T> {
        let mut list = self.list.borrow_mut();
        let (index, node) = list.next_leaf(shape, active);
        write(&mut node.buffer);
        let (want, have) = (shape.iter().product::<usize>(), node.buffer.len());
        assert!(have == want, "constant: shape {shape:?} holds {want} elements, but {have} were written");
        self.show_placed(&list, index)
    }

    /// A variable whose value stands in `range` of a shared flat buffer and is not copied.
    ///
    /// A sweep [into a flat gradient](Tensor::gradient_into) writes its derivative to the same range there. Clearing
    /// the tape gives the share back.
    ///
    /// # Panics
    /// If `range` does not hold the elements of `shape` or does not lie in `flat`; if another buffer, or a part of the
    /// range, is shared on this tape already, since two derivatives would meet in one place.
    #[track_caller]
    pub fn shared(
        &self,
        flat: &Arc<Vec<T>>,
        range: Range<usize>,
        shape: &[usize],
        active: bool,
    ) -> Tensor<'_, T> {
        expect_fitting("shared", shape, range.clone(), flat.len());
        let mut list = self.list.borrow_mut();
        list.share(flat, &range);
        let (index, node) = list.next_leaf(shape, active);
        node.place = Place::Flat(range);
        self.show_placed(&list, index)
    }

    /// A constant whose value stands in `range` of a shared buffer and is not copied: a large table, rows of a data set.
    ///
    /// Clearing the tape gives the share back.
    ///
    /// # Panics
    /// If `range` does not hold the elements of `shape` or does not lie in `buffer`.
    #[track_caller]
    pub fn shared_constant(
        &self,
        buffer: &Arc<Vec<T>>,
        range: Range<usize>,
        shape: &[usize],
    ) -> Tensor<'_, T> {
        expect_fitting("shared_constant", shape, range.clone(), buffer.len());
        let mut list = self.list.borrow_mut();
        let (index, node) = list.next_leaf(shape, false);
        node.place = Place::Table(Arc::clone(buffer), range);
        self.show_placed(&list, index)
    }

    /// The handle on a new leaf, which the observer has been shown.
    fn show_placed(&self, list: &List<T>, index: u32) -> Tensor<'_, T> {
        self.observe(|observer| observer.placed(list.view(index), list.active().node(index).site));
        Tensor::new(self, index)
    }
}

#[track_caller]
fn expect_fitting(method: &str, shape: &[usize], range: Range<usize>, all: usize) {
    let elements: usize = shape.iter().product();
    let fits = elements == range.len() && range.start <= range.end && range.end <= all;
    assert!(fits, "{method}: shape {shape:?} does not fit the range {range:?} of {all} elements");
}
