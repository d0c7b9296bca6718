//! The sizes of blocks and panels, and which operands are copied.
//!
//! Sums are cut into parts of [`DEPTH`] or [`DEEP`] terms by the shapes alone, so that their bits are the
//! same on every processor. What is copied only decides how fast they are computed.

use crate::matrix::Matrix;

/// The number of bytes in a row of the widest panel.
pub(super) const WIDTH: usize = 128;
/// The number of rows of a panel of `B` that are used at a time, so that they stay in the first-level cache.
pub(super) const DEPTH: usize = 256;
/// A right operand of at most this many bytes is summed in parts of [`DEPTH`] terms.
pub(super) const CACHED: usize = 1 << 21;
/// The number of rows of `B`, and of columns of `A`, in a copied block, if `B` is larger.
pub(super) const DEEP: usize = 1024;
/// What tiles read at least this many times is worth a copy, if they read it slowly in place.
pub(super) const REUSED: usize = 8;
/// Tiles read a transposed `A` slowly if it has at least this many columns: each is in a cache line of its
/// own.
pub(super) const SCATTERED: usize = 128;

/// The data cache of the first level, with lines of [`LINE`] bytes.
#[derive(Clone, Copy, Debug)]
struct Cache {
    sets: usize,
    ways: usize,
}

/// The number of bytes in a line of a cache.
const LINE: usize = 64;

/// Rows of a panel: their number, and the distance between two of them and the length of each in bytes.
#[derive(Clone, Copy, Debug)]
struct Reading {
    rows: usize,
    stride: usize,
    bytes: usize,
}

impl Cache {
    /// Whether so many of the rows share a set that they replace each other, while the cache has room.
    ///
    /// Rows whose distance is a large power of two begin in few different sets: rows of 2,048 bytes in two.
    fn conflicts(self, Reading { rows, stride, bytes }: Reading) -> bool {
        let span = self.sets * LINE;
        // Rows begin at the multiples of the greatest common divisor of stride and span, which is a power of
        // two, as the span is.
        let divisor = if stride == 0 { span } else { span.min(1 << stride.trailing_zeros()) };
        let beginnings = (span / divisor).min(rows.max(1));
        let per_beginning = rows.div_ceil(beginnings);
        let overlapping = (beginnings * bytes.div_ceil(LINE)).div_ceil(self.sets);
        per_beginning * overlapping > self.ways
    }
}

/// Whether the rows of a panel of `B`, which are contiguous, replace each other in the cache of this
/// processor.
pub(super) fn has_conflicts<T>(b: Matrix<'_, T>) -> bool {
    let (rows, stride) = (b.shape[0].min(DEPTH), b.strides[0] * size_of::<T>());
    first_level().conflicts(Reading { rows, stride, bytes: WIDTH })
}

/// Whether this number of rows, at this distance in bytes, replace each other in the cache of this processor
/// while a tile reads along them.
pub(super) fn rows_conflict(rows: usize, stride: usize) -> bool {
    // Asked for every narrow product, and at other distances the answer is no.
    let is_possible = stride.is_multiple_of(1024) && stride > 0;
    is_possible && first_level().conflicts(Reading { rows, stride, bytes: LINE })
}

/// The cache of this processor; the smaller one of two common ones if the processor does not report it.
fn first_level() -> Cache {
    use std::sync::OnceLock;
    static CACHE: OnceLock<Cache> = OnceLock::new();
    *CACHE.get_or_init(|| reported().unwrap_or(Cache { sets: 64, ways: 8 }))
}

/// The first-level data cache by the `cpuid` instruction: leaf 4 of Intel, leaf 0x8000001D of AMD.
#[cfg(target_arch = "x86_64")]
fn reported() -> Option<Cache> {
    use std::arch::x86_64::{__cpuid, __cpuid_count};
    [(0, 4), (0x8000_0000, 0x8000_001D)].into_iter().find_map(|(largest, leaf)| {
        if __cpuid(largest).eax < leaf {
            return None;
        }
        let cache = __cpuid_count(leaf, 0);
        let (kind, level) = (cache.eax & 31, cache.eax >> 5 & 7);
        let (line, partitions, ways) = (cache.ebx & 0xFFF, cache.ebx >> 12 & 0x3FF, cache.ebx >> 22);
        let is_data = kind == 1 && level == 1 && partitions == 0 && line as usize + 1 == LINE;
        let sets = cache.ecx as usize + 1;
        (is_data && sets.is_power_of_two()).then_some(Cache { sets, ways: ways as usize + 1 })
    })
}

#[cfg(not(target_arch = "x86_64"))]
fn reported() -> Option<Cache> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_at_the_distance_of_a_large_power_of_two_conflict() {
        // 48 kB with 12 ways (Sapphire Rapids, Zen 5), and 32 kB with 8 ways (AVX2 processors).
        for cache in [Cache { sets: 64, ways: 12 }, Cache { sets: 64, ways: 8 }] {
            let of = |stride, bytes| cache.conflicts(Reading { rows: 256, stride, bytes });
            assert!(of(2048, 128) && of(1024, 128) && of(4096, 128) && of(2048, 64), "{cache:?}");
            // 16 rows begin in a set, or 4 rows of two lines.
            assert!(of(256, 64), "{cache:?}");
            assert!(!of(3136, 128) && !of(2000, 64), "{cache:?}");
            assert!(!cache.conflicts(Reading { rows: 16, stride: 2048, bytes: 64 }), "{cache:?}");
            assert!(!cache.conflicts(Reading { rows: 0, stride: 0, bytes: 128 }), "{cache:?}");
            // The rows of a tile, of which nearly all ways are full.
            let of_tile = |stride| cache.conflicts(Reading { rows: 12, stride, bytes: LINE });
            assert!(of_tile(8192) == (cache.ways < 12) && !of_tile(2048) && !of_tile(4160), "{cache:?}");
        }
    }

    #[test]
    fn the_processor_reports_a_plausible_cache() {
        let Cache { sets, ways } = first_level();
        assert!(sets.is_power_of_two() && (16..=1024).contains(&sets) && (2..=32).contains(&ways));
    }
}
