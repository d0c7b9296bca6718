//! Array reverse mode: a list of primitives on arrays, with every buffer reused.

use super::adjoints::Sweep;
use super::nodes::List;
use super::observer::Observer;
use crate::kernels::Element;
use std::any::Any;
use std::cell::{Ref, RefCell};
use std::panic::Location;

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

    /// Lets `observer` see every operation from now on, in the place of an earlier one.
    pub fn set_observer(&mut self, observer: impl Observer<T>) {
        *self.observer.get_mut() = Some(Box::new(observer));
    }

    /// The observer, if it is of this type.
    pub fn observer<O: Observer<T>>(&self) -> Option<Ref<'_, O>> {
        let as_it_is = |observer: &Option<Box<dyn Observer<T>>>| {
            let any: &dyn Any = &**observer.as_ref()?;
            any.downcast_ref::<O>().map(std::ptr::from_ref)
        };
        as_it_is(&self.observer.borrow())?;
        Some(Ref::map(self.observer.borrow(), |observer| {
            let any: &dyn Any = &**observer.as_ref().expect("looked at above");
            any.downcast_ref::<O>().expect("its type was compared above")
        }))
    }

    /// Shows something to the observer, if there is one.
    pub(super) fn observe(&self, show: impl FnOnce(&mut dyn Observer<T>)) {
        if let Some(observer) = &mut *self.observer.borrow_mut() {
            show(&mut **observer);
        }
    }
}
