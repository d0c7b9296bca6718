//! The machine floating-point types.

use crate::exponential;
use crate::numeric::Numeric;

/// A machine floating-point type: `f32` or `f64`.
pub trait Float: Numeric + num_traits::Float + Send + Sync + 'static {
    /// Chooses between two values, one for each machine float.
    ///
    /// Generic code can so call a function that was compiled for both floats in the crate that defines
    /// it. A generic function itself is compiled anew, without optimisation in a development build, in
    /// each crate that calls it.
    ///
    /// ```
    /// use wengert_kernels::{Float, PerFloat};
    ///
    /// struct Halve;
    /// impl PerFloat for Halve {
    ///     type Of<F: Float> = fn(F) -> F;
    /// }
    ///
    /// fn halve<F: Float>(x: F) -> F {
    ///     F::choose::<Halve>(|x| 0.5 * x, |x| 0.5 * x)(x)
    /// }
    /// assert_eq!((halve(3.0_f32), halve(3.0_f64)), (1.5, 1.5));
    /// ```
    fn choose<T: PerFloat>(single: T::Of<f32>, double: T::Of<f64>) -> T::Of<Self>;
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

/// A family of types, one for each machine float: see [`Float::choose`].
pub trait PerFloat {
    /// The type that belongs to `F`.
    type Of<F: Float>;
}

/// The version of a generic function for the machine float `F` that is compiled in the calling crate, by
/// [`Float::choose`].
///
/// A direct call of the generic function would be compiled in the user's crate, without optimisation in a
/// development build.
///
/// ```
/// use wengert_kernels::{Float, compiled_here};
///
/// fn scale<F: Float>(x: &mut [F], factor: f64) {
///     x.iter_mut().for_each(|x| *x = *x * F::literal(factor));
/// }
///
/// pub fn halve<F: Float>(x: &mut [F]) {
///     compiled_here!(F: scale(x: &mut [F], factor: f64))(x, 0.5);
/// }
/// # let mut x = [3.0_f32];
/// # halve(&mut x);
/// # assert_eq!(x, [1.5]);
/// ```
#[macro_export]
macro_rules! compiled_here {
    ($float:ident: $($function:ident)::+($($argument:ident: $type:ty),*) $(-> $output:ty)?) => {{
        struct Signature;
        impl $crate::PerFloat for Signature {
            type Of<$float: $crate::Float> = fn($($type),*) $(-> $output)?;
        }
        <$float as $crate::Float>::choose::<Signature>(
            {
                type $float = f32;
                #[inline(never)]
                fn single($($argument: $type),*) $(-> $output)? { $($function)::+($($argument),*) }
                single
            },
            {
                type $float = f64;
                #[inline(never)]
                fn double($($argument: $type),*) $(-> $output)? { $($function)::+($($argument),*) }
                double
            },
        )
    }};
}

fn first<A, B>(a: A, _: B) -> A {
    a
}

fn second<A, B>(_: A, b: B) -> B {
    b
}

macro_rules! machine_float {
    ($($float:ty: $choose:ident, $exp:path, $tanh:path, $erf:ident $erfc:ident $ln_gamma:ident;)*) => {$(
        impl Float for $float {
            fn choose<T: PerFloat>(single: T::Of<f32>, double: T::Of<f64>) -> T::Of<Self> {
                $choose(single, double)
            }
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
    f32: first, exponential::single::exp, exponential::single::tanh, erff erfcf lgammaf;
    f64: second, exponential::exp, exponential::tanh, erf erfc lgamma;
}
