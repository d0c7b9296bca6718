//! The operations on vector registers of which a matrix product consists.

use std::arch::x86_64::*;

/// A vector register of numbers.
///
/// # Safety
/// Every method needs the processor features of the register, and pointers that are valid for the
/// documented number of elements; `count` is at most [`LANES`](Self::LANES).
pub(super) trait Register<T>: Copy {
    /// The number of lanes.
    const LANES: usize;
    /// The number of rows of a tile two registers wide, chosen so that its sums fill most of the register
    /// file.
    const ROWS: usize;

    /// All lanes 0.
    unsafe fn zero() -> Self;
    /// All lanes `x`.
    unsafe fn splat(x: T) -> Self;
    /// Loads all lanes from `from`.
    unsafe fn load(from: *const T) -> Self;
    /// Loads the first `count` lanes from `from` and sets the rest to zero.
    unsafe fn load_first(from: *const T, count: usize) -> Self;
    /// Stores all lanes.
    unsafe fn store(self, to: *mut T);
    /// Stores the first `count` lanes.
    unsafe fn store_first(self, to: *mut T, count: usize);
    /// Stores all lanes, or only the first `count` if `count` is smaller.
    #[inline(always)]
    unsafe fn store_up_to(self, to: *mut T, count: usize) {
        unsafe { if count < Self::LANES { self.store_first(to, count) } else { self.store(to) } }
    }
    /// `self * b + c`, with one rounding.
    unsafe fn multiply_add(self, b: Self, c: Self) -> Self;
    /// `self + b`.
    unsafe fn add(self, b: Self) -> Self;
    /// The lanes of both operands, alternating and starting with `self`: first those of the lower halves,
    /// then those of the upper halves.
    unsafe fn interleave(self, b: Self) -> [Self; 2];
}

macro_rules! register {
    ($Vector:ty, $T:ty: $lanes:literal lanes, $rows:literal rows,
        $zero:ident, $splat:ident, $load:ident, $store:ident, $multiply_add:ident, $add:ident;
        load_first |$from:ident, $few:ident| $load_first:expr;
        store_first |$y:ident, $to:ident, $count:ident| $store_first:expr;
        interleave |$a:ident, $b:ident| $interleave:expr;) => {
        impl Register<$T> for $Vector {
            const LANES: usize = $lanes;
            const ROWS: usize = $rows;

            #[inline(always)]
            unsafe fn zero() -> Self {
                unsafe { $zero() }
            }
            #[inline(always)]
            unsafe fn splat(x: $T) -> Self {
                unsafe { $splat(x) }
            }
            #[inline(always)]
            unsafe fn load(from: *const $T) -> Self {
                unsafe { $load(from) }
            }
            #[inline(always)]
            unsafe fn load_first($from: *const $T, $few: usize) -> Self {
                unsafe { $load_first }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $T) {
                unsafe { $store(to, self) }
            }
            #[inline(always)]
            unsafe fn store_first(self, $to: *mut $T, $count: usize) {
                let $y = self;
                unsafe { $store_first }
            }
            #[inline(always)]
            unsafe fn multiply_add(self, b: Self, c: Self) -> Self {
                unsafe { $multiply_add(self, b, c) }
            }
            #[inline(always)]
            unsafe fn add(self, b: Self) -> Self {
                unsafe { $add(self, b) }
            }
            #[inline(always)]
            unsafe fn interleave(self, $b: Self) -> [Self; 2] {
                let $a = self;
                unsafe { $interleave }
            }
        }
    };
}

register! {
    __m512, f32: 16 lanes, 12 rows,
        _mm512_setzero_ps, _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_fmadd_ps, _mm512_add_ps;
    load_first |from, count| _mm512_maskz_loadu_ps(first(count), from);
    store_first |y, to, count| _mm512_mask_storeu_ps(to, first(count), y);
    interleave |a, b| {
        let lower = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        let upper = _mm512_add_epi32(lower, _mm512_set1_epi32(8));
        [_mm512_permutex2var_ps(a, lower, b), _mm512_permutex2var_ps(a, upper, b)]
    };
}

register! {
    __m512d, f64: 8 lanes, 12 rows,
        _mm512_setzero_pd, _mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_fmadd_pd, _mm512_add_pd;
    load_first |from, count| _mm512_maskz_loadu_pd(first(count) as u8, from);
    store_first |y, to, count| _mm512_mask_storeu_pd(to, first(count) as u8, y);
    interleave |a, b| {
        let lower = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
        let upper = _mm512_add_epi64(lower, _mm512_set1_epi64(4));
        [_mm512_permutex2var_pd(a, lower, b), _mm512_permutex2var_pd(a, upper, b)]
    };
}

register! {
    __m256, f32: 8 lanes, 6 rows,
        _mm256_setzero_ps, _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_fmadd_ps, _mm256_add_ps;
    load_first |from, count| _mm256_maskload_ps(from, first_of_eight(count));
    store_first |y, to, count| _mm256_maskstore_ps(to, first_of_eight(count), y);
    interleave |a, b| {
        let (even, odd) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
        [_mm256_permute2f128_ps::<0x20>(even, odd), _mm256_permute2f128_ps::<0x31>(even, odd)]
    };
}

register! {
    __m256d, f64: 4 lanes, 6 rows,
        _mm256_setzero_pd, _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_fmadd_pd, _mm256_add_pd;
    load_first |from, count| _mm256_maskload_pd(from, first_of_four(count));
    store_first |y, to, count| _mm256_maskstore_pd(to, first_of_four(count), y);
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
