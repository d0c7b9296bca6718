//! An append-only list behind a shared reference, to which scalar tapes are written.

#![cfg_attr(
    target_pointer_width = "32",
    allow(clippy::unnecessary_min_or_max, reason = "a `usize` of 32 bits is never longer")
)]

use std::cell::{Cell, UnsafeCell};
use std::mem::MaybeUninit;

/// A list to which entries are appended through a shared reference, without the bookkeeping of a `RefCell`.
///
/// An append is one comparison, one write and one increment. Entries can be read only through
/// [`read`](Self::read), during which appending panics. While somebody reads, the capacity is set to the
/// length, so that an append takes the slow path, which checks for readers.
///
/// The first entries may be blank: a blank entry has an index, but its memory is never touched.
pub struct Arena<E> {
    buffer: UnsafeCell<Vec<MaybeUninit<E>>>,
    length: Cell<u32>,
    /// The number of blank entries at the beginning.
    blank: Cell<u32>,
    /// The number of entries that fit; equal to the length while somebody reads.
    capacity: Cell<u32>,
    readers: Cell<u32>,
}

/// The maximal length: an index has 32 bits, and the largest index is reserved for "none".
const LONGEST: usize = u32::MAX as usize;

#[allow(
    unsafe_code,
    reason = "1.3-1.6x on recording and sweeping scalar code, see benches/peers/benches/scalar.rs"
)]
mod unchecked {
    use super::{Arena, Cell, MaybeUninit};

    impl<E: Copy> Arena<E> {
        /// Appends an entry and returns its index.
        ///
        /// # Panics
        /// If somebody reads, or if there are `2^32 - 1` entries already.
        #[inline(always)]
        pub fn push(&self, entry: E) -> u32 {
            let index = self.length.get();
            if index == self.capacity.get() {
                self.reserve(1);
            }
            // SAFETY: the buffer has a capacity of at least `capacity > index` (`reserve` ensures it).
            // Nobody reads, since then `capacity` would equal `index`: no other reference to the buffer
            // or into it exists.
            unsafe {
                let buffer = &mut *self.buffer.get();
                buffer.as_mut_ptr().add(index as usize).write(MaybeUninit::new(entry));
            }
            self.length.set(index + 1);
            index
        }

        /// Calls `look` with the entries after the blank ones.
        pub fn read<Y>(&self, look: impl FnOnce(&[E]) -> Y) -> Y {
            let reading = Reading::new(self);
            // SAFETY: the entries from `blank` to `length` are initialised, and while `reading` lives
            // nothing is written or moved: `push` finds no capacity left, and `reserve` panics.
            let entries = unsafe {
                let buffer = &*self.buffer.get();
                std::slice::from_raw_parts(
                    buffer.as_ptr().add(self.blanks()).cast::<E>(),
                    self.len() - self.blanks(),
                )
            };
            let found = look(entries);
            drop(reading);
            found
        }

        /// Grows the buffer by at least `count` entries and returns its capacity.
        pub(super) fn grow(&self, count: usize) -> usize {
            assert!(self.readers.get() == 0, "the tape was written to during a sweep");
            // SAFETY: nobody reads, so no other reference to the buffer or into it exists.
            let buffer = unsafe { &mut *self.buffer.get() };
            // SAFETY: entries may be uninitialised, and `length` of them are inside the capacity.
            unsafe { buffer.set_len(self.len()) };
            buffer.reserve(count.max(self.len()).max(64));
            buffer.capacity()
        }
    }

    /// Keeps the list from being written to while it lives.
    struct Reading<'l>(&'l Cell<u32>, &'l Cell<u32>, u32);

    impl<'l> Reading<'l> {
        fn new<E: Copy>(arena: &'l Arena<E>) -> Self {
            let capacity = arena.capacity.replace(arena.length.get());
            arena.readers.set(arena.readers.get() + 1);
            Self(&arena.readers, &arena.capacity, capacity)
        }
    }

    impl Drop for Reading<'_> {
        fn drop(&mut self) {
            self.0.set(self.0.get() - 1);
            self.1.set(self.2);
        }
    }
}

