//! Numbers in any precision.

/// Numbers of any type in double precision.
pub(crate) fn numbers<T: Copy + Into<f64>>(numbers: &[T]) -> Vec<f64> {
    numbers.iter().map(|&number| number.into()).collect()
}
