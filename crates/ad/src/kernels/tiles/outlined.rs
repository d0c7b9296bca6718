//! What is compiled on its own for each kind of register, so that its constants and sums have all of them to themselves.

use super::copies::{copy, copy_rows};
use super::places::{At, Base, Rows, Target};
use super::register::Register;
use super::tile::by_tiles;
use std::arch::x86_64::{__m256, __m256d, __m512, __m512d};

/// The parts of a product that are not inlined.
pub(super) trait Outlined<T: Copy>: Register<T> {
    /// [`by_tiles`] of two registers a row.
    unsafe fn by_wide_tiles<B: Base<T>>(
        rows: usize,
        depth: usize,
        a: Rows<T>,
        panel: At<T>,
        target: Target<T>,
        base: B,
    );
    /// [`copy_rows`].
    unsafe fn rows(a: At<T>, to: *mut T, rows: usize, depth: usize) -> Rows<T>;
    /// [`copy`].
    unsafe fn panel(b: At<T>, to: *mut T, width: usize, shape: [usize; 2]) -> At<T>;
}

macro_rules! outlined {
    ($features:literal: $($Vector:ty, $T:ty;)*) => { $(
        impl Outlined<$T> for $Vector {
            #[inline(always)]
            unsafe fn by_wide_tiles<B: Base<$T>>(
                rows: usize,
                depth: usize,
                a: Rows<$T>,
                panel: At<$T>,
                target: Target<$T>,
                base: B,
            ) {
                #[target_feature(enable = $features)]
                #[inline(never)]
                unsafe fn outlined<B: Base<$T>>(
                    rows: usize,
                    depth: usize,
                    a: Rows<$T>,
                    panel: At<$T>,
                    target: Target<$T>,
                    base: B,
                ) {
                    unsafe { by_tiles::<$T, $Vector, 2>(rows, depth, a, panel, target, base) }
                }
                unsafe { outlined::<B>(rows, depth, a, panel, target, base) }
            }
            #[inline(always)]
            unsafe fn rows(a: At<$T>, to: *mut $T, rows: usize, depth: usize) -> Rows<$T> {
                #[target_feature(enable = $features)]
                #[inline(never)]
                unsafe fn copied(a: At<$T>, to: *mut $T, rows: usize, depth: usize) -> Rows<$T> {
                    unsafe { copy_rows::<$T, $Vector>(a, to, rows, depth) }
                }
                unsafe { copied(a, to, rows, depth) }
            }
            #[inline(always)]
            unsafe fn panel(b: At<$T>, to: *mut $T, width: usize, shape: [usize; 2]) -> At<$T> {
                #[target_feature(enable = $features)]
                #[inline(never)]
                unsafe fn copied(b: At<$T>, to: *mut $T, width: usize, shape: [usize; 2]) -> At<$T> {
                    unsafe { copy::<$T, $Vector>(b, to, width, shape) }
                }
                unsafe { copied(b, to, width, shape) }
            }
        }
    )* };
}
outlined!("avx512f,avx2,fma": __m512, f32; __m512d, f64;);
outlined!("avx2,fma": __m256, f32; __m256d, f64;);
