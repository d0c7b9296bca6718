//! The product: which parts of the matrices meet in which order.

use super::outlined::Outlined;
use super::places::{At, Base, Nothing, Output, Part, Row, Rows, TALLEST, Target};
use super::tile::by_tiles;
use super::{CACHED, DEEP, DEPTH, Onto, Registers, Tiled};
use crate::kernels::{Matrix, repeat};
use std::arch::x86_64::{__m256, __m256d, __m512, __m512d};
use std::cell::RefCell;
use std::mem::MaybeUninit;

/// The bytes of a row of the widest panel.
const WIDTH: usize = 128;
/// How many bytes of `A`, at most, are copied together, so that they stay in the second-level cache, or nearly.
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
                a: Matrix<'_, $T>,
                b: Matrix<'_, $T>,
                c: &mut [$T],
                onto: Onto<'_, $T>,
            ) -> bool {
                thread_local! {
                    /// Room for the copies of rows of `A` and of a panel of `B`.
                    static COPIES: RefCell<Vec<$T>> = const { RefCell::new(Vec::new()) };
                }
                let ([m, k], [l, n]) = (a.shape, b.shape);
                let row = if let Onto::Row(row) = onto { row.len() } else { n };
                assert!(k == l && c.len() == m * n && row == n, "the shapes fit");
                let has_fma = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
                let is_there = match registers {
                    Registers::Wide => has_fma && is_x86_feature_detected!("avx512f"),
                    Registers::Narrow => has_fma,
                };
                if !is_there || c.is_empty() {
                    return is_there;
                }
                if k == 0 {
                    match onto {
                        Onto::Nothing => c.fill(0.0),
                        Onto::Output => {}
                        Onto::Row(row) => repeat(row, c),
                    }
                }
                let (ab, c) = ([At::of(a), At::of(b)], c.as_mut_ptr());
                // SAFETY: the features were detected; a matrix holds all its elements, as its strides say, and there are some.
                let work = |copies: &mut [$T]| unsafe {
                    match registers {
                        Registers::Wide => <$Wide>::product(ab, c, [m, k, n], onto, copies),
                        Registers::Narrow => <$Narrow>::product(ab, c, [m, k, n], onto, copies),
                    }
                };
                if k * n * size_of::<$T>() <= CACHED {
                    work(&mut []);
                } else {
                    COPIES.with_borrow_mut(|copies| {
                        copies.resize(DEEP * (tall::<$T>() + WIDTH / size_of::<$T>()), 0.0);
                        work(copies);
                    });
                }
                true
            }
        }
    };
}
tiled!(f32: __m512, __m256);
tiled!(f64: __m512d, __m256d);

/// `C = A B`, added to something. Where there is room for copies, both are copied, a block of `A` and a panel of `B` at a time.
#[inline(always)]
pub(super) unsafe fn product<T: Copy, V: Outlined<T>>(
    [a, b]: [At<T>; 2],
    c: *mut T,
    [m, k, n]: [usize; 3],
    onto: Onto<'_, T>,
    copies: &mut [T],
) {
    let mut small = MaybeUninit::<[[u8; WIDTH]; DEPTH]>::uninit();
    let (width, copied) = (2 * V::LANES, !copies.is_empty());
    let (deep, tall) = if copied { (DEEP, tall::<T>()) } else { (DEPTH, m) };
    let (kept, panel) = copies.split_at_mut(if copied { deep * tall } else { 0 });
    let panel = if copied { panel.as_mut_ptr() } else { small.as_mut_ptr().cast() };
    for p in (0..k).step_by(deep) {
        let depth = deep.min(k - p);
        for i in (0..m).step_by(tall) {
            let rows = tall.min(m - i);
            unsafe {
                let a = a.from(i, p);
                let a = if copied {
                    V::rows(a, kept.as_mut_ptr(), rows, depth)
                } else {
                    Rows { first: a, next: TALLEST * a.down }
                };
                for j in (0..n).step_by(width) {
                    let (b, columns) = (b.from(p, j), width.min(n - j));
                    let b =
                        if copied || b.right != 1 { V::panel(b, panel, width, [depth, columns]) } else { b };
                    let target = Target { corner: c.add(i * n + j), down: n, columns };
                    let part = Part { rows, depth, a, panel: b, target };
                    match onto {
                        Onto::Nothing if p == 0 => add_part::<T, V>(part, Nothing),
                        Onto::Row(row) if p == 0 => add_part::<T, V>(part, Row(row.as_ptr().add(j))),
                        _ => add_part::<T, V>(part, Output),
                    }
                }
            }
        }
    }
}

/// Works out a part and writes it, added to what `base` says.
#[inline(always)]
unsafe fn add_part<T: Copy, V: Outlined<T>>(part: Part<T>, base: impl Base<T>) {
    unsafe {
        if part.target.columns <= V::LANES {
            by_tiles::<T, V, 1>(part, base);
        } else {
            V::by_wide_tiles(part, base);
        }
    }
}
