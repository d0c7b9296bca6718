//! The registers of WebAssembly, which are known when the program is compiled.
//!
//! Tiles have 4 rows or 1: programs should be small.

use super::Register;
use super::partial::{first, write_first};
use std::arch::wasm32::*;

/// WebAssembly has no such instruction.
#[inline(always)]
pub(in super::super) unsafe fn prefetch<T>(_: *const T) {}

register! {
    v128, f32: 4 lanes, 4 rows, f32x4_splat, v128_load, v128_store, f32x4_add;
    load_first |from, count| v128_load(first::<_, 4>(from, count).as_ptr().cast());
    store_first |y, to, count| {
        let mut lanes = [0.0; 4];
        v128_store(lanes.as_mut_ptr().cast(), y);
        write_first(lanes, to, count);
    };
    multiply_add |x, b, c| f32x4_add(f32x4_mul(x, b), c);
    interleave |a, b| [i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b)];
}

register! {
    v128, f64: 2 lanes, 4 rows, f64x2_splat, v128_load, v128_store, f64x2_add;
    load_first |from, count| v128_load(first::<_, 2>(from, count).as_ptr().cast());
    store_first |y, to, count| {
        let mut lanes = [0.0; 2];
        v128_store(lanes.as_mut_ptr().cast(), y);
        write_first(lanes, to, count);
    };
    multiply_add |x, b, c| f64x2_add(f64x2_mul(x, b), c);
    interleave |a, b| [i64x2_shuffle::<0, 2>(a, b), i64x2_shuffle::<1, 3>(a, b)];
}
