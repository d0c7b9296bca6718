//! The buffers whose numbers are variables of a tape.

use crate::element::Element;
use std::ops::Range;
use std::sync::Arc;

/// A flat buffer of which ranges are variables of a tape: the parameters of one model, for example.
#[derive(Debug)]
pub(super) struct SharedBuffer<T> {
    pub(super) values: Arc<Vec<T>>,
    /// The end of the ranges that are shared so far.
    end: usize,
    /// The number of elements that are shared.
    covered: usize,
    /// Whether a range has a derivative.
    active: bool,
}

impl<T: Element> SharedBuffer<T> {
    /// A buffer of which nothing is shared yet.
    pub(super) fn new(values: &Arc<Vec<T>>) -> Self {
        Self { values: Arc::clone(values), end: 0, covered: 0, active: false }
    }

    pub(super) fn add(&mut self, range: &Range<usize>, active: bool) {
        self.end = self.end.max(range.end);
        self.covered += range.len();
        self.active |= active;
    }

    /// Whether all ranges shared so far lie before this one.
    pub(super) fn is_after_all(&self, range: &Range<usize>) -> bool {
        self.end <= range.start
    }

    pub(super) fn is_active(&self) -> bool {
        self.active
    }

    /// Sets the derivatives of the elements that are not shared to 0, and possibly others, which a sweep
    /// then writes.
    ///
    /// # Panics
    /// If the gradient does not have the length of the buffer.
    #[track_caller]
    pub(super) fn prepare(&self, method: &str, gradient: &mut [T]) {
        let (have, want) = (gradient.len(), self.values.len());
        assert!(have == want, "{method}: the shared buffer has {want} elements, but the gradient has {have}");
        let start = if self.covered == self.end { self.end } else { 0 };
        gradient[start..].fill(T::constant(0.0));
    }
}
