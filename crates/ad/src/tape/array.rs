//! Array reverse mode: a list of primitives on arrays, with every buffer reused.

use super::list::{FEW, List, Place, listed, replace};
use super::observer::Observer;
use super::sweep::Sweep;
use super::tensor::Tensor;
use crate::kernels::Element;
use crate::primitive::{Primitive, View};
use ndarray::{ArrayBase, Data, Dimension};
use std::cell::{Ref, RefCell};
use std::ops::Range;
use std::panic::Location;
use std::sync::Arc;

/// A list of array operations, each with its primitive, its parents and its value.
///
/// [`clear`](Self::clear) forgets the operations and keeps their buffers, so that the same sequence of operations,
/// recorded again, allocates nothing.
///
/// ```
/// use ndarray::array;
/// use wengert_ad::{ArrayTape, Elementary};
///
/// let tape = ArrayTape::<f64>::new();
/// let (x, w) = (tape.constant(&array![[1.0, 2.0]]), tape.var(&array![[0.5], [0.25]]));
/// let y = x.matmul(w).square().sum();
/// assert_eq!(y.gradient().wrt(w), array![[2.0], [4.0]].into_dyn());
/// ```
#[derive(Debug)]
pub struct ArrayTape<T = f32> {
    pub(super) list: RefCell<List<T>>,
    pub(super) sweeps: RefCell<Sweep<T>>,
    /// Sees every operation, if there is one.
    pub(super) observer: RefCell<Option<Box<dyn Observer<T>>>>,
    pub(super) made_at: &'static Location<'static>,
}

impl<T: Element> Default for ArrayTape<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Element> ArrayTape<T> {
    /// An empty tape.
    #[track_caller]
    pub fn new() -> Self {
        Self::of(false)
    }

    /// An empty tape for inference: what [`Tensor::through`] is done with is forgotten, and its memory used again. Asking for a derivative
    /// panics.
    #[track_caller]
    pub fn for_inference() -> Self {
        Self::of(true)
    }

    #[track_caller]
    fn of(infers: bool) -> Self {
        let list = RefCell::new(List::new(infers));
        Self { list, sweeps: RefCell::default(), observer: RefCell::new(None), made_at: Location::caller() }
    }

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

    /// The node recorded as number `index`, counted from 0.
    ///
    /// # Panics
    /// If fewer are recorded.
    #[track_caller]
    pub fn nth(&self, index: usize) -> Tensor<'_, T> {
        let recorded = self.len();
        assert!(index < recorded, "nth: node {index} of a tape with {recorded}");
        Tensor::new(self, index as u32)
    }

    /// Forgets all operations and keeps their buffers.
    pub fn clear(&mut self) {
        self.list.get_mut().clear();
    }

    /// The number of recorded nodes.
    pub fn len(&self) -> usize {
        self.list.borrow().active().all().len()
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of nodes so far, of a tape for inference.
    pub(super) fn end_of_inference(&self) -> Option<usize> {
        self.list.borrow().end_of_inference()
    }

    /// Forgets the nodes from `first` on, but for `kept`.
    pub(super) fn forget(&self, first: usize, kept: u32) {
        self.list.borrow_mut().forget(first, kept);
    }

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

    /// The handle on a new leaf, which the observer has been shown.
    fn show_placed(&self, list: &List<T>, index: u32) -> Tensor<'_, T> {
        self.observe(|observer| observer.placed(list.view(index), list.active().node(index).site));
        Tensor::new(self, index)
    }

    /// Shows something to the observer, if there is one.
    pub(super) fn observe(&self, show: impl FnOnce(&mut dyn Observer<T>)) {
        if let Some(observer) = &mut *self.observer.borrow_mut() {
            show(&mut **observer);
        }
    }
}

#[track_caller]
fn expect_fitting(method: &str, shape: &[usize], range: Range<usize>, all: usize) {
    let elements: usize = shape.iter().product();
    let fits = elements == range.len() && range.start <= range.end && range.end <= all;
    assert!(fits, "{method}: shape {shape:?} does not fit the range {range:?} of {all} elements");
}

#[cold]
#[track_caller]
fn wrong_shapes<T: Element>(primitive: &impl Primitive<T>, operands: &[&[usize]], needed: &str) -> ! {
    let shapes: Vec<String> = operands.iter().map(|shape| format!("{shape:?}")).collect();
    let (name, shapes) = (primitive.name(), shapes.join(", "));
    panic!("{name}: the operands have the shapes {shapes}, but it needs {needed} ({primitive:?})");
}

/// A borrowed look at the elements of a recorded array.
pub(super) fn elements<T: Element>(tape: &ArrayTape<T>, node: u32) -> Ref<'_, [T]> {
    Ref::map(tape.list.borrow(), |list| list.view(node).data)
}
