//! The choice of processor features at run time, for loops over elements.

#[cfg(target_arch = "x86_64")]
use super::instruction_set::InstructionSet;

/// Runs `work` in a version compiled for AVX2 and FMA, if they are in the [`InstructionSet`] in use.
///
/// An ordinary build targets the baseline of the architecture. A loop in `work` runs as fast as in a
/// build for the native processor. The results have the same bits, since the compiler does not fuse
/// operations on its own.
///
/// `work` must be marked `#[inline(always)]`: a closure that is called instead of inlined is compiled for
/// the baseline.
#[inline(always)]
pub fn vectorised<Y>(work: impl FnOnce() -> Y) -> Y {
    #[cfg(target_arch = "x86_64")]
    if matches!(InstructionSet::current(), InstructionSet::Avx2 | InstructionSet::Avx512) {
        #[allow(unsafe_code, reason = "1.3-1.7x on the element loops of a training step; see benches")]
        // SAFETY: the set in use is one of this processor, and contains AVX2 and FMA.
        return unsafe { with_avx2(work) };
    }
    work()
}

/// Same as [`vectorised`], with a third version for AVX-512: for loops that run in every training step,
/// where the gain outweighs the longer compilation.
#[inline(always)]
pub fn vectorised_wide<Y>(work: impl FnOnce() -> Y) -> Y {
    #[cfg(target_arch = "x86_64")]
    if InstructionSet::current() == InstructionSet::Avx512 {
        #[allow(
            unsafe_code,
            reason = "2-3 % of a training step of 64-128-64-10, most of which is matrix products"
        )]
        // SAFETY: the set in use is one of this processor, and contains AVX-512 and FMA.
        return unsafe { with_avx512(work) };
    }
    vectorised(work)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,fma")]
fn with_avx512<Y>(work: impl FnOnce() -> Y) -> Y {
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_avx2<Y>(work: impl FnOnce() -> Y) -> Y {
    work()
}

#[cfg(test)]
mod tests {
    use crate::{Matrix, MatrixProduct, dot, fill};

    #[test]
    fn the_vectorised_loop_gives_the_same_bits_as_the_plain_one() {
        let x: Vec<f32> = (0..1003).map(|i| (i as f32).sin() * 1e3).collect();
        let formula = |x: &f32| x * 1.7 + (x * x).sqrt() / 3.1;
        let plain: Vec<f32> = x.iter().map(formula).collect();
        let mut vectorised = vec![0.0; x.len()];
        fill(&mut vectorised, x.iter().map(formula));
        assert_eq!(plain, vectorised);
        let wide = super::vectorised_wide(
            #[inline(always)]
            || x.iter().map(formula).collect::<Vec<f32>>(),
        );
        assert_eq!(plain, wide);
    }

    #[test]
    fn a_vectorised_product_gives_the_same_bits_as_the_plain_one() {
        let x: Vec<f64> = (0..21 * 43).map(|i| f64::from(i).sin() * 1e3).collect();
        let mut vectorised = vec![0.0; 21];
        f64::gemm(Matrix::new(&x, 21, 43), Matrix::new(&x[..43], 43, 1), &mut vectorised, true);
        let plain: Vec<f64> = x.chunks_exact(43).map(|row| dot(row, &x[..43])).collect();
        assert_eq!(plain, vectorised);
    }
}
