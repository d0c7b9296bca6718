//! Parallel iterators, which are those of the standard library.

use std::slice::{Chunks, ChunksExactMut, Iter};

/// What is turned into an iterator.
pub trait IntoParallelIterator: IntoIterator + Sized {
    /// The iterator.
    fn into_par_iter(self) -> Self::IntoIter {
        self.into_iter()
    }
}

impl<I: IntoIterator> IntoParallelIterator for I {}

/// The iterators of a slice.
pub trait ParallelSlice<T> {
    /// The elements.
    fn par_iter(&self) -> Iter<'_, T>;
    /// Parts of this length; the last may be shorter.
    fn par_chunks(&self, length: usize) -> Chunks<'_, T>;
    /// Parts of this length, which can be changed.
    fn par_chunks_exact_mut(&mut self, length: usize) -> ChunksExactMut<'_, T>;
}

impl<T> ParallelSlice<T> for [T] {
    fn par_iter(&self) -> Iter<'_, T> {
        self.iter()
    }

    fn par_chunks(&self, length: usize) -> Chunks<'_, T> {
        self.chunks(length)
    }

    fn par_chunks_exact_mut(&mut self, length: usize) -> ChunksExactMut<'_, T> {
        self.chunks_exact_mut(length)
    }
}

/// What the iterators of the standard library do not have.
pub trait ParallelIterator: Iterator + Sized {
    /// Maps each element, with a value for the thread.
    fn map_init<V, R>(
        self,
        init: impl Fn() -> V,
        mut map: impl FnMut(&mut V, Self::Item) -> R,
    ) -> impl Iterator<Item = R> {
        let mut value = init();
        self.map(move |element| map(&mut value, element))
    }
}

impl<I: Iterator> ParallelIterator for I {}
