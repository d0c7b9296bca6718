//! The operations on vector registers of which a matrix product consists.

/// A vector register of numbers.
///
/// # Safety
/// Every method needs the processor features of the register, and pointers that are valid for the
/// documented number of elements, aligned or not; `count` is at most [`LANES`](Self::LANES).
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
    /// `self * b + c`, with one rounding if the processor can, which all but WebAssembly can.
    unsafe fn multiply_add(self, b: Self, c: Self) -> Self;
    /// `self + b`.
    unsafe fn add(self, b: Self) -> Self;
    /// The lanes of both operands, alternating and starting with `self`: first those of the lower halves,
    /// then those of the upper halves.
    unsafe fn interleave(self, b: Self) -> [Self; 2];
}

/// Implements [`Register`] by the intrinsic functions of one processor. Those whose operands differ between
/// processors are written as expressions.
macro_rules! register {
    ($Vector:ty, $T:ty: $lanes:literal lanes, $rows:literal rows,
        $splat:ident, $load:ident, $store:ident, $add:ident;
        load_first |$from:ident, $few:ident| $load_first:expr;
        store_first |$y:ident, $to:ident, $count:ident| $store_first:expr;
        multiply_add |$x:ident, $factor:ident, $term:ident| $multiply_add:expr;
        interleave |$a:ident, $b:ident| $interleave:expr;) => {
        #[allow(unused_unsafe, reason = "the functions of WebAssembly without pointers are safe")]
        impl Register<$T> for $Vector {
            const LANES: usize = $lanes;
            const ROWS: usize = $rows;

            #[inline(always)]
            unsafe fn zero() -> Self {
                unsafe { $splat(0.0) }
            }
            #[inline(always)]
            unsafe fn splat(x: $T) -> Self {
                unsafe { $splat(x) }
            }
            #[inline(always)]
            unsafe fn load(from: *const $T) -> Self {
                unsafe { $load(from.cast()) }
            }
            #[inline(always)]
            unsafe fn load_first($from: *const $T, $few: usize) -> Self {
                unsafe { $load_first }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $T) {
                unsafe { $store(to.cast(), self) }
            }
            #[inline(always)]
            unsafe fn store_first(self, $to: *mut $T, $count: usize) {
                let $y = self;
                unsafe { $store_first }
            }
            #[inline(always)]
            unsafe fn multiply_add(self, $factor: Self, $term: Self) -> Self {
                let $x = self;
                unsafe { $multiply_add }
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

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(not(target_arch = "x86_64"))]
mod partial;
#[cfg(target_arch = "wasm32")]
mod wasm32;
#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "aarch64")]
pub(super) use aarch64::prefetch;
#[cfg(target_arch = "wasm32")]
pub(super) use wasm32::prefetch;
#[cfg(target_arch = "x86_64")]
pub(super) use x86_64::prefetch;

#[cfg(test)]
mod tests {
    use super::Register;
    use crate::instruction_set::InstructionSet;
    use std::arch;

    /// Checks the loads and stores of some lanes, and the order of the lanes.
    fn check<T: From<u8> + Copy + PartialEq + std::fmt::Debug, V: Register<T>>(set: InstructionSet) {
        if !set.is_available() {
            return;
        }
        let numbers = |start: u8| -> Vec<T> { (start..start + 2 * V::LANES as u8).map(T::from).collect() };
        let (x, lanes) = (numbers(1), V::LANES);
        for count in 0..=lanes {
            let (mut loaded, mut stored) = (numbers(50), numbers(50));
            // SAFETY: the processor has the registers, and each slice has two times their lanes.
            unsafe {
                V::load_first(x.as_ptr(), count).store(loaded.as_mut_ptr());
                V::load(x.as_ptr()).store_first(stored.as_mut_ptr(), count);
            }
            let zeros = vec![T::from(0); lanes - count];
            assert_eq!(loaded, [&x[..count], &zeros, &numbers(50)[lanes..]].concat(), "{set:?}, {count}");
            assert_eq!(stored, [&x[..count], &numbers(50)[count..]].concat(), "{set:?}, {count}");
        }
        let mut both = numbers(50);
        // SAFETY: as above.
        unsafe {
            let [low, high] = V::load(x.as_ptr()).interleave(V::load(x[lanes..].as_ptr()));
            low.store(both.as_mut_ptr());
            high.store(both[lanes..].as_mut_ptr());
        }
        let alternating: Vec<T> = (0..2 * lanes).map(|i| x[i / 2 + i % 2 * lanes]).collect();
        assert_eq!(both, alternating, "{set:?}");
    }

    #[test]
    fn lanes_beyond_the_count_are_zero_and_are_not_written() {
        #[cfg(target_arch = "x86_64")]
        {
            use arch::x86_64::{__m256, __m256d, __m512, __m512d};
            check::<f32, __m512>(InstructionSet::Avx512);
            check::<f64, __m512d>(InstructionSet::Avx512);
            check::<f32, __m256>(InstructionSet::Avx2);
            check::<f64, __m256d>(InstructionSet::Avx2);
        }
        #[cfg(target_arch = "aarch64")]
        {
            check::<f32, arch::aarch64::float32x4_t>(InstructionSet::Neon);
            check::<f64, arch::aarch64::float64x2_t>(InstructionSet::Neon);
        }
        #[cfg(target_arch = "wasm32")]
        {
            check::<f32, arch::wasm32::v128>(InstructionSet::Simd128);
            check::<f64, arch::wasm32::v128>(InstructionSet::Simd128);
        }
    }
}
