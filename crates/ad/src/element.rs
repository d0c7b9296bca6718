//! The elements of arrays.

use crate::number::{Float, Scalar};
use wengert_kernels::{MatrixProduct, vectorised, vectorised_wide};

/// An element of an array: a [`Scalar`] with a matrix product that can be stored anywhere.
///
/// Implemented for every such number: `f32`, `f64` and the numbers of forward mode.
pub trait Element: Blocks + MatrixProduct + Send + Sync + 'static {}
impl<T: Blocks + MatrixProduct + Send + Sync + 'static> Element for T {}

/// The number of elements in a block.
pub const BLOCK: usize = 8;

/// A loop over blocks for the processor at hand. There is a version for AVX-512 if a block has numbers of
/// double precision that carry derivatives: it is compiled only where these are used. Eight numbers of single
/// precision fill half of a register of AVX-512, and take longer there.
#[inline(always)]
pub(crate) fn vectorised_for<T: Element, Y>(work: impl FnOnce() -> Y) -> Y {
    let is_double = size_of::<T::Base>() == size_of::<f64>();
    if is_double && size_of::<T>() > size_of::<f64>() { vectorised_wide(work) } else { vectorised(work) }
}

/// A number of which elementwise loops compute a block at a time.
///
/// A number that carries derivatives is several machine numbers, and a loop over such numbers does not fill
/// the vector registers. A block has the components of all its elements side by side: it is one number of the
/// same mode, whose components are [`Lanes`](crate::Lanes).
pub trait Blocks: Scalar {
    /// A block of [`BLOCK`] numbers.
    type Block: Scalar;
    /// Whether loops should gather blocks: if the components of neighbours do not lie side by side.
    const SEPARATE: bool;
    /// The block of the numbers `x(0), x(1), ...`.
    fn gathered(x: impl Fn(usize) -> Self) -> Self::Block;
    /// Number `j` of the block.
    fn lane(block: &Self::Block, j: usize) -> Self;
}

/// The distance from 1 to the next number of the machine float below `T`.
pub(crate) fn rounding<T: Element>() -> f64 {
    <T::Base as num_traits::Float>::epsilon().widened()
}

/// A machine floating-point type that arrays hold, `f32` or `f64`: what models are trained in.
pub trait Real: Element + Float {}
impl<T: Element + Float> Real for T {}
