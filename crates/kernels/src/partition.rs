//! The division of long slices among threads. It depends on the length alone, so that results do not
//! depend on the number of threads.

/// Slices are divided at multiples of this length, and sums start with parts of this length.
pub const PART: usize = 1 << 15;

/// Slices longer than this are divided among threads.
///
/// A pass over this many numbers takes 7 to 20 microseconds. Threads that are awake, as in training,
/// start on their part in less than one. For shorter slices, moving the data between the caches of two
/// cores costs more than is gained.
const SHARED: usize = 1 << 16;

/// Whether a pass over `length` numbers should be divided among the threads of the current pool. In a browser
/// there is one thread: what would divide passes is then left out of the program.
#[inline]
pub fn is_shared(length: usize) -> bool {
    let has_threads = !cfg!(all(target_family = "wasm", target_os = "unknown"));
    has_threads && length > SHARED && rayon::current_num_threads() > 1
}

/// The index at which a slice of more than [`PART`] numbers is divided: a multiple of `PART` near the middle.
///
/// It depends on the length alone, so that sums over the two parts have the same bits for every number of
/// threads.
pub fn middle(length: usize) -> usize {
    length.div_ceil(PART).div_ceil(2) * PART
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_division_leaves_two_nonempty_sides_and_falls_between_parts() {
        for length in [PART + 1, 2 * PART, 2 * PART + 1, 3 * PART, 10 * PART + 7] {
            let cut = middle(length);
            assert!(0 < cut && cut < length && cut.is_multiple_of(PART), "{length}: {cut}");
        }
    }
}
