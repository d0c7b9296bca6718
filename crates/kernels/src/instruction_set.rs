//! The vector instructions of the processor, and the environment variable that chooses among them.

use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};

/// A set of vector instructions for which loops and matrix products are compiled.
///
/// The kernels use the widest set of the processor. The environment variable `WENGERT_SIMD` chooses another
/// one by its [`name`](Self::name); it is read once.
///
/// Matrix products have the same bits with AVX-512, AVX2 and NEON. The other two sets round each product
/// before it is added. The bits of other kernels do not depend on the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstructionSet {
    /// The baseline of the architecture.
    Portable = 1,
    /// The 128 bits of WebAssembly, if the program was compiled for them.
    Simd128 = 2,
    /// The 128 bits of NEON on aarch64.
    Neon = 3,
    /// The 256 bits of AVX2 with FMA on x86-64.
    Avx2 = 4,
    /// The 512 bits of AVX-512 with those of AVX2 and FMA on x86-64.
    Avx512 = 5,
}

/// The set in use, as a number; 0 before the first use.
static CURRENT: AtomicU8 = AtomicU8::new(0);

impl InstructionSet {
    /// All sets; of those of one architecture, the widest is the last one.
    pub const ALL: [Self; 5] = [Self::Portable, Self::Simd128, Self::Neon, Self::Avx2, Self::Avx512];

    /// The name in `WENGERT_SIMD`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Simd128 => "simd128",
            Self::Neon => "neon",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

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

    /// The same, sooner for the set in use.
    #[inline]
    pub(crate) fn is_in_use_or_available(self) -> bool {
        self as u8 == CURRENT.load(Ordering::Relaxed) || self.is_available()
    }

    /// The set that `WENGERT_SIMD` names, or else the widest one of the processor.
    ///
    /// # Errors
    /// If the variable names no set, or one that the processor does not have.
    pub fn chosen() -> Result<Self, InstructionSetError> {
        match std::env::var_os("WENGERT_SIMD") {
            Some(name) => Self::named(&name.to_string_lossy()),
            None => Ok(Self::available().last().unwrap_or(Self::Portable)),
        }
    }

    fn named(name: &str) -> Result<Self, InstructionSetError> {
        let set = Self::ALL.into_iter().find(|set| set.name() == name);
        let short = || InstructionSetError { name: name.chars().take(40).collect(), exists: set.is_some() };
        set.filter(|set| set.is_available()).ok_or_else(short)
    }

    fn available() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|set| set.is_available())
    }

    /// The set that the kernels use, which the processor has.
    ///
    /// # Panics
    /// At its first use, if [`chosen`](Self::chosen) is an error.
    #[inline(always)]
    pub(crate) fn current() -> Self {
        match CURRENT.load(Ordering::Relaxed) {
            0 => Self::choose(),
            1 => Self::Portable,
            2 => Self::Simd128,
            3 => Self::Neon,
            4 => Self::Avx2,
            _ => Self::Avx512,
        }
    }

    #[cold]
    fn choose() -> Self {
        let set = Self::chosen().unwrap_or_else(|error| panic!("{error}"));
        CURRENT.store(set as u8, Ordering::Relaxed);
        set
    }
}

/// A value of `WENGERT_SIMD` with which the kernels cannot run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstructionSetError {
    /// The value, or its beginning.
    name: String,
    /// Whether there is a set of this name.
    exists: bool,
}

impl fmt::Display for InstructionSetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = if self.exists { "the processor does not have it" } else { "there is no such set" };
        let names: Vec<_> = InstructionSet::available().map(InstructionSet::name).collect();
        write!(
            f,
            "WENGERT_SIMD={}: {problem}; the sets of this processor are {}",
            self.name,
            names.join(", ")
        )
    }
}

impl std::error::Error for InstructionSetError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_chosen_by_its_name_if_the_processor_has_it() {
        for set in InstructionSet::ALL {
            let chosen = InstructionSet::named(set.name());
            assert_eq!(chosen.ok(), set.is_available().then_some(set), "{set:?}");
        }
    }

    #[test]
    fn a_set_that_the_processor_lacks_and_an_unknown_one_are_different_errors() {
        let lacking = InstructionSet::ALL.into_iter().find(|set| !set.is_available()).unwrap();
        let message = |name: &str| InstructionSet::named(name).unwrap_err().to_string();
        let lack = message(lacking.name());
        assert!(lack.contains("does not have it; the sets of this processor are portable"), "{lack}");
        for name in ["", "AVX2", "sse9"] {
            assert!(message(name).starts_with(&format!("WENGERT_SIMD={name}: there is no such set")));
        }
        assert!(message(&"x".repeat(100_000)).len() < 200);
    }

    #[test]
    fn the_kernels_use_what_was_chosen_whenever_they_ask() {
        for _ in 0..2 {
            assert_eq!(Ok(InstructionSet::current()), InstructionSet::chosen());
        }
        assert!(InstructionSet::current().is_available());
    }
}
