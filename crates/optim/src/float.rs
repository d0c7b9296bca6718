//! The numbers an optimizer works in.

/// A floating-point number that threads may share: `f32` and `f64`.
pub trait Float: num_traits::Float + Send + Sync + 'static {}

impl<F: num_traits::Float + Send + Sync + 'static> Float for F {}

/// A setting, kept in `f64`, rounded to the precision of the parameters.
pub(crate) fn rounded<F: Float>(setting: f64) -> F {
    F::from(setting).expect("every f64 rounds to a float")
}

/// A number in double precision, for sums and reports.
pub(crate) fn widened<F: Float>(number: F) -> f64 {
    number.to_f64().expect("every float is an f64 or rounds to one")
}

/// `beta` and `1 - beta`: what a running mean keeps, and what it takes in.
pub(crate) fn shares<F: Float>(beta: f64) -> (F, F) {
    (rounded(beta), rounded(1.0 - beta))
}
