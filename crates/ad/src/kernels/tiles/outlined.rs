//! What is compiled on its own for each kind of register, so that its constants and sums have all of them to themselves.

use super::Onto;
use super::copies::{copy, copy_rows};
use super::places::{At, Base, Part, Rows};
use super::product::product;
use super::register::Register;
use super::tile::by_tiles;
use std::arch::x86_64::{__m256, __m256d, __m512, __m512d};

/// The functions that are not inlined into each other.
pub(super) trait Outlined<T: Copy>: Register<T> {
    /// [`product`].
    unsafe fn product(ab: [At<T>; 2], c: *mut T, shape: [usize; 3], onto: Onto<'_, T>, copies: &mut [T]);
    /// [`by_tiles`] of two registers a row.
    unsafe fn by_wide_tiles<B: Base<T>>(part: Part<T>, base: B);
    /// [`copy_rows`].
    unsafe fn rows(a: At<T>, to: *mut T, rows: usize, depth: usize) -> Rows<T>;
    /// [`copy`].
    unsafe fn panel(b: At<T>, to: *mut T, width: usize, shape: [usize; 2]) -> At<T>;
}

/// A method of a trait cannot name the features that it is compiled for; a function in it can.
macro_rules! outlined {
    ($features:literal: $($Vector:ty, $T:ty;)*) => { $(
        impl Outlined<$T> for $Vector {
            #[inline(always)]
            unsafe fn product(
                ab: [At<$T>; 2],
                c: *mut $T,
                shape: [usize; 3],
                onto: Onto<'_, $T>,
                copies: &mut [$T],
            ) {
                #[target_feature(enable = $features)]
                unsafe fn on_its_own(
                    ab: [At<$T>; 2],
                    c: *mut $T,
                    shape: [usize; 3],
                    onto: Onto<'_, $T>,
                    copies: &mut [$T],
                ) {
                    unsafe { product::<$T, $Vector>(ab, c, shape, onto, copies) }
                }
                unsafe { on_its_own(ab, c, shape, onto, copies) }
            }
            #[inline(always)]
            unsafe fn by_wide_tiles<B: Base<$T>>(part: Part<$T>, base: B) {
                #[target_feature(enable = $features)]
                #[inline(never)]
                unsafe fn on_its_own<B: Base<$T>>(part: Part<$T>, base: B) {
                    unsafe { by_tiles::<$T, $Vector, 2>(part, base) }
                }
                unsafe { on_its_own(part, base) }
            }
            #[inline(always)]
            unsafe fn rows(a: At<$T>, to: *mut $T, rows: usize, depth: usize) -> Rows<$T> {
                #[target_feature(enable = $features)]
                #[inline(never)]
                unsafe fn on_its_own(a: At<$T>, to: *mut $T, rows: usize, depth: usize) -> Rows<$T> {
                    unsafe { copy_rows::<$T, $Vector>(a, to, rows, depth) }
                }
                unsafe { on_its_own(a, to, rows, depth) }
            }
            #[inline(always)]
            unsafe fn panel(b: At<$T>, to: *mut $T, width: usize, shape: [usize; 2]) -> At<$T> {
                #[target_feature(enable = $features)]
                #[inline(never)]
                unsafe fn on_its_own(b: At<$T>, to: *mut $T, width: usize, shape: [usize; 2]) -> At<$T> {
                    unsafe { copy::<$T, $Vector>(b, to, width, shape) }
                }
                unsafe { on_its_own(b, to, width, shape) }
            }
        }
    )* };
}
outlined!("avx512f,avx2,fma": __m512, f32; __m512d, f64;);
outlined!("avx2,fma": __m256, f32; __m256d, f64;);
