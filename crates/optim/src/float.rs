//! The numbers an optimizer works in.

pub use wengert_kernels::Float;

/// A setting, kept in `f64`, rounded to the precision of the parameters.
pub(crate) fn rounded<F: Float>(setting: f64) -> F {
    F::literal(setting)
}

/// A number in double precision, for sums and reports.
pub(crate) fn widened<F: Float>(number: F) -> f64 {
    number.widened()
}

/// `beta` and `1 - beta`: what a running mean keeps, and what it takes in.
pub(crate) fn shares<F: Float>(beta: f64) -> (F, F) {
    (rounded(beta), rounded(1.0 - beta))
}
