//! The floating-point types of parameters.

pub use wengert_kernels::Float;
pub(crate) use wengert_kernels::compiled_here;

/// A setting, which is `f64`, rounded to the precision of the parameters.
pub(crate) fn rounded<F: Float>(setting: f64) -> F {
    F::literal(setting)
}

/// The weights of an exponential moving average: `beta` for the old mean, `1 - beta` for the new number.
pub(crate) fn average_weights<F: Float>(beta: f64) -> (F, F) {
    (rounded(beta), rounded(1.0 - beta))
}
