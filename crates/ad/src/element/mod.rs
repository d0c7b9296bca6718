//! The elements of arrays.

mod affine_kernel;
mod chunks;

use crate::number::Float;
use wengert_kernels::MatrixProduct;

pub(crate) use affine_kernel::FromOutput;
pub use affine_kernel::{AffineKernel, Factor, Output, PlainAffine};
pub use chunks::{CHUNK, Chunks};
pub(crate) use chunks::{compute, join, separate, update_each, vectorised_for, write_each};

/// An element of an array: a [`Scalar`](crate::Scalar) with a matrix product that can be stored anywhere.
///
/// Implemented for every such number: `f32`, `f64` and the numbers of forward mode.
pub trait Element: Chunks + MatrixProduct + Send + Sync + 'static {}
impl<T: Chunks + MatrixProduct + Send + Sync + 'static> Element for T {}

/// The distance from 1 to the next number of the machine float below `T`.
pub(crate) fn rounding<T: Element>() -> f64 {
    <T::Base as num_traits::Float>::epsilon().widened()
}

/// A machine floating-point type that arrays hold, `f32` or `f64`: what models are trained in.
pub trait Real: Element + Float {}
impl<T: Element + Float> Real for T {}
