//! The vector instructions of the processor.

/// A set of vector instructions for which loops and matrix products are compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstructionSet {
    /// The baseline of the architecture.
    Portable,
    /// The 128 bits of WebAssembly, if the program was compiled for them.
    Simd128,
    /// The 128 bits of NEON on aarch64.
    Neon,
    /// The 256 bits of AVX2 with FMA on x86-64.
    Avx2,
    /// The 512 bits of AVX-512 with those of AVX2 and FMA on x86-64.
    Avx512,
}

impl InstructionSet {
    /// All sets; of those of one architecture, the widest is the last one.
    pub const ALL: [Self; 5] = [Self::Portable, Self::Simd128, Self::Neon, Self::Avx2, Self::Avx512];

    /// Whether the processor has the instructions.
    #[inline]
    pub fn is_available(self) -> bool {
        match self {
            Self::Portable => true,
            Self::Simd128 => cfg!(target_feature = "simd128"),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => std::arch::is_aarch64_feature_detected!("neon"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => {
                std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => Self::Avx2.is_available() && std::arch::is_x86_feature_detected!("avx512f"),
            #[allow(unreachable_patterns, reason = "each architecture lacks some of them")]
            _ => false,
        }
    }

    /// The widest set that the processor has.
    #[inline]
    pub fn widest() -> Self {
        Self::ALL.into_iter().rfind(|set| set.is_available()).unwrap_or(Self::Portable)
    }
}
