//! The outlined functions for each kind of register, compiled for its processor features.

use super::copies::{copy, copy_rows};
use super::outlined::Outlined;
use super::parts::Onto;
use super::places::{At, Base, Part, Rows, Target};
use super::product::{narrow_product, product_by_panels, product_in_place, product_of_copies};
use super::tile::by_tiles;
use std::arch;

/// The processor features of a function cannot be declared on a method of a trait, but on a function
/// inside it.
macro_rules! outlined {
    ($features:literal: $($Vector:ty, $T:ty;)*) => { $(
        impl Outlined<$T> for $Vector {
            outlined!(fn $features, product_in_place(
                ab: [At<$T>; 2], c: Target<$T>, shape: [usize; 3], onto: Onto<'_, $T>
            ) { product_in_place::<$T, $Vector>(ab, c, shape, onto, None) });
            outlined!(fn $features, product_by_panels(
                ab: [At<$T>; 2], c: Target<$T>, shape: [usize; 3], onto: Onto<'_, $T>
            ) { product_by_panels::<$T, $Vector>(ab, c, shape, onto) });
            outlined!(fn $features, product_of_copies(
                ab: [At<$T>; 2], c: Target<$T>, shape: [usize; 3], onto: Onto<'_, $T>,
                copies: (&mut [$T], usize)
            ) { product_of_copies::<$T, $Vector>(ab, c, shape, onto, copies) });
            outlined!(fn $features, narrow_product(
                ab: [At<$T>; 2], c: Target<$T>, shape: [usize; 3]
            ) { narrow_product::<$T, $Vector>(ab, c, shape) });
            #[inline(always)]
            unsafe fn by_tiles<B: Base<$T>, const C: usize>(part: &Part<$T>, base: B) {
                #[target_feature(enable = $features)]
                #[inline(never)]
                unsafe fn on_its_own<B: Base<$T>, const C: usize>(part: &Part<$T>, base: B) {
                    unsafe { by_tiles::<$T, $Vector, C>(part, base) }
                }
                unsafe { on_its_own::<B, C>(part, base) }
            }
            outlined!(fn $features, rows(
                a: At<$T>, to: *mut $T, rows: usize, depth: usize
            ) -> Rows<$T> { copy_rows::<$T, $Vector>(a, to, rows, depth) });
            outlined!(fn $features, panel(
                b: At<$T>, to: *mut $T, width: usize, shape: [usize; 2]
            ) -> At<$T> { copy::<$T, $Vector>(b, to, width, shape) });
        }
    )* };
    (fn $features:literal, $name:ident($($argument:ident: $Type:ty),*) $(-> $Y:ty)? { $work:expr }) => {
        #[inline(always)]
        unsafe fn $name($($argument: $Type),*) $(-> $Y)? {
            #[target_feature(enable = $features)]
            #[inline(never)]
            unsafe fn on_its_own($($argument: $Type),*) $(-> $Y)? {
                unsafe { $work }
            }
            unsafe { on_its_own($($argument),*) }
        }
    };
}
#[cfg(target_arch = "x86_64")]
outlined!("avx512f,avx2,fma": arch::x86_64::__m512, f32; arch::x86_64::__m512d, f64;);
#[cfg(target_arch = "x86_64")]
outlined!("avx2,fma": arch::x86_64::__m256, f32; arch::x86_64::__m256d, f64;);
#[cfg(target_arch = "aarch64")]
outlined!("neon": arch::aarch64::float32x4_t, f32; arch::aarch64::float64x2_t, f64;);
#[cfg(target_arch = "wasm32")]
outlined!("simd128": arch::wasm32::v128, f32; arch::wasm32::v128, f64;);
