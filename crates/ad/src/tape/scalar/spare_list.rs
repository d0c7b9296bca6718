//! The memory of a list whose elements cannot be kept.

use std::cell::RefCell;

/// The memory of a list of handles, kept from one use to the next.
///
/// Handles borrow the tape, so that the tape cannot keep a list of them. It keeps an empty list of
/// elements `X` of the same size and alignment instead: the standard library collects a list into
/// the memory of the one it is made from.
#[derive(Debug)]
pub(super) struct SpareList<X>(RefCell<Vec<X>>);

impl<X> SpareList<X> {
    pub(super) fn new() -> Self {
        Self(RefCell::default())
    }

    /// An empty list in the memory kept here.
    pub(super) fn lend<E>(&self) -> Vec<E> {
        self.0.take().into_iter().map(|_| unreachable!("the list kept here is empty")).collect()
    }

    /// Drops the elements of `list` and keeps its memory.
    pub(super) fn take_back<E>(&self, mut list: Vec<E>) {
        list.clear();
        self.0.replace(list.into_iter().map(|_| unreachable!("the list was cleared")).collect());
    }
}
