//! Mini-batches: every example once an epoch, in a new order each time.

use std::slice::Chunks;

use crate::permutation::{Purpose, permute};

/// Seeded shuffled mini-batches of example indices.
///
/// Sampling is without replacement within an epoch: each index occurs in exactly one batch. The order is a
/// pure function of the seed and the number of the epoch, whatever was drawn before, so training that resumes
/// at epoch `k` sees the batches it would have seen.
///
/// ```
/// let mut batches = wengert_data::Batches::new(10, 4, 7);
/// let sizes: Vec<usize> = batches.epoch(0).map(<[usize]>::len).collect();
/// assert_eq!(sizes, [4, 4, 2]);
/// ```
#[derive(Clone, Debug)]
pub struct Batches {
    order: Vec<usize>,
    batch_size: usize,
    seed: u64,
}

impl Batches {
    /// Batches of `batch_size` out of `examples` examples; the last of an epoch has what is left.
    ///
    /// # Panics
    /// If `batch_size` is 0.
    #[must_use]
    #[track_caller]
    pub fn new(examples: usize, batch_size: usize, seed: u64) -> Self {
        assert!(batch_size > 0, "Batches: batch size is 0, must be at least 1");
        Self { order: vec![0; examples], batch_size, seed }
    }

    /// The batches of an epoch, in order. Allocates nothing.
    pub fn epoch(&mut self, epoch: u64) -> Chunks<'_, usize> {
        permute(&mut self.order, self.seed, Purpose::Epoch(epoch));
        self.order.chunks(self.batch_size)
    }

    /// How many batches an epoch has.
    #[must_use]
    pub fn per_epoch(&self) -> usize {
        self.order.len().div_ceil(self.batch_size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_index_is_visited_once_an_epoch() {
        for (examples, batch_size) in [(1, 1), (10, 3), (10, 5), (10, 100), (997, 64)] {
            let mut batches = Batches::new(examples, batch_size, 7);
            for epoch in 0..3 {
                let mut seen: Vec<usize> = batches.epoch(epoch).flatten().copied().collect();
                seen.sort_unstable();
                assert_eq!(seen, (0..examples).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn all_batches_are_full_but_the_last() {
        let mut batches = Batches::new(10, 4, 7);
        assert_eq!(batches.epoch(0).map(<[usize]>::len).collect::<Vec<_>>(), [4, 4, 2]);
        assert_eq!(batches.per_epoch(), 3);
    }

    #[test]
    fn no_examples_make_no_batches() {
        assert_eq!((Batches::new(0, 4, 7).epoch(0).count(), Batches::new(0, 4, 7).per_epoch()), (0, 0));
    }

    #[test]
    fn epochs_are_reshuffled() {
        let mut batches = Batches::new(100, 100, 7);
        let first = batches.epoch(0).next().unwrap().to_vec();
        assert_ne!(first, batches.epoch(1).next().unwrap());
    }

    #[test]
    fn an_epoch_is_the_same_whatever_was_drawn_before() {
        let mut from_start = Batches::new(100, 7, 3);
        for epoch in 0..5 {
            let _ = from_start.epoch(epoch).count();
        }
        let mut resumed = Batches::new(100, 7, 3);
        assert!(from_start.epoch(5).eq(resumed.epoch(5)));
    }

    #[test]
    fn another_seed_gives_another_order() {
        let (mut a, mut b) = (Batches::new(100, 7, 3), Batches::new(100, 7, 4));
        assert!(a.epoch(0).ne(b.epoch(0)));
    }

    #[test]
    fn epochs_reuse_one_buffer() {
        let mut batches = Batches::new(100, 7, 3);
        let place = batches.order.as_ptr();
        for epoch in 0..3 {
            assert_eq!(batches.epoch(epoch).next().unwrap().as_ptr(), place);
        }
    }

    #[test]
    #[should_panic(expected = "batch size is 0, must be at least 1")]
    fn a_batch_size_of_zero_is_refused() {
        let _ = Batches::new(10, 0, 7);
    }
}
