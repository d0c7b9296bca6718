//! Mini-batches: a new shuffle in each epoch, or draws with replacement.

use crate::permutation::{Purpose, draw, permute};
use std::slice::Chunks;

/// Seeded, shuffled mini-batches of example indices.
///
/// Sampling is without replacement within an epoch: each index is in exactly one batch. See
/// [`with_replacement`](Batches::with_replacement) for the alternative. The order is a pure function of the
/// seed and the number of the epoch, so that training that resumes at epoch `k` sees the same batches as
/// without the interruption.
///
/// ```
/// let mut batches = wengert_data::Batches::new(10, 4, 7);
/// let sizes: Vec<usize> = batches.epoch(0).map(<[usize]>::len).collect();
/// assert_eq!(sizes, [4, 4, 2]);
/// ```
#[derive(Clone, Debug)]
pub struct Batches {
    /// The order of the examples, or of those of a block.
    pub(crate) order: Vec<usize>,
    pub(crate) examples: usize,
    pub(crate) batch_size: usize,
    pub(crate) seed: u64,
    pub(crate) with_replacement: bool,
}

impl Batches {
    /// Batches of `batch_size` out of `examples` examples; the last batch of an epoch may be smaller.
    ///
    /// # Panics
    /// If `batch_size` is 0.
    #[must_use]
    #[track_caller]
    pub fn new(examples: usize, batch_size: usize, seed: u64) -> Self {
        assert!(batch_size > 0, "Batches: batch size is 0, must be at least 1");
        Self { order: Vec::new(), examples, batch_size, seed, with_replacement: false }
    }

    /// Batches of independent draws from a uniform distribution, as the theory of stochastic gradient descent
    /// assumes. An epoch has `examples` draws; an index may occur several times or not at all.
    ///
    /// # Panics
    /// If `batch_size` is 0.
    #[must_use]
    #[track_caller]
    pub fn with_replacement(examples: usize, batch_size: usize, seed: u64) -> Self {
        Self { with_replacement: true, ..Self::new(examples, batch_size, seed) }
    }

    /// The batches of an epoch, in order. Allocates nothing after the first.
    pub fn epoch(&mut self, epoch: u64) -> Chunks<'_, usize> {
        self.order.resize(self.examples, 0);
        if self.with_replacement {
            draw(&mut self.order, self.seed, Purpose::Draws(epoch));
        } else {
            permute(&mut self.order, self.seed, Purpose::Epoch(epoch));
        }
        self.order.chunks(self.batch_size)
    }

    /// The number of batches per epoch.
    #[must_use]
    pub fn per_epoch(&self) -> usize {
        self.examples.div_ceil(self.batch_size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_index_is_visited_once_per_epoch() {
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
    fn without_examples_there_are_no_batches() {
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
        let place = batches.epoch(0).next().unwrap().as_ptr();
        for epoch in 0..3 {
            assert_eq!(batches.epoch(epoch).next().unwrap().as_ptr(), place);
        }
    }

    #[test]
    fn draws_with_replacement_are_uniform_and_independent() {
        let (examples, epochs) = (10, 5000);
        let mut batches = Batches::with_replacement(examples, 1, 7);
        let (mut counts, mut repeats, mut complete) = (vec![0_u32; examples], 0_u32, 0);
        for epoch in 0..epochs {
            let drawn: Vec<usize> = batches.epoch(epoch).flatten().copied().collect();
            assert_eq!(drawn.len(), examples);
            drawn.iter().for_each(|&i| counts[i] += 1);
            repeats += u32::from(drawn[0] == drawn[1]);
            complete += u32::from((0..examples).all(|i| drawn.contains(&i)));
        }
        // Expected are 5000 draws of each index, standard deviation 67, and 500 repeats, standard deviation
        // 21; five deviations. All ten indices occur in 10! / 10^10 = 0.00036 of the epochs: two expected.
        assert!(counts.iter().all(|&count| count.abs_diff(5000) < 335), "{counts:?}");
        assert!(repeats.abs_diff(500) < 105 && complete < 12, "{repeats} {complete}");
    }

    #[test]
    fn draws_with_replacement_depend_only_on_seed_and_epoch() {
        let draws = |seed, epoch| {
            Batches::with_replacement(50, 8, seed).epoch(epoch).flatten().copied().collect::<Vec<_>>()
        };
        let mut used = Batches::with_replacement(50, 8, 3);
        let _ = used.epoch(0).count();
        assert_eq!(used.epoch(1).flatten().copied().collect::<Vec<_>>(), draws(3, 1));
        assert!(draws(3, 1) != draws(3, 2) && draws(3, 1) != draws(4, 1));
        assert_eq!(used.epoch(2).map(<[usize]>::len).collect::<Vec<_>>(), [8, 8, 8, 8, 8, 8, 2]);
        assert_eq!(Batches::with_replacement(0, 4, 7).epoch(0).count(), 0);
    }

    #[test]
    #[should_panic(expected = "batch size is 0, must be at least 1")]
    fn a_batch_size_of_zero_is_refused() {
        let _ = Batches::new(10, 0, 7);
    }
}
