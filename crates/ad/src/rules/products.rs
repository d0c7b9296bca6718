//! Products in which zero times infinity is zero. They are rules like those of the tables, so that their
//! derivatives nest, but have no methods: rules and modes use them.

use crate::number::{Binary, Float, Scalar};

/// `a b`, but 0 where a factor is exactly 0, whatever the other is: [`Scalar::chain`] as a rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChainProduct;

impl Binary for ChainProduct {
    const NAME: &'static str = "*";
    #[inline(always)]
    fn primal<F: Float>(self, a: F, b: F) -> F {
        let product = if a == F::zero() { a } else { a * b };
        if b == F::zero() { b } else { product }
    }
    #[inline(always)]
    fn partials<T: Scalar>(self, a: T, b: T, _: T) -> (T, T) {
        (b, a)
    }
}

/// `a b`, but 0 instead of `0 * inf`: a product whose one factor vanishes faster than the other grows. A
/// NaN stays a NaN.
#[derive(Clone, Copy, Debug)]
pub(super) struct Damped;

impl Binary for Damped {
    const NAME: &'static str = "*";
    #[inline(always)]
    fn primal<F: Float>(self, a: F, b: F) -> F {
        let vanishes = a == F::zero() && b.is_infinite() || a.is_infinite() && b == F::zero();
        if vanishes { F::zero() } else { a * b }
    }
    #[inline(always)]
    fn partials<T: Scalar>(self, a: T, b: T, _: T) -> (T, T) {
        (b, a)
    }
}
