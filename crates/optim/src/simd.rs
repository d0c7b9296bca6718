//! Element loops compiled for the processor that is there, and shared among threads when they are long.

/// Slices are cut in two at multiples of this length, and sums begin with parts of it.
pub(crate) const PART: usize = 1 << 15;

/// Longer slices are shared among threads.
///
/// A step over as many takes 7 to 20 microseconds. Threads that are awake, as in training, take their part up in less than one;
/// shorter steps would not pay for what then has to move between their caches.
const SHARED: usize = 1 << 16;

/// Runs `work`, compiled for AVX-512 or AVX2 where the processor has it.
///
/// An ordinary build targets the baseline of the architecture; a loop passed through here runs as fast as in a
/// build for the native processor. The results are the same bits: each operation is rounded on its own, whatever
/// the width.
///
/// Pass a closure marked `#[inline(always)]`: one that is called instead of inlined keeps the baseline.
#[inline(always)]
pub(crate) fn vectorised<Y>(work: impl FnOnce() -> Y) -> Y {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx512f") {
        #[allow(
            unsafe_code,
            reason = "a third off a step of Adam in the cache: `wengert bench step --layers 2,64,64,3`"
        )]
        // SAFETY: the feature that `with_avx512` is compiled for was detected on this processor.
        return unsafe { with_avx512(work) };
    }
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[allow(
            unsafe_code,
            reason = "halves the time of a step whose buffers are in the cache; see benches/updates.rs"
        )]
        // SAFETY: the feature that `with_avx2` is compiled for was detected on this processor.
        return unsafe { with_avx2(work) };
    }
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn with_avx512<Y>(work: impl FnOnce() -> Y) -> Y {
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<Y>(work: impl FnOnce() -> Y) -> Y {
    work()
}

/// Whether a pass over `length` numbers is worth cutting in two, for the threads of the pool that it runs in.
pub(crate) fn is_shared(length: usize) -> bool {
    length > SHARED && rayon::current_num_threads() > 1
}

/// Where a slice of more than [`PART`] numbers is cut in two: a multiple of `PART` near the middle.
///
/// It depends on the length alone, so sums over the two sides are the same for every number of threads.
pub(crate) fn middle(length: usize) -> usize {
    length.div_ceil(PART).div_ceil(2) * PART
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectorised_loop_gives_the_same_bits_as_the_plain_one() {
        let x: Vec<f32> = (0..1003).map(|i| (i as f32).sin() * 1e3).collect();
        let formula = |x: &f32| x * 1.7 + (x * x).sqrt() / 3.1;
        let plain: Vec<f32> = x.iter().map(formula).collect();
        let vectorised = vectorised(
            #[inline(always)]
            || x.iter().map(formula).collect::<Vec<f32>>(),
        );
        assert_eq!(plain, vectorised);
    }

    #[test]
    fn a_cut_leaves_something_on_both_sides_and_falls_between_parts() {
        for length in [PART + 1, 2 * PART, 2 * PART + 1, 3 * PART, 10 * PART + 7] {
            let cut = middle(length);
            assert!(0 < cut && cut < length && cut.is_multiple_of(PART), "{length}: {cut}");
        }
    }
}
