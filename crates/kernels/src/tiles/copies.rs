//! Copies of parts of matrices, in the order in which tiles read their elements.

use super::places::{At, Rows, TALLEST};
use super::register::{Register, prefetch};
use std::hint::black_box;

/// Copies rows of `A`, interleaved in blocks of [`TALLEST`], so that a tile reads consecutive elements.
#[inline(always)]
pub(super) unsafe fn copy_rows<T: Copy, V: Register<T>>(
    a: At<T>,
    to: *mut T,
    rows: usize,
    depth: usize,
) -> Rows<T> {
    for i in (0..rows).step_by(TALLEST) {
        let shape = [depth, TALLEST.min(rows - i)];
        unsafe {
            let (corner, to) = (a.from(i, 0).corner, to.add(i * depth));
            copy::<T, V>(At { corner, down: a.right, right: a.down }, to, TALLEST, shape);
        }
    }
    Rows { first: At { corner: to, down: 1, right: TALLEST }, next: TALLEST * depth }
}

/// Copies a part of a matrix, whose rows or columns are contiguous, to rows of `width` elements. The
/// elements after its columns are unspecified.
#[inline(always)]
pub(super) unsafe fn copy<T: Copy, V: Register<T>>(
    from: At<T>,
    to: *mut T,
    width: usize,
    [rows, columns]: [usize; 2],
) -> At<T> {
    if from.right == 1 {
        for p in 0..rows {
            for q in (0..columns).step_by(V::LANES) {
                unsafe {
                    // The next panel is the one to the right.
                    prefetch(from.from(p, q + width).corner);
                    load::<T, V>(from.from(p, q), columns - q).store_up_to(to.add(p * width + q), width - q);
                }
            }
        }
    } else {
        unsafe { copy_transposed::<T, V>(from, to, width, [rows, columns]) }
    }
    At { corner: to, down: width, right: 1 }
}

/// Same as [`copy`], for a matrix with contiguous columns.
#[inline(always)]
unsafe fn copy_transposed<T: Copy, V: Register<T>>(
    from: At<T>,
    to: *mut T,
    width: usize,
    [rows, columns]: [usize; 2],
) {
    for q in (0..columns).step_by(V::LANES) {
        for p in (0..rows).step_by(V::LANES) {
            let (from, down, right) = (from.from(p, q), rows - p, columns - q);
            unsafe {
                let (to, room) = (to.add(p * width + q), width - q);
                // Hidden, or the compiler computes multiples of both distances before the loops, and keeps
                // them in memory.
                let (from, width) = (At { right: black_box(from.right), ..from }, black_box(width));
                // The number of rows is a constant in whole blocks.
                if down >= V::LANES && right >= V::LANES {
                    copy_block::<T, V>(from, to, width, V::LANES);
                } else if V::LANES == 16 && down > 4 && right >= V::LANES {
                    copy_block::<T, V>(from, to, width, down);
                } else {
                    copy_part_of_block::<T, V>(from, to, [width, room], [down, right]);
                }
            }
        }
    }
}

/// Copies a block with as many columns as a register has lanes, and at most as many rows, to rows that are
/// `width` elements apart.
#[inline(always)]
unsafe fn copy_block<T: Copy, V: Register<T>>(from: At<T>, to: *mut T, width: usize, rows: usize) {
    unsafe {
        let mut block = [V::zero(); 16];
        for (i, row) in block[..V::LANES].iter_mut().enumerate() {
            prefetch(from.from(0, i + width).corner);
            *row = load::<T, V>(from.from(0, i), rows);
        }
        transpose(&mut block);
        for (i, row) in block[..V::LANES].iter().enumerate() {
            if i < rows {
                row.store(to.add(i * width));
            }
        }
    }
}

/// Copies a block with few rows or columns `left`, of whose rows `room` elements may be written.
#[inline(always)]
unsafe fn copy_part_of_block<T: Copy, V: Register<T>>(
    from: At<T>,
    to: *mut T,
    [width, room]: [usize; 2],
    left: [usize; 2],
) {
    let [down, right] = left.map(|left| left.min(V::LANES));
    unsafe {
        // The shuffles take as long for few elements as for a whole block.
        if down * right <= 4 * V::LANES {
            for i in 0..right {
                for p in 0..down {
                    *to.add(p * width + i) = *from.from(p, i).corner;
                }
            }
            return;
        }
        let mut block = [V::zero(); 16];
        for (i, row) in block[..right].iter_mut().enumerate() {
            *row = load::<T, V>(from.from(0, i), down);
        }
        transpose(&mut block);
        for (i, row) in block[..down].iter().enumerate() {
            row.store_up_to(to.add(i * width), room);
        }
    }
}

/// Loads the elements from `from` on, to the right or down, as many as exist and fit.
#[inline(always)]
unsafe fn load<T: Copy, V: Register<T>>(from: At<T>, count: usize) -> V {
    unsafe { if count < V::LANES { V::load_first(from.corner, count) } else { V::load(from.corner) } }
}

/// Transposes the square block in the first registers, by perfect shuffles of rows, one for each bit of
/// an index.
#[inline(always)]
unsafe fn transpose<T, V: Register<T>>(block: &mut [V; 16]) {
    let half = V::LANES / 2;
    for _ in 0..V::LANES.ilog2() {
        let rows = *block;
        for i in 0..half {
            [block[2 * i], block[2 * i + 1]] = unsafe { rows[i].interleave(rows[i + half]) };
        }
    }
}
