//! Derivatives estimated by differences.

/// A derivative estimated by a central difference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The derivative; NaN if no step gives one.
    pub value: f64,
    /// The step `h` of `(f(x + h) - f(x - h)) / 2h`.
    pub step: f64,
    /// The largest error that rounding and the length of the step may leave; infinite if the
    /// differences did not converge.
    pub uncertainty: f64,
    /// Whether all shorter steps agree within the rounding of the values. Only then can the difference
    /// prove a derivative wrong: shorter steps that scatter may be noise or a finer structure.
    pub converged: bool,
}

impl Difference {
    /// What is known where the differences do not converge.
    pub(super) const UNKNOWN: Self =
        Self { value: f64::NAN, step: f64::NAN, uncertainty: f64::INFINITY, converged: false };
}
