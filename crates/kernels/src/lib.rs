//! The hot loops of Wengert, on slices, at the bottom of the workspace: they depend neither on derivatives
//! nor on tapes.
//!
//! | topic | items |
//! |---|---|
//! | numbers | [`Numeric`], [`Float`], [`PerFloat`], [`bytes_of`] |
//! | compilation for the processor at hand | [`InstructionSet`], [`vectorised`], [`vectorised_wide`] |
//! | loops over elements and rows | [`fill`], [`accumulate`], [`repeat`], [`row_sums`], [`add_column_sums`], ... |
//! | sums and products of elements | [`sum`], [`sum_of`], [`Pairwise`], [`dot`], [`product`], [`largest`], [`norm`], [`max_norm`] |
//! | matrices | [`Matrix`], [`MatrixProduct`] |
//! | factorisations | [`Lu`], [`cholesky`], [`HouseholderQr`], [`Triangular`] |
//! | the list that tapes are written to | [`Arena`] |
//! | division of long slices among threads | [`partition`] |
//! | checks of settings | [`validate`] |
//!
//! The only crate with `unsafe` code: vector registers, the choice of processor features at run time, the
//! arena, and numbers as bytes.

mod arena;
mod bytes;
mod error_function;
mod exponential;
mod factorisation;
mod float;
mod gemm;
mod householder;
mod instruction_set;
mod logarithm;
mod matrix;
mod norms;
mod numeric;
mod pairwise;
pub mod partition;
mod polynomial;
mod products;
mod rows;
mod simd;
mod slices;
mod sums;
mod tiles;
pub mod validate;

pub use arena::Arena;
pub use bytes::{bytes_of, bytes_of_mut};
pub use factorisation::{Lu, Triangle, Triangular, cholesky};
pub use float::{Float, PerFloat, exact_product, flush_subnormal};
pub use gemm::{MatrixProduct, portable_product};
pub use householder::HouseholderQr;
pub use instruction_set::{InstructionSet, InstructionSetError};
pub use matrix::Matrix;
pub use norms::{max_norm, norm};
pub use numeric::Numeric;
pub use pairwise::{Pairwise, sum_in_blocks};
pub use rows::{
    Columns, add_column_sums, add_column_sums_of, gather_rows, row_maxima, row_sum, row_sums, row_sums_of,
    shifted, subtract_from_rows, unrolled,
};
pub use simd::{vectorised, vectorised_wide};
pub use slices::{accumulate, add_to, fill, repeat};
pub use sums::{add_scaled, dot, largest, product, sum, sum_of, sum_of_pairs};
