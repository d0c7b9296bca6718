//! Loads and stores of some of the lanes, for processors without instructions for it.

/// The first `count` elements, followed by zeros.
#[inline(always)]
pub(super) unsafe fn first<T: Copy + Default, const LANES: usize>(
    from: *const T,
    count: usize,
) -> [T; LANES] {
    std::array::from_fn(|i| if i < count { unsafe { from.add(i).read_unaligned() } } else { T::default() })
}

/// Writes the first `count` lanes.
#[inline(always)]
pub(super) unsafe fn write_first<T, const LANES: usize>(lanes: [T; LANES], to: *mut T, count: usize) {
    for (i, lane) in lanes.into_iter().enumerate() {
        if i < count {
            unsafe { to.add(i).write_unaligned(lane) };
        }
    }
}
