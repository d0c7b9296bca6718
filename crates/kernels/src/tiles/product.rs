//! The product: which parts of the matrices meet in which order.

use super::outlined::Outlined;
use super::places::{At, Base, Nothing, Output, Part, Row, Rows, TALLEST, Target};
use super::{DEEP, DEPTH, Onto, Product, Registers, Tiled, Window};
use std::arch::x86_64::{__m256, __m256d, __m512, __m512d};
use std::cell::RefCell;
use std::mem::MaybeUninit;
use std::thread::LocalKey;

/// The bytes of a row of the widest panel.
const WIDTH: usize = 128;
/// The most columns that a product has for it to be worked out as its transpose: three quarters of a register at most.
const NARROW: usize = 12;
/// How many bytes of `A`, at most, are copied together. They are read in order, once a panel, from the third-level cache: more rows for a
/// panel, and longer sums, save more than the second-level cache would.
const KEPT: usize = 528 * DEEP * 4;

/// How many rows of `A` are copied together: whole tiles.
const fn tall<T>() -> usize {
    KEPT / (DEEP * size_of::<T>()) / TALLEST * TALLEST
}

macro_rules! tiled {
    ($T:ty: $Wide:ty, $Narrow:ty) => {
        impl Tiled for $T {
            #[inline]
            fn product_in(
                registers: Registers,
                Product { a, b, onto, copied }: Product<'_, $T>,
                c: &mut Window<'_, $T>,
            ) -> bool {
                thread_local! {
                    /// Room for the copies of rows of `A` and of a panel of `B`.
                    static COPIES: RefCell<Vec<$T>> = const { RefCell::new(Vec::new()) };
                }
                let ([m, k], [l, n]) = (a.shape, b.shape);
                let row = if let Onto::Row(row) = onto { row.len() } else { n };
                assert!(k == l && c.shape == [m, n] && row == n, "the shapes fit");
                let has_fma = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
                let is_there = match registers {
                    Registers::Wide => has_fma && is_x86_feature_detected!("avx512f"),
                    Registers::Narrow => has_fma,
                };
                if !is_there || m == 0 || n == 0 {
                    return is_there;
                }
                let ab = [At::of(a), At::of(b)];
                let c = Target { corner: c.corner, down: c.down, columns: n };
                let shape = [m, k, n];
                let copies = copied.then_some(&COPIES);
                // SAFETY: the features were detected; a matrix holds all its elements, as its strides say, and there are some; the
                // elements of a window are nobody else's.
                unsafe {
                    match registers {
                        Registers::Wide => product::<$T, $Wide>(ab, c, shape, onto, copies),
                        Registers::Narrow => product::<$T, $Narrow>(ab, c, shape, onto, copies),
                    }
                }
                true
            }
        }
    };
}
tiled!(f32: __m512, __m256);
tiled!(f64: __m512d, __m256d);

/// `C = A B`, added to something: in the way that its shape and the order of its elements ask for; with copies, if there is room for
/// them.
#[inline(always)]
unsafe fn product<T: Copy + Default, V: Outlined<T>>(
    [a, b]: [At<T>; 2],
    c: Target<T>,
    [m, k, n]: [usize; 3],
    onto: Onto<'_, T>,
    copies: Option<&'static LocalKey<RefCell<Vec<T>>>>,
) {
    // Worked out as its transpose, it is written as rows that follow each other.
    let is_narrow = m >= V::LANES && 4 * n <= 3 * V::LANES && c.down == n;
    unsafe {
        if let Some(copies) = copies {
            copies.with_borrow_mut(|copies| {
                copies.resize(DEEP * (tall::<T>() + WIDTH / size_of::<T>()), T::default());
                V::product_of_copies([a, b], c, [m, k, n], onto, copies);
            });
        } else if is_narrow && a.down == 1 && matches!(onto, Onto::Nothing) {
            V::narrow_product([a, b], c, [m, k, n]);
        } else if b.right == 1 {
            V::product_in_place([a, b], c, [m, k, n], onto);
        } else {
            V::product_by_panels([a, b], c, [m, k, n], onto);
        }
    }
}

