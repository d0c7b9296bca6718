//! The numbers an optimizer works in.

/// A floating-point number that threads may share: `f32` and `f64`.
pub trait Float: num_traits::Float + Send + Sync + 'static {}

impl<F: num_traits::Float + Send + Sync + 'static> Float for F {}

/// A setting, kept in `f64`, rounded to the precision of the parameters.
pub(crate) fn rounded<F: Float>(setting: f64) -> F {
    F::from(setting).expect("every f64 rounds to a float")
}