impl<E: Copy> Arena<E> {
    /// An empty list with capacity for `entries`.
    pub fn with_capacity(entries: usize) -> Self {
        let buffer = Vec::with_capacity(entries.min(LONGEST));
        let capacity = Cell::new(buffer.capacity().min(LONGEST) as u32);
        Self {
            buffer: UnsafeCell::new(buffer),
            length: Cell::new(0),
            blank: Cell::new(0),
            capacity,
            readers: Cell::new(0),
        }
    }

    /// Appends `count` blank entries and returns the index of the first; `None` if there is an entry that
    /// is not blank.
    ///
    /// # Panics
    /// In the same cases as [`push`](Self::push).
    #[inline]
    pub fn skip(&self, count: usize) -> Option<u32> {
        let index = self.length.get();
        if index != self.blank.get() {
            return None;
        }
        if ((self.capacity.get() - index) as usize) < count {
            self.reserve(count);
        }
        self.length.set(index + count as u32);
        self.blank.set(index + count as u32);
        Some(index)
    }

    /// The number of blank entries.
    pub fn blanks(&self) -> usize {
        self.blank.get() as usize
    }

    /// The number of entries, blank ones included.
    pub fn len(&self) -> usize {
        self.length.get() as usize
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets all entries and keeps their memory.
    pub fn clear(&mut self) {
        self.length.set(0);
        self.blank.set(0);
    }

    #[cold]
    #[inline(never)]
    fn reserve(&self, count: usize) {
        assert!(count <= LONGEST - self.len(), "the tape is full: it holds at most 2^32 - 1 nodes");
        self.capacity.set(self.grow(count).min(LONGEST) as u32);
    }
}

impl<E> std::fmt::Debug for Arena<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Arena of {} entries", self.length.get())
    }
}

#[cfg(test)]
mod tests {
    use super::Arena;
    use std::cell::RefCell;

    #[test]
    fn it_holds_what_a_list_behind_a_ref_cell_holds() {
        let (arena, twin) = (Arena::with_capacity(0), RefCell::new(Vec::new()));
        for i in 0..10_000_u64 {
            let entry = (i, i.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            assert_eq!(arena.push(entry) as usize, twin.borrow().len());
            twin.borrow_mut().push(entry);
        }
        arena.read(|entries| assert_eq!(entries, &twin.borrow()[..]));
        let mut arena = arena;
        arena.clear();
        assert_eq!((arena.len(), arena.push((7, 7)), arena.len()), (0, 0, 1));
        arena.read(|entries| assert_eq!(entries, [(7, 7)]));
    }

    #[test]
    fn blank_entries_take_an_index_at_the_head_alone() {
        let mut arena = Arena::with_capacity(0);
        for round in 0..2 {
            // Enough to exceed the first capacity twice.
            assert_eq!((arena.skip(1), arena.skip(99), arena.skip(0)), (Some(0), Some(1), Some(100)));
            assert_eq!(arena.skip(900), Some(100));
            assert_eq!((arena.push(round), arena.skip(1), arena.push(7)), (1000, None, 1001));
            assert_eq!((arena.len(), arena.blanks()), (1002, 1000));
            arena.read(|entries| assert_eq!(entries, [round, 7]));
            arena.clear();
        }
    }

    #[test]
    fn readers_may_nest_and_writing_goes_on_after_them() {
        let arena = Arena::with_capacity(8);
        arena.push(1);
        arena.read(|outer| arena.read(|inner| assert_eq!(outer, inner)));
        arena.push(2);
        arena.read(|entries| assert_eq!(entries, [1, 2]));
    }

    #[test]
    #[should_panic(expected = "during a sweep")]
    fn skipping_while_somebody_reads_is_refused() {
        let arena = Arena::<u8>::with_capacity(8);
        arena.skip(1);
        arena.read(|_| arena.skip(1));
    }

    #[test]
    #[should_panic(expected = "during a sweep")]
    fn writing_while_somebody_reads_is_refused() {
        let arena = Arena::with_capacity(8);
        arena.push(1);
        arena.read(|_| arena.push(2));
    }
}
