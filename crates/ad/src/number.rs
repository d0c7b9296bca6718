//! The traits of numbers and of elementwise rules.
//!
//! Each trait adds one thing. [`Operand`]: a rule can be applied to it (scalars and tensors).
//! [`Numeric`]: arithmetic, constants and comparisons of values. [`Scalar`]: both, for one number of any
//! mode. [`Number`]: a scalar that also mixes with `f64` literals, which is what users write their
//! functions over. [`Float`]: `f32` and `f64`, in which primals are computed.

use std::fmt::Debug;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Sub, SubAssign};
pub use wengert_kernels::{Float, Numeric};

/// Anything that elementwise rules apply to: a scalar of any mode, or a tensor on a tape.
pub trait Operand: Copy {
    /// The machine float in which primals are computed: `f32` or `f64`.
    ///
    /// A plain number to the left of a tensor has this type, so that a literal needs no suffix.
    type Base: Float;
    /// The result of `rule(self)`.
    #[track_caller]
    fn unary<R: Unary>(self, rule: R) -> Self;
    /// The result of `rule(self, rhs)`.
    #[track_caller]
    fn binary<R: Binary>(self, rhs: Self, rule: R) -> Self;
}

/// One number of any mode: `f32`, `f64`, [`Dual`](crate::Dual), [`Var`](crate::Var).
///
/// Deliberately not `PartialOrd`: code that branches writes `x.value() > 0.0`, so that it is visible that
/// values alone are compared. Rules branch with [`select`](Numeric::select), which serves
/// [`Lanes`](crate::Lanes) too.
pub trait Scalar: Operand + Numeric {
    /// Whether operations are recorded, so that a test that avoids an unnecessary operation pays off.
    const RECORDS: bool = false;
    /// Whether this is the number `c`, with all derivatives zero.
    fn is_constant(self, c: f64) -> bool;
    /// Whether this is zero, with all derivatives zero: a cotangent that contributes nothing.
    #[inline(always)]
    fn is_zero(self) -> bool {
        self.is_constant(0.0)
    }
    /// Whether all components, the primal and the tangents, are finite.
    fn is_finite(self) -> bool;
    /// Whether the number carries derivatives. A partial at such a number is part of a second or higher
    /// derivative.
    #[inline(always)]
    fn is_differentiated(self) -> bool {
        true
    }
    /// Whether this is finite, not zero, and carries no derivatives, so that the plain product with it is
    /// that of [`chain`](Self::chain). May be false for numbers for which this is not cheap to find out.
    #[inline(always)]
    fn is_ordinary(self) -> bool {
        false
    }
    /// The chain rule's product of a partial, `self`, and a tangent or cotangent: `self * dot`, but 0
    /// where one of them is exactly 0, even if the other is infinite or NaN.
    ///
    /// What does not move passes nothing on, however steep the function that follows; nor does a
    /// function that is flat, however fast its operand moves. A number that records its operations skips
    /// a multiplication by the constants 0 and 1 here: in nested modes, most seeds are such constants.
    ///
    /// ```
    /// use wengert_ad::{Arithmetic, Elementary, Scalar, grad, jvp};
    ///
    /// assert_eq!(f64::INFINITY.chain(0.0), 0.0);
    /// // At (0, 3), `y` moves and `x` does not; the square root is infinitely steep there.
    /// assert_eq!(jvp(|v| v[0].sqrt() + v[1].square(), &[0.0, 3.0], &[0.0, 1.0]), (9.0, 6.0));
    /// assert_eq!(grad(|v| v[0].relu().sqrt(), &[-1.0]), [0.0]);
    /// ```
    fn chain(self, dot: Self) -> Self;
    /// The [chain rule's product](Self::chain) of each pair.
    #[inline(always)]
    #[must_use]
    fn chain_each<const N: usize>(partials: [Self; N], dots: [Self; N]) -> [Self; N] {
        std::array::from_fn(|i| partials[i].chain(dots[i]))
    }
    /// The [chain rule's product](Self::chain) of a constant partial `c` and a tangent, `self`.
    #[inline(always)]
    fn chain_constant(self, c: f64) -> Self {
        Self::constant(c).chain(self)
    }
    /// The chain rule's sum of such products: `self + term`. A number that records its operations skips
    /// an addition of the constant 0.
    #[inline(always)]
    fn accumulate(self, term: Self) -> Self {
        self + term
    }
    /// The Euclidean norm of numbers whose values are all zero: zero, with the one-sided derivative along the
    /// tangents `v`, which is `|v|`. A number without tangents has none.
    ///
    /// The norm has a kink there, and its gradient is defined to be 0. This derivative is not linear in `v`,
    /// but composes with smooth functions: that of `|x|^2` has the right derivative, which is `2 v`.
    fn norm_at_zero(_x: impl Iterator<Item = Self> + Clone) -> Self {
        Self::constant(0.0)
    }
    /// The cotangent of an element `self` of a vector with the Euclidean norm `y`: `y_bar x / y`, and 0 for
    /// the zero vector, whose derivative along tangents `v` is `y_bar_dot v / |v|`.
    #[inline(always)]
    fn pull_back_norm(self, y: Self, y_bar: Self) -> Self {
        let zero = Self::constant(0.0);
        y.select(zero, |y, zero| y == zero, zero, (self / y).chain(y_bar))
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

/// A [`Scalar`] that mixes with `f64` literals, as in `y * 3.0`: the bound of a differentiable function's
/// type.
///
/// Implemented by `f64`, by every [`Dual`](crate::Dual) and by every [`Var`](crate::Var), of either
/// precision. `f32` itself is a [`Scalar`] but not a `Number`, because Rust has no `f32 * f64`.
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
    /// The name of the rule in messages, graphs and expressions.
    const NAME: &'static str;
    /// Whether the derivative is a function of the output alone, so that the input need not be kept:
    /// see [`partial_from_output`](Self::partial_from_output).
    const FROM_OUTPUT: bool = false;
    /// Whether the derivative depends on neither the input nor the output, as for `c x`.
    const LINEAR: bool = false;
    /// Whether the formula of [`primal`](Self::primal) has dozens of operations in single precision.
    ///
    /// [`Lanes`](crate::Lanes) of `f32` compute it in a loop then, which the compiler vectorises: it would
    /// write out a loop over eight numbers otherwise, and not find that eight long formulas are alike.
    const LONG: bool = false;
    /// The value `y = f(x)`.
    fn primal<F: Float>(self, x: F) -> F;
    /// The derivative `dy/dx`, given the input and the output.
    fn partial<T: Scalar>(self, x: T, y: T) -> T;
    /// The derivative `dy/dx`, given the output alone, for code that does not keep the input. Meaningful
    /// if [`FROM_OUTPUT`](Self::FROM_OUTPUT).
    ///
    /// It is [`partial`](Self::partial), unless that uses the input for accuracy: for `tanh`, where the
    /// output rounds to 1.
    #[inline(always)]
    fn partial_from_output<T: Scalar>(self, y: T) -> T {
        self.partial(y, y)
    }
    /// The output that a computation of second or higher derivatives goes on with, given the input and the
    /// output `y`: `y`, except at kinks in whose place smooth functions of the rule would lose their second
    /// derivatives.
    ///
    /// At 0, `|x|` is `x` there. Called where [`is_differentiated`](Scalar::is_differentiated) holds.
    #[inline(always)]
    fn lifted<T: Scalar>(self, _x: T, y: T) -> T {
        y
    }
    /// The constants of the rule, such as `n` in `x^n`; empty for most rules.
    fn parameters(self) -> Vec<f64>;
    /// The rule with these constants; `None` if their number or their values are not valid for the rule.
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
    /// The infix symbol, or the name if there is none.
    const NAME: &'static str;
    /// Whether the derivatives depend on neither the inputs nor the output, as for `a + b`.
    const LINEAR: bool = false;
    /// The value `y = f(a, b)`.
    fn primal<F: Float>(self, a: F, b: F) -> F;
    /// The derivatives `(dy/da, dy/db)`, given the inputs and the output.
    fn partials<T: Scalar>(self, a: T, b: T, y: T) -> (T, T);
    /// The output that a computation of second or higher derivatives goes on with: see [`Unary::lifted`].
    #[inline(always)]
    fn lifted<T: Scalar>(self, _a: T, _b: T, y: T) -> T {
        y
    }
}

/// The value of a rule in a mode whose components are `T`.
#[inline(always)]
#[track_caller]
pub(crate) fn value_of<T: Scalar>(rule: impl Unary, x: T) -> T {
    let y = x.unary(rule);
    if x.is_differentiated() { rule.lifted(x, y) } else { y }
}

/// The value of a rule of two operands in a mode whose components are `T`.
#[inline(always)]
#[track_caller]
pub(crate) fn value_of_both<T: Scalar>(rule: impl Binary, a: T, b: T) -> T {
    let y = a.binary(b, rule);
    if a.is_differentiated() || b.is_differentiated() { rule.lifted(a, b, y) } else { y }
}

macro_rules! machine_number {
    ($($float:ty),*) => {$(
        impl Operand for $float {
            type Base = Self;
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
            #[inline(always)]
            fn is_differentiated(self) -> bool {
                false
            }
            #[inline(always)]
            #[allow(clippy::double_comparisons, reason = "unlike `!=`, it is false for a NaN")]
            fn is_ordinary(self) -> bool {
                // 0 for a finite number, else NaN: one comparison, "ordered and unequal", does for both.
                let zero = self - self;
                self < zero || self > zero
            }
            #[inline(always)]
            fn chain(self, dot: Self) -> Self {
                // Selects, so that loops vectorise.
                let product = self * dot;
                if self == 0.0 || dot == 0.0 { 0.0 } else { product }
            }
            #[inline(always)]
            fn chain_each<const N: usize>(partials: [Self; N], dots: [Self; N]) -> [Self; N] {
                // One test for many: if no plain product is NaN, each is right. The sum changes -0 to 0. For
                // few, the tests of each cost less.
                if N >= 16 {
                    let products: [Self; N] = std::array::from_fn(|i| partials[i] * dots[i] + 0.0);
                    if products.iter().fold(true, |all, x| all & !x.is_nan()) {
                        return products;
                    }
                }
                std::array::from_fn(|i| partials[i].chain(dots[i]))
            }
            #[inline(always)]
            fn chain_constant(self, c: f64) -> Self {
                let c = c as $float;
                if c.is_ordinary() { c * self } else { c.chain(self) }
            }
        }
    )*};
}
machine_number!(f32, f64);
