//! Element loops compiled for the processor that is there.

/// Runs `work`, compiled for AVX2 and FMA where the processor has them.
///
/// An ordinary build targets the baseline of the architecture; a loop passed through here runs as fast as in a build
/// for the native processor. The results are the same bits: the compiler fuses no operations by itself.
///
/// Pass a closure marked `#[inline(always)]`: one that is called instead of inlined keeps the baseline.
#[inline(always)]
pub fn vectorised<Y>(work: impl FnOnce() -> Y) -> Y {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
        #[allow(unsafe_code, reason = "1.3-1.7x on the element loops of a training step; see benches")]
        // SAFETY: the features that `with_avx2` is compiled for were detected on this processor.
        return unsafe { with_avx2(work) };
    }
    work()
}

/// As [`vectorised`], and for AVX-512 where the processor has it: for the loops of every training step, which are worth being
/// compiled three times.
#[inline(always)]
pub fn vectorised_wide<Y>(work: impl FnOnce() -> Y) -> Y {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx512f") && std::arch::is_x86_feature_detected!("fma") {
        #[allow(
            unsafe_code,
            reason = "2-3 % of a step of 64-128-64-10, whose time is matrix products else"
        )]
        // SAFETY: the features that `with_avx512` is compiled for were detected on this processor.
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
