//! The machine floating-point types.

use crate::numeric::Numeric;
use crate::{error_function, exponential, logarithm};

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
    /// `e^x` in straight-line code, which loops can run in vector registers, as all functions up to
    /// [`normal_distribution`](Self::normal_distribution).
    fn exponential(self) -> Self;
    /// `e^x - 1`, accurate near 0.
    fn exponential_minus_one(self) -> Self;
    /// `ln x`.
    fn logarithm(self) -> Self;
    /// `ln(1 + x)`, accurate near 0.
    fn logarithm_of_one_plus(self) -> Self;
    /// `tanh x`.
    fn hyperbolic_tangent(self) -> Self;
    /// `1 / cosh^2 x`, the derivative of `tanh x`; accurate in the tails.
    fn sech_squared(self) -> Self;
    /// `e^(-c x^2)` for `c` 1 or 1/2, accurate in the tails.
    fn gaussian(self, c: f64) -> Self;
    /// Error function.
    fn erf(self) -> Self;
    /// Complementary error function `1 - erf x`, accurate where that cancels.
    fn erfc(self) -> Self;
    /// The distribution function of the standard normal distribution, accurate in the left tail.
    fn normal_distribution(self) -> Self;
    /// `2^x`.
    fn power_of_two(self) -> Self;
    /// `x^n`, accurate for every `n`.
    fn integer_power(self, n: i32) -> Self;
    /// The inverse of `sinh`, accurate near 0 and without overflow.
    fn inverse_sinh(self) -> Self;
    /// The inverse of `cosh`, accurate near 1 and without overflow.
    fn inverse_cosh(self) -> Self;
    /// The inverse of `tanh`, accurate near 0 and near both ends.
    fn inverse_tanh(self) -> Self;
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

// Inlined, so that a program does not contain the version for the other type, which it never calls.
#[inline(always)]
fn first<A, B>(a: A, _: B) -> A {
    a
}

#[inline(always)]
fn second<A, B>(_: A, b: B) -> B {
    b
}

macro_rules! machine_float {
    ($($float:ty: $choose:ident, $exp:path, $tanh:path, $sech_squared:path;)*) => {$(
        impl Float for $float {
            #[inline(always)]
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
            #[inline]
            fn power_of_two(self) -> Self {
                // The library of WebAssembly has a table of 4 kB for powers of 2, and none for other powers.
                // A constant base would be recognised.
                if cfg!(target_family = "wasm") {
                    std::hint::black_box(2.0_f64).powf(f64::from(self)) as $float
                } else {
                    self.exp2()
                }
            }
            #[inline(always)]
            fn exponential_minus_one(self) -> Self {
                exponential::exp_m1(self.into()) as $float
            }
            #[inline(always)]
            fn logarithm(self) -> Self {
                logarithm::ln(self.into()) as $float
            }
            #[inline(always)]
            fn logarithm_of_one_plus(self) -> Self {
                logarithm::ln_1p(self.into()) as $float
            }
            #[inline(always)]
            fn hyperbolic_tangent(self) -> Self {
                $tanh(self)
            }
            #[inline(always)]
            fn sech_squared(self) -> Self {
                $sech_squared(self)
            }
            #[inline(always)]
            fn gaussian(self, c: f64) -> Self {
                exponential::gaussian(self.into(), c) as $float
            }
            #[inline(always)]
            fn erf(self) -> Self {
                error_function::erf(self.into()) as $float
            }
            #[inline(always)]
            fn erfc(self) -> Self {
                error_function::erfc(self.into()) as $float
            }
            #[inline(always)]
            fn normal_distribution(self) -> Self {
                error_function::normal_distribution(self.into()) as $float
            }
            #[inline(always)]
            fn integer_power(self, n: i32) -> Self {
                let x = self;
                match n {
                    0 => 1.0,
                    1 => x,
                    2 => x * x,
                    3 => x * x * x,
                    4 => (x * x) * (x * x),
                    -1 => 1.0 / x,
                    -2 => (1.0 / x) * (1.0 / x),
                    // Repeated products lose half a unit in the last place each, and the reciprocal of a
                    // large power is 0 where that of the number, multiplied, is not.
                    _ => f64::from(x).powf(f64::from(n)) as $float,
                }
            }
            fn inverse_sinh(self) -> Self {
                libm::asinh(self.into()) as $float
            }
            fn inverse_cosh(self) -> Self {
                libm::acosh(self.into()) as $float
            }
            fn inverse_tanh(self) -> Self {
                libm::atanh(self.into()) as $float
            }
            fn ln_gamma(self) -> Self {
                libm::lgamma(self.into()) as $float
            }
        }
    )*};
}
machine_float! {
    f32: first, exponential::single::exp, exponential::single::tanh, exponential::single::sech_squared;
    f64: second, exponential::exp, exponential::tanh, exponential::sech_squared;
}

/// The number, or 0 if it is subnormal.
///
/// A number that decays by a factor per step reaches the subnormal range and stays there: at its end
/// `0.9 x` rounds to `x`. Arithmetic on subnormal numbers takes many times as long on some processors.
/// State that decays is therefore stored through this function.
///
/// ```
/// use wengert_kernels::flush_subnormal;
///
/// assert_eq!(flush_subnormal(-1e-40_f32), 0.0);
/// assert_eq!(flush_subnormal(f32::MIN_POSITIVE), f32::MIN_POSITIVE);
/// assert!(flush_subnormal(f32::NAN).is_nan());
/// ```
#[inline(always)]
#[must_use]
pub fn flush_subnormal<F: Float>(x: F) -> F {
    if x.abs() < F::min_positive_value() { F::zero() } else { x }
}

/// The product of two numbers, rounded, and its rounding error (Dekker 1971).
///
/// The error is exact unless a product of parts of the numbers overflows or underflows.
///
/// ```
/// let (y, error) = wengert_kernels::exact_product(1.0 + f64::EPSILON, 1.0 + f64::EPSILON);
/// assert_eq!((y, error), (1.0 + 2.0 * f64::EPSILON, f64::EPSILON * f64::EPSILON));
/// ```
pub fn exact_product(a: f64, b: f64) -> (f64, f64) {
    let upper = |x: f64| f64::from_bits(x.to_bits() & (u64::MAX << 27));
    let ([a1, b1], y) = ([upper(a), upper(b)], a * b);
    let (a2, b2) = (a - a1, b - b1);
    (y, ((a1 * b1 - y) + a1 * b2 + a2 * b1) + a2 * b2)
}
