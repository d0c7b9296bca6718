//! The number type over which the loops are generic.

use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A number with arithmetic, constants and comparisons of values: all that sums, products and
/// factorisations need.
///
/// Implemented by `f32` and `f64` here, and by the numbers that carry derivatives in the crates that
/// depend on this one.
pub trait Numeric:
    Copy
    + Debug
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// The constant `c`, rounded to this type.
    fn constant(c: f64) -> Self;
    /// The plain number, without the derivatives or the record that the type may carry: for branching and
    /// reporting.
    ///
    /// # Panics
    /// If the number has several lanes with different values.
    #[track_caller]
    fn value(self) -> f64;
    /// `yes` where `test(self, rhs)` holds for the values, else `no`; lane by lane, where there are lanes.
    #[track_caller]
    fn select(self, rhs: Self, test: fn(f64, f64) -> bool, yes: Self, no: Self) -> Self;
}

pub(crate) fn zero<T: Numeric>() -> T {
    T::constant(0.0)
}

macro_rules! machine_number {
    ($($float:ty),*) => {$(
        impl Numeric for $float {
            #[inline(always)]
            fn constant(c: f64) -> Self {
                c as $float
            }
            #[inline(always)]
            fn value(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn select(self, rhs: Self, test: fn(f64, f64) -> bool, yes: Self, no: Self) -> Self {
                if test(f64::from(self), f64::from(rhs)) { yes } else { no }
            }
        }
    )*};
}
machine_number!(f32, f64);
