//! The registers of NEON.

use super::Register;
use super::partial::{first, write_first};
use std::arch::aarch64::*;
use std::arch::asm;

/// Asks for the cache line of an element, which need not exist, in the second-level cache.
#[inline(always)]
pub(in super::super) unsafe fn prefetch<T>(from: *const T) {
    // The intrinsic function is not stable.
    unsafe { asm!("prfm pldl2keep, [{}]", in(reg) from, options(nostack, preserves_flags, readonly)) };
}

register! {
    float32x4_t, f32: 4 lanes, 12 rows, vdupq_n_f32, vld1q_f32, vst1q_f32, vaddq_f32;
    load_first |from, count| vld1q_f32(first::<_, 4>(from, count).as_ptr());
    store_first |y, to, count| {
        let mut lanes = [0.0; 4];
        vst1q_f32(lanes.as_mut_ptr(), y);
        write_first(lanes, to, count);
    };
    multiply_add |x, b, c| vfmaq_f32(c, x, b);
    interleave |a, b| [vzip1q_f32(a, b), vzip2q_f32(a, b)];
}

register! {
    float64x2_t, f64: 2 lanes, 12 rows, vdupq_n_f64, vld1q_f64, vst1q_f64, vaddq_f64;
    load_first |from, count| vld1q_f64(first::<_, 2>(from, count).as_ptr());
    store_first |y, to, count| {
        let mut lanes = [0.0; 2];
        vst1q_f64(lanes.as_mut_ptr(), y);
        write_first(lanes, to, count);
    };
    multiply_add |x, b, c| vfmaq_f64(c, x, b);
    interleave |a, b| [vzip1q_f64(a, b), vzip2q_f64(a, b)];
}
