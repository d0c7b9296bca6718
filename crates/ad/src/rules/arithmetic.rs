//! The table of binary rules, and the infix operators of every mode.
//!
//! A row reads `Rule symbol method on low..high, low..high, primal |a, b| ..., partials |a, b, y| ...;`.
//! The rule is smooth on the given intervals of the two operands, from which the tests draw.

use super::powers::power_one_less;
use super::{BinaryVisitor, Elementary, damped, one, unless_nan, zero};
use crate::number::{Binary, Float, Operand, Scalar};

macro_rules! binary {
    ($( $(#[$doc:meta])* $Rule:ident $name:literal $method:ident on $a_interval:expr, $b_interval:expr,
        primal |$a:ident, $b:ident| $primal:expr,
        partials |$pa:pat_param, $pb:pat_param, $py:pat_param| $partials:expr
        $(, lifted |$la:tt, $lb:tt, $ly:ident| $lifted:expr)?; )*) => {
        $( $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $Rule;
        impl Binary for $Rule {
            const NAME: &'static str = $name;
            const LINEAR: bool = matches!(
                [stringify!($pa).as_bytes(), stringify!($pb).as_bytes(), stringify!($py).as_bytes()],
                [b"_", b"_", b"_"]
            );
            #[inline(always)]
            fn primal<F: Float>(self, $a: F, $b: F) -> F { $primal }
            #[inline(always)]
            fn partials<T: Scalar>(self, $pa: T, $pb: T, $py: T) -> (T, T) { $partials }
            $(#[inline(always)] fn lifted<T: Scalar>(self, $la: T, $lb: T, $ly: T) -> T { $lifted })?
        } )*
        /// The binary functions of scalars of every mode, and of tensors of equal shape.
        pub trait Arithmetic: Operand {
            $( $(#[$doc])* #[track_caller] #[inline(always)]
            fn $method(self, rhs: Self) -> Self { self.binary(rhs, $Rule) } )*
        }
        impl<X: Operand> Arithmetic for X {}
        /// Calls `visitor` with every binary rule.
        pub fn each_binary(visitor: &mut impl BinaryVisitor) {
            $( visitor.visit($Rule, [$a_interval, $b_interval]); )*
        }
    };
}

binary! {
    /// `a + b`.
    Sum "+" plus on (-2.0, 2.0), (-2.0, 2.0),
        primal |a, b| a + b,
        partials |_, _, _| (one(), one());
    /// `a - b`.
    Difference "-" minus on (-2.0, 2.0), (-2.0, 2.0),
        primal |a, b| a - b,
        partials |_, _, _| (one(), T::constant(-1.0));
    /// `a b`; the partials are `b` and `a`.
    Product "*" times on (-2.0, 2.0), (-2.0, 2.0),
        primal |a, b| a * b,
        partials |a, b, _| (b, a);
    /// `a / b`; the partials are `1 / b` and `-y / b`.
    Quotient "/" over on (-2.0, 2.0), (0.3, 2.0),
        primal |a, b| a / b,
        partials |_, b, y| {
            // `1 / b` overflows for `b` below 5e-309; a second quotient would double the work of nested
            // modes.
            let r = b.recip();
            (r, -(if b.is_differentiated() && r.is_finite() { y * r } else { y / b }))
        };
    /// `a^b`, `a >= 0`; the partials are `b a^(b-1)` and `y ln a`, each 0 where it would be `0 * inf`,
    /// the latter 0 at `a = b = 0` too. `a^0 = 1^b = 1` even for NaN, then with a NaN partial. For
    /// negative `a` the partial with respect to `b` does not exist: NaN.
    Power "pow" pow on (0.2, 3.0), (-2.0, 2.0),
        primal |a, b| a.powf(b),
        partials |a, b, y| {
            let both_zero: fn(f64, f64) -> bool = |a, b| a == 0.0 && b == 0.0;
            let by_b = a.select(b, both_zero, zero(), damped(y, a.shift(0.0).ln()));
            (damped(b, a.binary(b, PowOneLess)), by_b)
        };
    /// Remainder `a - n b` with `n = trunc(a / b)` and the sign of `a`; the partials are 1 and `-n`.
    // `n` is computed from `y`: `1 / 0.1` rounds to 10, although the remainder is `1 - 9 * 0.1`.
    Remainder "rem" rem on (0.4, 0.9), (1.2, 1.9),
        primal |a, b| a % b,
        partials |a, b, y| (one(), (y - a) / b);
    /// Length `sqrt(a^2 + b^2)`, which does not overflow; the partials are `a / y` and `b / y`, both 0 at
    /// the origin. The partial with respect to an infinite operand is its sign.
    ///
    /// In second and higher derivatives its value at the origin is `2^-538` (`2^-76` in `f32`), the square
    /// of which is 0, so that smooth functions of it, such as `hypot^2`, have their derivatives.
    Hypot "hypot" hypot on (-2.0, 2.0), (0.3, 2.0),
        primal |a, b| a.hypot(b),
        partials |a, b, y| (cosine(a, y), cosine(b, y)),
        lifted |_, _, y| y.select(zero(), |y, zero| y == zero, tiny(), y);
    /// Angle of the point `(b, a)`, `a` upwards, in `(-pi, pi]`; the partials are `b / r^2` and
    /// `-a / r^2` with `r^2 = a^2 + b^2`, both 0 at the origin.
    Atan2 "atan2" atan2 on (-2.0, 2.0), (0.3, 2.0),
        primal |a, b| a.atan2(b),
        partials |a, b, _| {
            // `r^2` overflows at 1e154, and `1 / r` at 1e-309; dividing twice by `r` does not.
            let r = a.hypot(b);
            let r = r.select(zero(), |r, zero| r == zero, one(), r);
            (cosine(b, r) / r, -(cosine(a, r) / r))
        };
    /// The larger of `a` and `b`; at a tie, both partials are 1/2. If one operand is NaN, the result is
    /// the other.
    Maximum "max" max on (-2.0, -0.1), (0.1, 2.0),
        primal |a, b| if a >= b || b.is_nan() { a } else { b },
        partials |a, b, y| chosen(a, b, y);
    /// The smaller of `a` and `b`; at a tie, both partials are 1/2. If one operand is NaN, the result is
    /// the other.
    Minimum "min" min on (-2.0, -0.1), (0.1, 2.0),
        primal |a, b| if a <= b || b.is_nan() { a } else { b },
        partials |a, b, y| chosen(a, b, y);
}

/// A number that stands for 0 where a zero would lose second derivatives: its square rounds to 0, and its
/// reciprocal is far from overflow.
fn tiny<T: Scalar>() -> T {
    let (double, single) = (T::constant(2_f64.powi(-538)), T::constant(2_f64.powi(-76)));
    if T::Base::literal(2_f64.powi(-538)).widened() > 0.0 { double } else { single }
}

/// The partials of a choice `y` between `a` and `b`: 1 for the chosen operand, 1/2 for both at a tie.
#[inline(always)]
fn chosen<T: Scalar>(a: T, b: T, y: T) -> (T, T) {
    let share = |chosen: T, other: T| {
        let alone = other.select(y, |other, y| other == y, T::constant(0.5), one());
        chosen.select(y, |chosen, y| chosen == y, alone, unless_nan(y, zero()))
    };
    (share(a, b), share(b, a))
}

/// `a / r` for the side `a` of a right triangle with hypotenuse `r`; the sign of `a` where both are 0 or
/// infinite.
#[inline(always)]
fn cosine<T: Scalar>(a: T, r: T) -> T {
    let no_ratio: fn(f64, f64) -> bool = |a, r| a.abs() == r && (r == 0.0 || r.is_infinite());
    a.select(r, no_ratio, a.signum(), a / r)
}

/// Implements the infix operators of a scalar mode with the rule table: between two of its numbers, with
/// a plain number to the right, and with an `f64` to the left.
///
/// An `f32` to the left would leave the type of `3.0 * x` open on a tape whose numbers are literals
/// without a suffix.
macro_rules! infix_operators {
    ([$($generics:tt)*] $Type:ty) => {
        $crate::rules::operators!([$($generics)*] $Type);
        $crate::rules::left_operators!([$($generics)*] $Type, f64 where []);
    };
}
pub(crate) use infix_operators;

/// Implements the infix operators with `Self`, `f32` or `f64` to the right.
macro_rules! operators {
    ([$($generics:tt)*] $Type:ty) => {
        $crate::rules::operators!(@op [$($generics)*] $Type, Add add AddAssign add_assign Sum,
            |x, c| x.shift(c));
        $crate::rules::operators!(@op [$($generics)*] $Type, Sub sub SubAssign sub_assign Difference,
            |x, c| x.shift(-c));
        $crate::rules::operators!(@op [$($generics)*] $Type, Mul mul MulAssign mul_assign Product,
            |x, c| x.scale(c));
        $crate::rules::operators!(@op [$($generics)*] $Type, Div div DivAssign div_assign Quotient,
            |x, c| x.divide(c));
        impl<$($generics)*> std::ops::Neg for $Type {
            type Output = Self;
            #[track_caller] #[inline(always)]
            fn neg(self) -> Self { self.unary($crate::rules::Negation) }
        }
    };
    (@op [$($generics:tt)*] $Type:ty, $Op:ident $op:ident $OpAssign:ident $op_assign:ident $Rule:ident,
        |$x:ident, $c:ident| $result:expr) => {
        impl<$($generics)*> std::ops::$Op for $Type {
            type Output = Self;
            #[track_caller] #[inline(always)]
            fn $op(self, rhs: Self) -> Self { self.binary(rhs, $crate::rules::$Rule) }
        }
        impl<$($generics)*> std::ops::$OpAssign for $Type {
            #[track_caller] #[inline(always)]
            fn $op_assign(&mut self, rhs: Self) { *self = self.binary(rhs, $crate::rules::$Rule); }
        }
        // One implementation for both types: with two, the type of `x * 2.0` would be open.
        impl<$($generics)*, C: $crate::Float + Into<f64>> std::ops::$Op<C> for $Type {
            type Output = Self;
            #[track_caller] #[inline(always)]
            fn $op(self, c: C) -> Self { let ($x, $c): (Self, f64) = (self, c.into()); $result }
        }
    };
}
pub(crate) use operators;

/// Implements the infix operators with a plain number to the left, under a condition.
macro_rules! left_operators {
    ([$($generics:tt)*] $Type:ty, $Left:ty where [$($condition:tt)*]) => {
        $crate::rules::left_operators!(@op [$($generics)*] $Type, $Left, [$($condition)*], Add add,
            |c, x| x.shift(c));
        $crate::rules::left_operators!(@op [$($generics)*] $Type, $Left, [$($condition)*], Sub sub,
            |c, x| x.subtract_from(c));
        $crate::rules::left_operators!(@op [$($generics)*] $Type, $Left, [$($condition)*], Mul mul,
            |c, x| x.scale(c));
        $crate::rules::left_operators!(@op [$($generics)*] $Type, $Left, [$($condition)*], Div div,
            |c, x| x.divide_into(c));
    };
    (@op [$($generics:tt)*] $Type:ty, $Left:ty, [$($condition:tt)*], $Op:ident $op:ident,
        |$c:ident, $x:ident| $result:expr) => {
        impl<$($generics)*> std::ops::$Op<$Type> for $Left where $($condition)* {
            type Output = $Type;
            #[track_caller] #[inline(always)]
            fn $op(self, $x: $Type) -> $Type { let $c = f64::from(self); $result }
        }
    };
}
pub(crate) use left_operators;

/// Implements `Iterator::sum` for the scalars of a mode.
macro_rules! scalar_sum {
    ([$($generics:tt)*] $Type:ty) => {
        impl<$($generics)*> std::iter::Sum for $Type {
            #[track_caller]
            fn sum<I: Iterator<Item = Self>>(mut terms: I) -> Self {
                // The sum starts with the first term instead of 0, which saves an operation on a tape.
                let Some(first) = terms.next() else { return Self::constant(0.0) };
                terms.fold(first, |sum, x| sum + x)
            }
        }
    };
}
pub(crate) use scalar_sum;

/// `a^(b-1)`, in `pow`; the partials are `(b - 1) a^(b-2)` and `y ln a`.
#[derive(Clone, Copy, Debug)]
pub(super) struct PowOneLess;

impl Binary for PowOneLess {
    const NAME: &'static str = "power_one_less";
    #[inline(always)]
    fn primal<F: Float>(self, a: F, b: F) -> F {
        F::literal(power_one_less(a.widened(), b.widened()))
    }
    #[inline(always)]
    fn partials<T: Scalar>(self, a: T, b: T, y: T) -> (T, T) {
        let less = b - one();
        (damped(less, a.binary(less, PowOneLess)), damped(y, a.shift(0.0).ln()))
    }
}
