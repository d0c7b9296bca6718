//! A term of Rosenbrock's function as a pointwise function of two numbers.

use wengert::ad::Elementary;
use wengert::ad::Scalar;
use wengert::ad::primitive::Pointwise;

/// `100 (b - a^2)^2 + (a - 1)^2`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Valley;

impl Pointwise<2> for Valley {
    #[inline(always)]
    fn at<T: Scalar>(self, [a, b]: [T; 2]) -> T {
        (b - a.square()).square().scale(100.0) + a.shift(-1.0).square()
    }
}
