//! Tiles: parts of `C` whose sums stay in registers during the loop over the inner dimension.

use super::blocking::rows_conflict;
use super::places::{At, Base, Part, TALLEST, Target};
use super::register::Register;
use std::hint::black_box;

/// Computes a part of a product whose panel is at most `C` registers wide.
#[inline(always)]
pub(super) unsafe fn by_tiles<T: Copy, V: Register<T>, const C: usize>(part: &Part<T>, base: impl Base<T>) {
    unsafe {
        let (mut i, is_wide) = (0, V::ROWS == 12);
        // With few operations for each element of `A`, rows that replace each other in the cache are read
        // four at a time. Measured with the registers of AVX-512.
        let stride = part.a.first.down * size_of::<T>();
        if V::ROWS > 4 && !(C == 1 && is_wide && rows_conflict(TALLEST, stride)) {
            i = if C == 1 || is_wide {
                by_tiles_of::<T, V, 12, C>(i, part, base)
            } else {
                by_tiles_of::<T, V, 6, C>(i, part, base)
            };
            // A tile of fewer than eight sums takes as long as one of eight, because each multiply-add waits
            // for the previous one.
            i = if C == 1 { by_tiles_of::<T, V, 8, C>(i, part, base) } else { i };
        }
        i = by_tiles_of::<T, V, 4, C>(i, part, base);
        if V::ROWS > 4 {
            i = by_tiles_of::<T, V, 2, C>(i, part, base);
        }
        by_tiles_of::<T, V, 1, C>(i, part, base);
    }
}

/// Computes its rows from `i` on, `R` at a time, and returns the index of the first remaining row.
#[inline(always)]
unsafe fn by_tiles_of<T: Copy, V: Register<T>, const R: usize, const C: usize>(
    mut i: usize,
    part: &Part<T>,
    base: impl Base<T>,
) -> usize {
    let &Part { rows, depth, a, panel, target } = part;
    while i + R <= rows {
        unsafe {
            let corner = target.corner.add(i * target.down);
            tile::<T, V, R, C>(depth, a.from(i), panel, Target { corner, ..target }, base);
        }
        i += R;
    }
    i
}

/// Multiplies `R` rows of `A` by a panel of at most `C` registers per row, of which the last may be
/// partly filled.
#[inline(always)]
unsafe fn tile<T: Copy, V: Register<T>, const R: usize, const C: usize>(
    depth: usize,
    a: At<T>,
    panel: At<T>,
    target: Target<T>,
    base: impl Base<T>,
) {
    // Decided here, outside of the innermost loop.
    unsafe {
        if target.columns == C * V::LANES {
            tile_of::<T, V, R, C, true>(depth, a, panel, target, base);
        } else {
            tile_of::<T, V, R, C, false>(depth, a, panel, target, base);
        }
    }
}

/// A tile whose last registers are all `FULL`, or all partly filled.
#[inline(always)]
unsafe fn tile_of<T: Copy, V: Register<T>, const R: usize, const C: usize, const FULL: bool>(
    depth: usize,
    a: At<T>,
    panel: At<T>,
    target: Target<T>,
    base: impl Base<T>,
) {
    let last = target.columns - (C - 1) * V::LANES;
    let is_full = |j: usize| FULL || j + 1 < C;
    let rows = Corners::<T, R>::of(a);
    unsafe {
        let mut sums = [[V::zero(); C]; R];
        for p in 0..depth {
            let mut row = [V::zero(); C];
            for (j, x) in row.iter_mut().enumerate() {
                let from = panel.from(p, j * V::LANES).corner;
                *x = if is_full(j) { V::load(from) } else { V::load_first(from, last) };
            }
            for (i, sums) in sums.iter_mut().enumerate() {
                let x = V::splat(*rows.at(i, p));
                for (sum, row) in sums.iter_mut().zip(row) {
                    *sum = x.multiply_add(row, *sum);
                }
            }
        }
        for (i, sums) in sums.iter().enumerate() {
            for (j, &sum) in sums.iter().enumerate() {
                let to = target.corner.add(i * target.down + j * V::LANES);
                match (base.of(to, j * V::LANES), is_full(j)) {
                    (None, true) => sum.store(to),
                    (None, false) => sum.store_first(to, last),
                    (Some(base), true) => sum.add(V::load(base)).store(to),
                    (Some(base), false) => sum.add(V::load_first(base, last)).store_first(to, last),
                }
            }
        }
    }
}

/// The rows of `A` that a tile reads.
///
/// A compiler that knows how the rows are related computes the address of each one from the one before:
/// an addition per row in the innermost loop. Of six rows, two have distances from the first one that no
/// addressing mode of x86-64 multiplies out. Hidden, they stay in registers, as does the corner, which would
/// be computed for each row.
#[derive(Clone, Copy)]
struct Corners<T, const R: usize> {
    a: At<T>,
    distances: [usize; R],
}

impl<T: Copy, const R: usize> Corners<T, R> {
    const HIDDEN: bool = cfg!(target_arch = "x86_64") && R == 6;

    #[inline(always)]
    fn of(a: At<T>) -> Self {
        if !Self::HIDDEN {
            return Self { a, distances: [0; R] };
        }
        let hidden = |i: usize| if matches!(i, 3 | 5) { black_box(i * a.down) } else { i * a.down };
        Self { a: At { corner: black_box(a.corner), ..a }, distances: std::array::from_fn(hidden) }
    }

    /// The element in row `i` and column `p`.
    #[inline(always)]
    fn at(&self, i: usize, p: usize) -> *const T {
        if Self::HIDDEN {
            self.a.from(0, p).corner.wrapping_add(self.distances[i])
        } else {
            self.a.from(i, p).corner
        }
    }
}
