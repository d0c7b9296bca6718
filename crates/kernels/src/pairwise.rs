//! Pairwise sums of blocks.

use crate::numeric::{Numeric, zero};

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
    #[inline(always)]
    #[must_use]
    #[allow(clippy::new_without_default, reason = "an empty sum is always started by name")]
    pub fn new() -> Self {
        Self { sums: [[zero(); W]; LEVELS], blocks: 0 }
    }

    /// Adds a block.
    #[inline(always)]
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
    #[inline(always)]
    #[must_use]
    pub fn total(&self) -> [T; W] {
        let mut levels = (0..LEVELS).filter(|level| self.blocks >> level & 1 == 1);
        let Some(lowest) = levels.next() else { return [zero(); W] };
        levels.fold(self.sums[lowest], |later, level| plus(self.sums[level], later))
    }
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
    fn every_number_of_blocks_is_summed() {
        for n in 0..70_u32 {
            let mut sums = Pairwise::new();
            (0..n).for_each(|i| sums.add([f64::from(i), 1.0]));
            assert_eq!(sums.total(), [f64::from(n) * (f64::from(n) - 1.0) / 2.0, f64::from(n)]);
        }
    }
}
