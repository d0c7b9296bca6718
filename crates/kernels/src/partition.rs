//! How a long slice is divided among threads: at places that depend on its length alone, so that results do not depend on the
//! number of threads.

/// Slices are cut in two at multiples of this length, and sums begin with parts of it.
pub const PART: usize = 1 << 15;

/// Longer slices are divided among threads.
///
/// A pass over this many numbers takes 7 to 20 microseconds. Threads that are awake, as in training, start on their part in
/// less than one; shorter passes would not pay for the data that then move between the caches.
const SHARED: usize = 1 << 16;

/// Whether a pass over `length` numbers is worth cutting in two, for the threads of the pool that it runs in.
pub fn is_shared(length: usize) -> bool {
    length > SHARED && rayon::current_num_threads() > 1
}

/// Where a slice of more than [`PART`] numbers is cut in two: a multiple of `PART` near the middle.
///
/// It depends on the length alone, so sums over the two sides are the same for every number of threads.
pub fn middle(length: usize) -> usize {
    length.div_ceil(PART).div_ceil(2) * PART
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_leaves_something_on_both_sides_and_falls_between_parts() {
        for length in [PART + 1, 2 * PART, 2 * PART + 1, 3 * PART, 10 * PART + 7] {
            let cut = middle(length);
            assert!(0 < cut && cut < length && cut.is_multiple_of(PART), "{length}: {cut}");
        }
    }
}
