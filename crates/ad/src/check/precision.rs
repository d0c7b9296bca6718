//! The precision in which a checked function is computed.

/// The numbers that a function takes and returns: how far apart they are, and how small they get.
#[derive(Clone, Copy, Debug)]
pub(super) struct Precision {
    /// The distance from 1 to the next number.
    pub(super) epsilon: f64,
    /// The smallest positive number.
    pub(super) smallest: f64,
    /// The number nearest to a given one.
    pub(super) nearest: fn(f64) -> f64,
}

impl Precision {
    /// That of `f64`.
    pub(super) const DOUBLE: Self =
        Self { epsilon: f64::EPSILON, smallest: f64::from_bits(1), nearest: |x| x };

    /// The largest relative difference between two ways to compute one derivative, which differ only in
    /// the order of their operations: 1e-9 in double precision.
    pub(super) fn tolerance_between_modes(self) -> f64 {
        super::ROUNDING.max(1e3 * self.epsilon)
    }
}
