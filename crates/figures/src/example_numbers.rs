//! Invented numbers for the examples of the charts.

/// Numbers between 0 and 1 for examples: the multiples of the golden ratio, which are spread evenly.
pub(crate) fn spread(count: usize, start: f64) -> impl Iterator<Item = f64> {
    (1..=count).map(move |i| (start + i as f64 * 0.618_033_988_749_895).fract())
}

/// Numbers for examples that look like draws from the standard normal distribution: twelve numbers between 0
/// and 1 minus 6.
pub(crate) fn noise(count: usize, start: f64) -> Vec<f64> {
    let sum = |i: usize| {
        let terms = (1..=12)
            .map(|j| ((i * j * j + j) as f64 * 0.754_877_666_246_693 * start + start * j as f64).fract());
        terms.sum::<f64>() - 6.0
    };
    (1..=count).map(sum).collect()
}
