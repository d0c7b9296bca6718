//! An append-only list behind a shared reference: where tapes are written.

use std::cell::{Cell, UnsafeCell};
use std::mem::MaybeUninit;

/// A list to which entries are appended through a shared reference, without the bookkeeping of a `RefCell`.
///
/// An append is one comparison, one write and one increment. Entries can be read only through [`read`](Self::read),
/// during which appending panics: the list then has no room, so that an append takes the slow path, which looks.
///
/// The first entries may be blank: they have an index, and their memory is never touched.
pub struct Arena<E> {
    buffer: UnsafeCell<Vec<MaybeUninit<E>>>,
    length: Cell<u32>,
    /// How many entries at the head are blank.
    blank: Cell<u32>,
    /// How many entries fit; the length itself while somebody reads.
    room: Cell<u32>,
    readers: Cell<u32>,
}

/// The longest list: an index has 32 bits, and the last one stays free to mean "none".
const LONGEST: usize = u32::MAX as usize;

#[allow(unsafe_code, reason = "1.3-1.6x on recording and sweeping scalar code, see benches/scalar.rs")]
mod unchecked {
    use super::{Arena, Cell, MaybeUninit};

    impl<E: Copy> Arena<E> {
        /// Appends an entry and returns its index.
        ///
        /// # Panics
        /// If somebody reads, or if there are `2^32 - 1` entries.
        #[inline(always)]
        pub fn push(&self, entry: E) -> u32 {
            let index = self.length.get();
            if index == self.room.get() {
                self.make_room(1);
            }
            // SAFETY: the buffer has a capacity of at least `room > index` (`make_room` sees to it), and nobody reads, since
            // then there would be no room: no other reference to the buffer or into it exists.
            unsafe {
                let buffer = &mut *self.buffer.get();
                buffer.as_mut_ptr().add(index as usize).write(MaybeUninit::new(entry));
            }
            self.length.set(index + 1);
            index
        }

        /// Lends out the entries after the blank ones.
        pub fn read<Y>(&self, look: impl FnOnce(&[E]) -> Y) -> Y {
            let reading = Reading::new(self);
            // SAFETY: the entries from `blank` to `length` are written, and while `reading` lives nothing is written or moved:
            // `push` finds no room, and `make_room` refuses.
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

        /// Makes room for `count` entries more, at least; returns how many there is room for.
        pub(super) fn grow(&self, count: usize) -> usize {
            assert!(self.readers.get() == 0, "the tape was written to while a sweep read it");
            // SAFETY: nobody reads, so no other reference to the buffer or into it exists.
            let buffer = unsafe { &mut *self.buffer.get() };
            // SAFETY: entries may be uninitialised, and `length` of them are inside the capacity.
            unsafe { buffer.set_len(self.len()) };
            buffer.reserve(count.max(self.len()).max(64));
            buffer.capacity()
        }
    }

    /// Keeps the list from being written to.
    struct Reading<'l>(&'l Cell<u32>, &'l Cell<u32>, u32);

    impl<'l> Reading<'l> {
        fn new<E: Copy>(log: &'l Arena<E>) -> Self {
            let room = log.room.replace(log.length.get());
            log.readers.set(log.readers.get() + 1);
            Self(&log.readers, &log.room, room)
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
    /// A list with room for `entries`.
    pub fn with_capacity(entries: usize) -> Self {
        let buffer = Vec::with_capacity(entries.min(LONGEST));
        let room = Cell::new(buffer.capacity().min(LONGEST) as u32);
        Self {
            buffer: UnsafeCell::new(buffer),
            length: Cell::new(0),
            blank: Cell::new(0),
            room,
            readers: Cell::new(0),
        }
    }

    /// Appends `count` blank entries and returns the index of the first, unless there is an entry already that is not blank.
    ///
    /// # Panics
    /// As [`push`](Self::push).
    #[inline]
    pub fn skip(&self, count: usize) -> Option<u32> {
        let index = self.length.get();
        if index != self.blank.get() {
            return None;
        }
        if ((self.room.get() - index) as usize) < count {
            self.make_room(count);
        }
        self.length.set(index + count as u32);
        self.blank.set(index + count as u32);
        Some(index)
    }

    /// The number of blank entries.
    pub fn blanks(&self) -> usize {
        self.blank.get() as usize
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.length.get() as usize
    }

    /// Whether there are none.
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
    fn make_room(&self, count: usize) {
        assert!(count <= LONGEST - self.len(), "the tape is full: an index has 32 bits");
        self.room.set(self.grow(count).min(LONGEST) as u32);
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
        let (log, twin) = (Arena::with_capacity(0), RefCell::new(Vec::new()));
        for i in 0..10_000_u64 {
            let entry = (i, i.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            assert_eq!(log.push(entry) as usize, twin.borrow().len());
            twin.borrow_mut().push(entry);
        }
        log.read(|entries| assert_eq!(entries, &twin.borrow()[..]));
        let mut log = log;
        log.clear();
        assert_eq!((log.len(), log.push((7, 7)), log.len()), (0, 0, 1));
        log.read(|entries| assert_eq!(entries, [(7, 7)]));
    }

    #[test]
    fn blank_entries_take_an_index_at_the_head_alone() {
        let mut log = Arena::with_capacity(0);
        for round in 0..2 {
            // As many as outgrow the first room, twice.
            assert_eq!((log.skip(1), log.skip(99), log.skip(0)), (Some(0), Some(1), Some(100)));
            assert_eq!(log.skip(900), Some(100));
            assert_eq!((log.push(round), log.skip(1), log.push(7)), (1000, None, 1001));
            assert_eq!((log.len(), log.blanks()), (1002, 1000));
            log.read(|entries| assert_eq!(entries, [round, 7]));
            log.clear();
        }
    }

    #[test]
    fn readers_may_nest_and_writing_goes_on_after_them() {
        let log = Arena::with_capacity(8);
        log.push(1);
        log.read(|outer| log.read(|inner| assert_eq!(outer, inner)));
        log.push(2);
        log.read(|entries| assert_eq!(entries, [1, 2]));
    }

    #[test]
    #[should_panic(expected = "while a sweep read it")]
    fn skipping_while_somebody_reads_is_refused() {
        let log = Arena::<u8>::with_capacity(8);
        log.skip(1);
        log.read(|_| log.skip(1));
    }

    #[test]
    #[should_panic(expected = "while a sweep read it")]
    fn writing_while_somebody_reads_is_refused() {
        let log = Arena::with_capacity(8);
        log.push(1);
        log.read(|_| log.push(2));
    }
}
