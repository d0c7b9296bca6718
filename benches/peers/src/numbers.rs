//! The operations that the numbers of all libraries support.

use std::cell::Cell;
use std::ops::{Add, Div, Mul, Sub};
use wengert_ad::Elementary;

/// A number of one of the libraries.
pub trait Num:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// `c x`.
    fn times(self, c: f64) -> Self;
    /// `x + c`.
    fn plus(self, c: f64) -> Self;
    /// `ln x`.
    fn log(self) -> Self;
    /// `max(x, 0)`.
    fn rectified(self) -> Self;
}

impl Num for f64 {
    fn times(self, c: f64) -> Self {
        self * c
    }
    fn plus(self, c: f64) -> Self {
        self + c
    }
    fn log(self) -> Self {
        self.ln()
    }
    fn rectified(self) -> Self {
        self.max(0.0)
    }
}

macro_rules! of_the_rule_table {
    ([$($generics:tt)*] $Type:ty) => {
        impl<$($generics)*> Num for $Type {
            #[inline(always)]
            fn times(self, c: f64) -> Self {
                self.scale(c)
            }
            #[inline(always)]
            fn plus(self, c: f64) -> Self {
                self.shift(c)
            }
            #[inline(always)]
            fn log(self) -> Self {
                self.ln()
            }
            #[inline(always)]
            fn rectified(self) -> Self {
                self.relu()
            }
        }
    };
}
of_the_rule_table!([T: wengert_ad::Scalar] wengert_ad::Var<'_, T>);
of_the_rule_table!([T: wengert_ad::Scalar] wengert_ad::Dual<T>);
of_the_rule_table!([const N: usize] wengert_ad::Lanes<N>);

impl Num for reverse::Var<'_> {
    fn times(self, c: f64) -> Self {
        self * c
    }
    fn plus(self, c: f64) -> Self {
        self + c
    }
    fn log(self) -> Self {
        self.ln()
    }
    fn rectified(self) -> Self {
        if self.val() > 0.0 { self * 1.0 } else { self * 0.0 }
    }
}

impl Num for ad_trait::reverse_ad::adr::adr {
    fn times(self, c: f64) -> Self {
        self * <Self as ad_trait::AD>::constant(c)
    }
    fn plus(self, c: f64) -> Self {
        self + <Self as ad_trait::AD>::constant(c)
    }
    fn log(self) -> Self {
        simba::scalar::ComplexField::ln(self)
    }
    fn rectified(self) -> Self {
        if self.value() > 0.0 { self } else { self.times(0.0) }
    }
}

impl Num for echidna::Reverse<f64> {
    fn times(self, c: f64) -> Self {
        self * c
    }
    fn plus(self, c: f64) -> Self {
        self + c
    }
    fn log(self) -> Self {
        num_traits::Float::ln(self)
    }
    fn rectified(self) -> Self {
        if echidna::Scalar::value(&self) > 0.0 { self } else { self * 0.0 }
    }
}

impl Num for num_dual::Dual64 {
    fn times(self, c: f64) -> Self {
        self * c
    }
    fn plus(self, c: f64) -> Self {
        self + c
    }
    fn log(self) -> Self {
        num_dual::DualNum::ln(&self)
    }
    fn rectified(self) -> Self {
        if self.re > 0.0 { self } else { self * 0.0 }
    }
}

thread_local!(static COUNT: Cell<usize> = const { Cell::new(0) });

/// A number that counts its operations.
#[derive(Clone, Copy)]
pub struct Counted(pub f64);

impl Counted {
    /// The number of operations in `work`.
    pub fn count(work: impl FnOnce() -> Self) -> usize {
        COUNT.set(0);
        work();
        COUNT.get()
    }

    fn counted(value: f64) -> Self {
        COUNT.set(COUNT.get() + 1);
        Self(value)
    }
}

macro_rules! counted {
    ($($Op:ident $op:ident $sign:tt),*) => {$(
        impl $Op for Counted {
            type Output = Self;
            fn $op(self, rhs: Self) -> Self {
                Self::counted(self.0 $sign rhs.0)
            }
        }
    )*};
}
counted!(Add add +, Sub sub -, Mul mul *, Div div /);

impl Num for Counted {
    fn times(self, c: f64) -> Self {
        Self::counted(self.0 * c)
    }
    fn plus(self, c: f64) -> Self {
        Self::counted(self.0 + c)
    }
    fn log(self) -> Self {
        Self::counted(self.0.ln())
    }
    fn rectified(self) -> Self {
        Self::counted(self.0.max(0.0))
    }
}
