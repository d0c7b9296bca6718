//! The array tape: a list of primitives on arrays, whose buffers are reused.

use super::adjoints::Adjoints;
use super::nodes::NodeList;
use super::observer::TapeObserver;
use crate::element::Element;
use std::any::Any;
use std::cell::{Ref, RefCell};
use std::panic::Location;

/// A list of array operations: the primitive, the parents and the value of each.
///
/// [`clear`](Self::clear) removes the operations and keeps their buffers, so that recording the
/// same sequence of operations again allocates nothing.
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
    pub(super) list: RefCell<NodeList<T>>,
    /// The adjoints of an earlier sweep, kept for their memory.
    pub(super) adjoints: RefCell<Adjoints<T>>,
    pub(super) observer: RefCell<Option<Box<dyn TapeObserver<T>>>>,
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
        Self::with_list(NodeList::new())
    }

    /// An empty tape for inference: [`Tensor::fold_layers`](super::Tensor::fold_layers) drops
    /// intermediate values and reuses their memory. A request for a derivative panics.
    #[track_caller]
    pub fn for_inference() -> Self {
        Self::with_list(NodeList::for_inference())
    }

    #[track_caller]
    fn with_list(list: NodeList<T>) -> Self {
        Self {
            list: RefCell::new(list),
            adjoints: RefCell::default(),
            observer: RefCell::new(None),
            made_at: Location::caller(),
        }
    }

    /// Removes all operations and keeps their buffers.
    pub fn clear(&mut self) {
        self.list.get_mut().clear();
    }

    /// The number of recorded nodes: variables, constants and operations.
    pub fn len(&self) -> usize {
        self.list.borrow().recorded().all().len()
    }

    /// Whether no node is recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Calls `observer` for every operation from now on, instead of an earlier observer.
    pub fn set_observer(&mut self, observer: impl TapeObserver<T>) {
        *self.observer.get_mut() = Some(Box::new(observer));
    }

    /// Removes the observer, if there is one.
    pub fn remove_observer(&mut self) {
        *self.observer.get_mut() = None;
    }

    /// The observer; `None` if there is none, or it has another type.
    pub fn observer<O: TapeObserver<T>>(&self) -> Option<Ref<'_, O>> {
        let downcast = |observer: &Option<Box<dyn TapeObserver<T>>>| {
            let any: &dyn Any = &**observer.as_ref()?;
            any.downcast_ref::<O>().map(std::ptr::from_ref)
        };
        downcast(&self.observer.borrow())?;
        Some(Ref::map(self.observer.borrow(), |observer| {
            let any: &dyn Any = &**observer.as_ref().expect("there was one above");
            any.downcast_ref::<O>().expect("its type was compared above")
        }))
    }

    /// Calls `notify` with the observer, if there is one.
    pub(super) fn observe(&self, notify: impl FnOnce(&mut dyn TapeObserver<T>)) {
        if let Some(observer) = &mut *self.observer.borrow_mut() {
            notify(&mut **observer);
        }
    }
}
