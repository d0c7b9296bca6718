//! The loops over blocks and panels of a matrix product.

use super::blocking::{DEEP, DEPTH, REUSED, SCATTERED, WIDTH, has_conflicts};
use super::outlined::Outlined;
use super::parts::{Onto, Product, Window};
use super::places::{At, Base, Chosen, Nothing, Output, Part, Row, Rows, TALLEST, Target};
use super::tiled::Tiled;
use crate::instruction_set::InstructionSet;
use std::arch;
use std::cell::RefCell;
use std::mem::MaybeUninit;
use std::thread::LocalKey;

/// The largest number of columns of a product that is computed as its transpose: at most three quarters
/// of a register.
const NARROW: usize = 12;
/// The largest number of bytes of `A` in a copied block. The block is read in order, once per panel, from
/// the third-level cache: more rows per panel and longer sums save more than the second-level cache
/// would.
const KEPT: usize = 528 * DEEP * 4;

/// The number of rows of `A` in a copied block of `depth` columns: whole tiles.
const fn tall<T>(depth: usize) -> usize {
    KEPT / (depth * size_of::<T>()) / TALLEST * TALLEST
}

macro_rules! tiled {
    ($T:ty: $($Set:ident: $Vector:ty),*) => {
        impl Tiled for $T {
            #[inline]
            fn product_in(
                set: InstructionSet,
                Product { a, b, onto, copied }: Product<'_, $T>,
                c: &mut Window<'_, $T>,
            ) -> bool {
                thread_local! {
                    /// A buffer for the copies of a block of `A` and a panel of `B`.
                    static COPIES: RefCell<Vec<$T>> = const { RefCell::new(Vec::new()) };
                }
                let ([m, k], [l, n]) = (a.shape, b.shape);
                let row = if let Onto::Row(row) = onto { row.len() } else { n };
                assert!(k == l && c.shape == [m, n] && row == n, "the shapes fit");
                let is_there = matches!(set, $(InstructionSet::$Set)|*) && set.is_in_use_or_available();
                if !is_there || m == 0 || n == 0 {
                    return is_there;
                }
                let ab = [At::of(a), At::of(b)];
                let c = Target { corner: c.corner, down: c.down, columns: n };
                let shape = [m, k, n];
                let methods = [copied, m >= REUSED * TALLEST && has_conflicts(b)];
                // SAFETY: the features were detected; a matrix contains all elements that its strides
                // lead to, and is not empty; a window has exclusive access to its elements.
                unsafe {
                    match set {
                        $(InstructionSet::$Set => {
                            product::<$T, $Vector>(ab, c, shape, onto, &COPIES, methods)
                        })*
                        _ => unreachable!("a set without registers is not there"),
                    }
                }
                true
            }
        }
    };
}
#[cfg(target_arch = "x86_64")]
tiled!(f32: Avx512: arch::x86_64::__m512, Avx2: arch::x86_64::__m256);
#[cfg(target_arch = "x86_64")]
tiled!(f64: Avx512: arch::x86_64::__m512d, Avx2: arch::x86_64::__m256d);
#[cfg(target_arch = "aarch64")]
tiled!(f32: Neon: arch::aarch64::float32x4_t);
#[cfg(target_arch = "aarch64")]
tiled!(f64: Neon: arch::aarch64::float64x2_t);
#[cfg(target_arch = "wasm32")]
tiled!(f32: Simd128: arch::wasm32::v128);
#[cfg(target_arch = "wasm32")]
tiled!(f64: Simd128: arch::wasm32::v128);

/// `C = A B`, plus the initial value, by the method that suits the shapes and the strides. The operands are
/// copied in any case if they are `copied`; the rows of a panel, which is read often, may have `conflicts` in
/// the cache.
#[inline(always)]
unsafe fn product<T: Copy + Default, V: Outlined<T>>(
    [a, b]: [At<T>; 2],
    c: Target<T>,
    [m, k, n]: [usize; 3],
    onto: Onto<'_, T>,
    copies: &'static LocalKey<RefCell<Vec<T>>>,
    [copied, conflicts]: [bool; 2],
) {
    // Computed as its transpose, the output is written in contiguous rows.
    let is_narrow = m >= V::LANES && 4 * n <= 3 * V::LANES && c.down == n;
    let (deep, width) = (if copied { DEEP } else { DEPTH }, 2 * V::LANES);
    unsafe {
        if copied || (a.down == 1 && k >= SCATTERED && n >= REUSED * width && m >= REUSED * TALLEST) {
            copies.with_borrow_mut(|copies| {
                let rows = m.next_multiple_of(TALLEST).min(tall::<T>(deep));
                let room = deep * (rows + WIDTH / size_of::<T>());
                copies.resize(room.max(copies.len()), T::default());
                V::product_of_copies([a, b], c, [m, k, n], onto, (copies, deep));
            });
        } else if is_narrow && a.down == 1 && matches!(onto, Onto::Nothing) {
            V::narrow_product([a, b], c, [m, k, n]);
        } else if b.right == 1 && !conflicts {
            V::product_in_place([a, b], c, [m, k, n], onto);
        } else {
            V::product_by_panels([a, b], c, [m, k, n], onto);
        }
    }
}

/// For a `B` with contiguous rows, or with a buffer, `room`, to which its panels are copied.
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

/// For a `B` that is the transpose of a row-major matrix.
#[inline(always)]
pub(super) unsafe fn product_by_panels<T: Copy, V: Outlined<T>>(
    ab: [At<T>; 2],
    c: Target<T>,
    shape: [usize; 3],
    onto: Onto<'_, T>,
) {
    /// Aligned for every register, and in whole cache lines.
    #[repr(align(64))]
    struct Panel {
        _rows: [[u8; WIDTH]; DEPTH],
    }
    let mut panel = MaybeUninit::<Panel>::uninit();
    unsafe { product_in_place::<T, V>(ab, c, shape, onto, Some(panel.as_mut_ptr().cast())) };
}

/// With both operands copied, a block of `A` and a panel of `B` at a time, in sums of `deep` terms.
#[inline(always)]
pub(super) unsafe fn product_of_copies<T: Copy, V: Outlined<T>>(
    [a, b]: [At<T>; 2],
    c: Target<T>,
    [m, k, n]: [usize; 3],
    onto: Onto<'_, T>,
    (copies, deep): (&mut [T], usize),
) {
    let (width, tall) = (2 * V::LANES, m.next_multiple_of(TALLEST).min(tall::<T>(deep)));
    let (block, panel) = copies.split_at_mut(deep * tall);
    for p in (0..k).step_by(deep) {
        let depth = deep.min(k - p);
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

/// `C = A B` for a `C` narrower than a register and an `A` with contiguous columns: computed as
/// `C' = B' A'`, a few columns of `C'` at a time.
#[inline(always)]
pub(super) unsafe fn narrow_product<T: Copy, V: Outlined<T>>(
    [a, b]: [At<T>; 2],
    c: Target<T>,
    [m, k, n]: [usize; 3],
) {
    let width = 2 * V::LANES;
    // The number of elements of four bytes; of larger elements, correspondingly fewer.
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

/// Computes a part and adds it to the output; the first part of each sum is added to the initial value
/// instead, from its column `j` on.
#[inline(always)]
unsafe fn add_part<T: Copy, V: Outlined<T>>(part: Part<T>, onto: Onto<'_, T>, [p, j]: [usize; 2]) {
    unsafe {
        match onto {
            // Small programs: one kind of tiles.
            _ if cfg!(target_arch = "wasm32") => by_tiles::<T, V>(&part, Chosen::of(onto, p == 0, j)),
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