/// Where the panels of `B` are contiguous row by row, or there is `room` to copy them.
#[inline(always)]
pub(super) unsafe fn product_in_place<T: Copy, V: Outlined<T>>(
    [a, b]: [At<T>; 2],
    c: Target<T>,
    [m, k, n]: [usize; 3],
    onto: Onto<'_, T>,
    room: Option<*mut T>,
) {
    let width = 2 * V::LANES;
    for p in (0..k.max(1)).step_by(DEPTH) {
        let first = a.from(0, p);
        let (depth, rows) = (DEPTH.min(k - p), Rows { first, next: TALLEST * first.down });
        for j in (0..n).step_by(width) {
            let columns = width.min(n - j);
            unsafe {
                let panel = match room {
                    None => b.from(p, j),
                    Some(room) => V::panel(b.from(p, j), room, width, [depth, columns]),
                };
                let target = Target { corner: c.corner.add(j), columns, ..c };
                add_part::<T, V>(Part { rows: m, depth, a: rows, panel, target }, onto, [p, j]);
            }
        }
    }
}

/// Where `B` is the transpose of a matrix.
#[inline(always)]
pub(super) unsafe fn product_by_panels<T: Copy, V: Outlined<T>>(
    ab: [At<T>; 2],
    c: Target<T>,
    shape: [usize; 3],
    onto: Onto<'_, T>,
) {
    let mut panel = MaybeUninit::<[[u8; WIDTH]; DEPTH]>::uninit();
    unsafe { product_in_place::<T, V>(ab, c, shape, onto, Some(panel.as_mut_ptr().cast())) };
}

/// With both copied, a block of `A` and a panel of `B` at a time.
#[inline(always)]
pub(super) unsafe fn product_of_copies<T: Copy, V: Outlined<T>>(
    [a, b]: [At<T>; 2],
    c: Target<T>,
    [m, k, n]: [usize; 3],
    onto: Onto<'_, T>,
    copies: &mut [T],
) {
    let (width, tall) = (2 * V::LANES, tall::<T>());
    let (block, panel) = copies.split_at_mut(DEEP * tall);
    for p in (0..k).step_by(DEEP) {
        let depth = DEEP.min(k - p);
        for i in (0..m).step_by(tall) {
            let rows = tall.min(m - i);
            unsafe {
                let a = V::rows(a.from(i, p), block.as_mut_ptr(), rows, depth);
                for j in (0..n).step_by(width) {
                    let columns = width.min(n - j);
                    let panel = V::panel(b.from(p, j), panel.as_mut_ptr(), width, [depth, columns]);
                    let target = Target { corner: c.corner.add(i * c.down + j), columns, ..c };
                    add_part::<T, V>(Part { rows, depth, a, panel, target }, onto, [p, j]);
                }
            }
        }
    }
}

/// `C = A B` where `C` is narrower than a register and the columns of `A` are contiguous: as `C' = B' A'`, a few columns of `C'` at a
/// time.
#[inline(always)]
pub(super) unsafe fn narrow_product<T: Copy, V: Outlined<T>>(
    [a, b]: [At<T>; 2],
    c: Target<T>,
    [m, k, n]: [usize; 3],
) {
    let width = 2 * V::LANES;
    // Of numbers of four bytes, or more and fewer of them.
    let mut room = MaybeUninit::<[[T; WIDTH / 4]; NARROW]>::uninit();
    let turned = room.as_mut_ptr().cast();
    for i in (0..m).step_by(width) {
        let columns = width.min(m - i);
        for p in (0..k.max(1)).step_by(DEPTH) {
            let first = b.transposed().from(0, p);
            let part = Part {
                rows: n,
                depth: DEPTH.min(k - p),
                a: Rows { first, next: TALLEST * first.down },
                panel: a.transposed().from(p, i),
                target: Target { corner: turned, down: width, columns },
            };
            unsafe { add_part::<T, V>(part, Onto::Nothing, [p, 0]) };
        }
        let rows = At { corner: turned.cast_const(), down: 1, right: width };
        unsafe { V::panel(rows, c.corner.add(i * n), n, [columns, n]) };
    }
}

/// Works out a part and writes it, added to what was there; the first part of each sum to what `onto` says, from its column `j` on.
#[inline(always)]
unsafe fn add_part<T: Copy, V: Outlined<T>>(part: Part<T>, onto: Onto<'_, T>, [p, j]: [usize; 2]) {
    unsafe {
        match onto {
            Onto::Nothing if p == 0 => by_tiles::<T, V>(&part, Nothing),
            Onto::Row(row) if p == 0 => by_tiles::<T, V>(&part, Row(row.as_ptr().add(j))),
            _ => by_tiles::<T, V>(&part, Output),
        }
    }
}

#[inline(always)]
unsafe fn by_tiles<T: Copy, V: Outlined<T>>(part: &Part<T>, base: impl Base<T>) {
    unsafe {
        if part.target.columns <= V::LANES {
            V::by_tiles::<_, 1>(part, base);
        } else {
            V::by_tiles::<_, 2>(part, base);
        }
    }
}
