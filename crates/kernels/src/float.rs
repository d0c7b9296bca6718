//! The machine floating-point types.

use crate::exponential;
use crate::numeric::Numeric;

/// A machine floating-point type: `f32` or `f64`.
pub trait Float: Numeric + num_traits::Float + Send + Sync + 'static {
    /// `c` rounded to this type.
    fn literal(c: f64) -> Self;
    /// The number in double precision, exactly.
    fn widened(self) -> f64;
    /// `e^x` in straight-line code, which loops can run in vector registers.
    fn exponential(self) -> Self;
    /// `tanh x` in straight-line code.
    fn hyperbolic_tangent(self) -> Self;
    /// Error function.
    fn erf(self) -> Self;
    /// Complementary error function `1 - erf x`, accurate where that cancels.
    fn erfc(self) -> Self;
    /// `ln |Gamma x|`.
    fn ln_gamma(self) -> Self;
}

macro_rules! machine_float {
    ($($float:ty: $exp:path, $tanh:path, $erf:ident $erfc:ident $ln_gamma:ident;)*) => {$(
        impl Float for $float {
            #[inline(always)]
            fn literal(c: f64) -> Self {
                c as $float
            }
            #[inline(always)]
            fn widened(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn exponential(self) -> Self {
                $exp(self)
            }
            #[inline(always)]
            fn hyperbolic_tangent(self) -> Self {
                $tanh(self)
            }
            fn erf(self) -> Self {
                libm::$erf(self)
            }
            fn erfc(self) -> Self {
                libm::$erfc(self)
            }
            fn ln_gamma(self) -> Self {
                libm::$ln_gamma(self)
            }
        }
    )*};
}
machine_float! {
    f32: exponential::single::exp, exponential::single::tanh, erff erfcf lgammaf;
    f64: exponential::exp, exponential::tanh, erf erfc lgamma;
}
