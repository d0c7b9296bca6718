//! The hot loops, on slices: they know nothing of tapes, and nothing above them loops over elements.
//!
//! The only module where `unsafe` is allowed, and there only for the choice of processor features at run time.

mod factorisation;
mod gemm;
mod log;
mod products;
mod simd;
mod sums;
mod tiles;

pub use factorisation::{Lu, Triangle, Triangular, cholesky};
pub use gemm::{Element, Matrix, Real};
pub use log::Log;
pub use simd::vectorised;
pub use sums::{add_column_sums, add_scaled, dot, largest, row_sums, sum, sum_of};

/// `x` written into `y`, element by element, as fast as this processor allows.
#[inline(always)]
pub fn fill<T>(y: &mut [T], values: impl Iterator<Item = T>) {
    vectorised(
        #[inline(always)]
        || {
            for (y, value) in y.iter_mut().zip(values) {
                *y = value;
            }
        },
    );
}

/// `y += x`, element by element.
#[inline(always)]
pub fn accumulate<T: Copy + std::ops::Add<Output = T>>(y: &mut [T], values: impl Iterator<Item = T>) {
    vectorised(
        #[inline(always)]
        || {
            for (y, value) in y.iter_mut().zip(values) {
                *y = *y + value;
            }
        },
    );
}
