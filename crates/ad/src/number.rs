//! What a rule can be applied to, and what a rule is.
//!
//! Each trait adds one thing. [`Operand`]: a rule can be applied to it (scalars and tensors). [`Numeric`]: arithmetic,
//! constants and comparisons of values. [`Scalar`]: both, for one number of any mode. [`Number`]: a scalar that also mixes
//! with `f64` literals, which is what users write their functions over. [`Float`]: `f32` and `f64`, in which primals are
//! computed.

use std::fmt::Debug;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Sub, SubAssign};
pub use wengert_kernels::{Float, Numeric};

/// Anything that elementwise rules apply to: a scalar of any mode, or a tensor on a tape.
pub trait Operand: Copy {
    /// `rule(self)`.
    #[track_caller]
    fn unary<R: Unary>(self, rule: R) -> Self;
    /// `rule(self, rhs)`.
    #[track_caller]
    fn binary<R: Binary>(self, rhs: Self, rule: R) -> Self;
}

/// One number of any mode: `f32`, `f64`, [`Dual`](crate::Dual), [`Var`](crate::Var).
///
/// Deliberately not `PartialOrd`: code that branches writes `x.value() > 0.0`, so that it is visible that values alone are
/// compared. Rules branch with [`select`](Numeric::select), which serves [`Lanes`](crate::Lanes) too.
pub trait Scalar: Operand + Numeric {
    /// Whether operations write something down, so that one whose result is not needed is worth a test to avoid.
    const RECORDS: bool = false;
    /// Whether it is the number `c` and has no derivatives.
    fn is_constant(self, c: f64) -> bool;
    /// Whether it is zero and has no derivatives: a cotangent that contributes nothing.
    #[inline(always)]
    fn is_zero(self) -> bool {
        self.is_constant(0.0)
    }
    /// Whether every component, the primal and the tangents, is finite.
    fn is_finite(self) -> bool;
    /// The chain rule's product of a partial, `self`, and a tangent or cotangent: `self * dot`.
    ///
    /// A number that records what is done to it passes over a constant 0 or 1 here: in a mode inside another, most seeds
    /// and first sums are such constants.
    #[inline(always)]
    fn chain(self, dot: Self) -> Self {
        self * dot
    }
    /// The chain rule's sum of such products: `self + term`, a constant 0 being passed over likewise.
    #[inline(always)]
    fn accumulate(self, term: Self) -> Self {
        self + term
    }
    /// The same number as a constant, whose derivatives of all orders are zero.
    ///
    /// ```
    /// use wengert_ad::{Scalar, grad};
    ///
    /// assert_eq!(grad(|v| v[0] * v[0].stop_gradient(), &[3.0]), [3.0]);
    /// ```
    #[track_caller]
    fn stop_gradient(self) -> Self {
        Self::constant(self.value())
    }
}

/// A [`Scalar`] that mixes with `f64` literals, as in `y * 3.0`: what a differentiable function is written over.
///
/// Implemented by `f64`, by every [`Dual`](crate::Dual) and by every [`Var`](crate::Var), of either precision.
/// `f32` itself is a [`Scalar`] but no `Number`, because Rust's `f32 * f64` does not exist.
pub trait Number:
    Scalar
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Sum
{
}

impl<T> Number for T where
    T: Scalar
        + Add<f64, Output = T>
        + Sub<f64, Output = T>
        + Mul<f64, Output = T>
        + Div<f64, Output = T>
        + AddAssign
        + SubAssign
        + MulAssign
        + DivAssign
        + Sum
{
}

/// An elementwise rule `y = f(x)`: its value and its derivative.
pub trait Unary: Copy + Debug + Send + Sync + 'static {
    /// The name under which users and the expression parser know it.
    const NAME: &'static str;
    /// Whether the output is enough to tell the derivative, so that the input need not be kept: [`partial`](Self::partial) is
    /// then the same for every `x` with the output `y`.
    const FROM_OUTPUT: bool = false;
    /// `y = f(x)`.
    fn primal<F: Float>(self, x: F) -> F;
    /// `dy/dx`, given the input and the output.
    fn partial<T: Scalar>(self, x: T, y: T) -> T;
    /// The constants the rule holds, such as `n` of `x^n`; none for most.
    fn parameters(self) -> Vec<f64>;
    /// The rule that holds these constants; `None` if it takes another number of them, or only integers.
    ///
    /// ```
    /// use wengert_ad::{Unary, rules::{PowI, Sin}};
    ///
    /// assert_eq!(PowI::with_parameters(&[3.0]), Some(PowI(3)));
    /// assert_eq!(PowI::with_parameters(&[2.5]), None);
    /// assert_eq!(Sin::with_parameters(&[]), Some(Sin));
    /// ```
    fn with_parameters(parameters: &[f64]) -> Option<Self>;
}

/// An elementwise rule `y = f(a, b)`: its value and its two derivatives.
pub trait Binary: Copy + Debug + Send + Sync + 'static {
    /// The infix symbol, or the name.
    const NAME: &'static str;
    /// `y = f(a, b)`.
    fn primal<F: Float>(self, a: F, b: F) -> F;
    /// `(dy/da, dy/db)`, given the inputs and the output.
    fn partials<T: Scalar>(self, a: T, b: T, y: T) -> (T, T);
}

macro_rules! machine_number {
    ($($float:ty),*) => {$(
        impl Operand for $float {
            #[inline(always)]
            fn unary<R: Unary>(self, rule: R) -> Self {
                rule.primal(self)
            }
            #[inline(always)]
            fn binary<R: Binary>(self, rhs: Self, rule: R) -> Self {
                rule.primal(self, rhs)
            }
        }
        impl Scalar for $float {
            #[inline(always)]
            fn is_constant(self, c: f64) -> bool {
                self == c as $float
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                <$float>::is_finite(self)
            }
        }
    )*};
}
machine_number!(f32, f64);
