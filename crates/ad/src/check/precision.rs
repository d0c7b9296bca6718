//! The precision in which a checked function is computed.

/// The precision in which a function is computed: how far apart its numbers are, and how small they get.
#[derive(Clone, Copy, Debug)]
pub struct Precision {
    /// The distance from 1 to the next number.
    pub(super) epsilon: f64,
    /// The smallest positive number.
    pub(super) smallest: f64,
    /// The number nearest to a given one.
    pub(super) nearest: fn(f64) -> f64,
}

impl Precision {
    /// That of `f64`.
    pub const DOUBLE: Self = Self { epsilon: f64::EPSILON, smallest: f64::from_bits(1), nearest: |x| x };

    /// That of `f32`.
    pub const SINGLE: Self = Self {
        epsilon: f32::EPSILON as f64,
        smallest: f32::from_bits(1) as f64,
        nearest: |x| f64::from(x as f32),
    };

    /// The largest relative difference between two ways to compute one derivative, which differ only in
    /// the order of their operations: 1e-9 in double precision.
    pub(super) fn tolerance_between_modes(self) -> f64 {
        super::ROUNDING.max(1e3 * self.epsilon)
    }
}
