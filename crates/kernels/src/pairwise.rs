//! Pairwise sums of blocks.

use crate::numeric::{Numeric, zero};

/// The number of elements that [`sum_in_blocks`] adds one after the other.
const BLOCK: usize = 64;
/// The sums of up to `2^32` blocks.
const LEVELS: usize = 32;

/// A sum of blocks of `W` numbers, each added to an earlier sum of equally many blocks, as in a binary
/// counter. The order of the additions depends on the number of blocks only.
///
/// Each number takes part in at most one more addition than the logarithm of the number of blocks to base
/// 2, so that rounding errors grow with this logarithm (Higham 2002, section 4.2).
///
/// ```
/// use wengert_kernels::Pairwise;
///
/// let mut sums = Pairwise::new();
/// (0..1 << 24).for_each(|_| sums.add([1.0_f32 / 3.0]));
/// assert_eq!(sums.total(), [(1 << 24) as f32 / 3.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Pairwise<T, const W: usize> {
    /// Entry `k` is a sum of `2^k` blocks, if bit `k` of `blocks` is set.
    sums: [[T; W]; LEVELS],
    blocks: usize,
}

impl<T: Numeric, const W: usize> Pairwise<T, W> {
    /// The sum of no blocks.
    #[inline(never)]
    #[must_use]
    #[allow(clippy::new_without_default, reason = "an empty sum is always started by name")]
    pub fn new() -> Self {
        Self { sums: [[zero(); W]; LEVELS], blocks: 0 }
    }

    /// The sum of one block.
    #[inline(never)]
    fn of_one(block: [T; W]) -> Self {
        let mut sums = Self::new();
        sums.add(block);
        sums
    }

    /// Adds a block.
    // Not inlined, here and below: there are dozens of loops that sum blocks, and a block is long.
    #[inline(never)]
    pub fn add(&mut self, block: [T; W]) {
        let (mut sum, mut level) = (block, 0);
        while self.blocks >> level & 1 == 1 {
            sum = plus(self.sums[level], sum);
            level += 1;
        }
        self.sums[level] = sum;
        self.blocks += 1;
    }

    /// The sum of all blocks so far.
    #[inline(never)]
    #[must_use]
    pub fn total(&self) -> [T; W] {
        let mut levels = (0..LEVELS).filter(|level| self.blocks >> level & 1 == 1);
        let Some(lowest) = levels.next() else { return [zero(); W] };
        levels.fold(self.sums[lowest], |later, level| plus(self.sums[level], later))
    }
}

/// The sum of numbers that are not contiguous: in blocks of 64, which are added pairwise.
#[inline(always)]
pub fn sum_in_blocks<T: Numeric>(mut x: impl Iterator<Item = T>) -> T {
    let (mut sum, mut sums) = (zero(), None);
    for block in 0.. {
        let Some(first) = x.next() else { break };
        let next = (&mut x).take(BLOCK - 1).fold(first, |sum, x| sum + x);
        if block == 0 {
            sum = next;
        } else {
            sums.get_or_insert_with(|| Pairwise::of_one([sum])).add([next]);
        }
    }
    sums.map_or(sum, |sums| sums.total()[0])
}

#[inline(always)]
fn plus<T: Numeric, const W: usize>(earlier: [T; W], mut later: [T; W]) -> [T; W] {
    for (later, earlier) in later.iter_mut().zip(earlier) {
        *later = earlier + *later;
    }
    later
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_from_an_iterator_are_summed_however_many_there_are() {
        for n in [0, 1, 63, 64, 65, 128, 129, 1000] {
            assert_eq!(sum_in_blocks((0..n).map(f64::from)), f64::from(n) * (f64::from(n) - 1.0) / 2.0);
        }
        let sum = sum_in_blocks(std::iter::repeat_n(0.1_f32, 1_000_000));
        assert!((f64::from(sum) / (1e6 * f64::from(0.1_f32)) - 1.0).abs() < 1e-5, "{sum}");
    }

    #[test]
    fn every_number_of_blocks_is_summed() {
        for n in 0..70_u32 {
            let mut sums = Pairwise::new();
            (0..n).for_each(|i| sums.add([f64::from(i), 1.0]));
            assert_eq!(sums.total(), [f64::from(n) * (f64::from(n) - 1.0) / 2.0, f64::from(n)]);
        }
    }
}
