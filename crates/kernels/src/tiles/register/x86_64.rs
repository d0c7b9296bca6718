//! The registers of AVX-512 and of AVX2 with FMA.

use super::Register;
use std::arch::x86_64::*;

/// Asks for the cache line of an element, which need not exist, in the second-level cache.
#[inline(always)]
pub(in super::super) unsafe fn prefetch<T>(from: *const T) {
    unsafe { _mm_prefetch::<_MM_HINT_T1>(from.cast()) };
}

register! {
    __m512, f32: 16 lanes, 12 rows, _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_add_ps;
    load_first |from, count| _mm512_maskz_loadu_ps(first(count), from);
    store_first |y, to, count| _mm512_mask_storeu_ps(to, first(count), y);
    multiply_add |x, b, c| _mm512_fmadd_ps(x, b, c);
    interleave |a, b| {
        let lower = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        let upper = _mm512_add_epi32(lower, _mm512_set1_epi32(8));
        [_mm512_permutex2var_ps(a, lower, b), _mm512_permutex2var_ps(a, upper, b)]
    };
}

register! {
    __m512d, f64: 8 lanes, 12 rows, _mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_add_pd;
    load_first |from, count| _mm512_maskz_loadu_pd(first(count) as u8, from);
    store_first |y, to, count| _mm512_mask_storeu_pd(to, first(count) as u8, y);
    multiply_add |x, b, c| _mm512_fmadd_pd(x, b, c);
    interleave |a, b| {
        let lower = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
        let upper = _mm512_add_epi64(lower, _mm512_set1_epi64(4));
        [_mm512_permutex2var_pd(a, lower, b), _mm512_permutex2var_pd(a, upper, b)]
    };
}

register! {
    __m256, f32: 8 lanes, 6 rows, _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_add_ps;
    load_first |from, count| _mm256_maskload_ps(from, first_of_eight(count));
    store_first |y, to, count| _mm256_maskstore_ps(to, first_of_eight(count), y);
    multiply_add |x, b, c| _mm256_fmadd_ps(x, b, c);
    interleave |a, b| {
        let (even, odd) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
        [_mm256_permute2f128_ps::<0x20>(even, odd), _mm256_permute2f128_ps::<0x31>(even, odd)]
    };
}

register! {
    __m256d, f64: 4 lanes, 6 rows, _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_add_pd;
    load_first |from, count| _mm256_maskload_pd(from, first_of_four(count));
    store_first |y, to, count| _mm256_maskstore_pd(to, first_of_four(count), y);
    multiply_add |x, b, c| _mm256_fmadd_pd(x, b, c);
    interleave |a, b| {
        let (even, odd) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
        [_mm256_permute2f128_pd::<0x20>(even, odd), _mm256_permute2f128_pd::<0x31>(even, odd)]
    };
}

#[inline(always)]
fn first(count: usize) -> __mmask16 {
    ((1_u32 << count) - 1) as __mmask16
}

#[inline(always)]
unsafe fn first_of_eight(count: usize) -> __m256i {
    unsafe { _mm256_cmpgt_epi32(_mm256_set1_epi32(count as i32), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)) }
}

#[inline(always)]
unsafe fn first_of_four(count: usize) -> __m256i {
    unsafe { _mm256_cmpgt_epi64(_mm256_set1_epi64x(count as i64), _mm256_setr_epi64x(0, 1, 2, 3)) }
}
