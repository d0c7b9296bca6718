//! The memory of a list that cannot be kept itself.

use std::cell::RefCell;

/// The memory of a list of handles. These borrow the tape and cannot be kept in it; what is built as they are can: the standard
/// library collects a list into the memory of the one it is made from.
#[derive(Debug)]
pub(super) struct SpareList<X>(RefCell<Vec<X>>);

impl<X> SpareList<X> {
    pub(super) fn new() -> Self {
        Self(RefCell::default())
    }

    /// An empty list in that memory.
    pub(super) fn lend<E>(&self) -> Vec<E> {
        self.0.take().into_iter().map(|_| unreachable!("it is kept empty")).collect()
    }

    pub(super) fn take_back<E>(&self, mut list: Vec<E>) {
        list.clear();
        self.0.replace(list.into_iter().map(|_| unreachable!("it was cleared")).collect());
    }
}
