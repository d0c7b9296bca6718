//! Means of numbers, and how certain they are.

/// The mean; NaN without numbers.
pub(crate) fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// The mean of independent numbers, and its standard error from their spread (NaN for a single number).
pub(crate) fn mean_and_error(numbers: &[f64]) -> (f64, f64) {
    let (mean, n) = (mean(numbers), numbers.len() as f64);
    let square = numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
    (mean, (square / (n - 1.0) / n).sqrt())
}
