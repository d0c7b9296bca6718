//! Standardisation of features to mean 0 and variance 1.

use wengert_kernels::{Float, compiled_here};

/// The mean and the standard deviation of each feature, which define the map `x -> (x - mean) / deviation`.
///
/// The variance is that of the population, `sum (x - mean)^2 / n`, not divided by `n - 1`. A feature that is
/// constant in the fitted data gets deviation 1: it is centred and not scaled.
///
/// A model that was trained on standardised features needs the same map for its predictions, so the
/// statistics are saved with it.
///
/// ```
/// use wengert_data::Standardiser;
///
/// let mut table = [1.0, 5.0, 3.0, 5.0]; // rows (1, 5) and (3, 5)
/// let standardiser = Standardiser::fit(&table, 2);
/// standardiser.apply(&mut table);
/// assert_eq!(table, [-1.0, 0.0, 1.0, 0.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Standardiser<F = f32> {
    /// The mean of each feature.
    pub mean: Vec<F>,
    /// The standard deviation of each feature, a positive number.
    pub deviation: Vec<F>,
}

impl<F: Float> Standardiser<F> {
    /// Computes the statistics of row-major features of shape `(examples, width)`, with sums in `f64`.
    ///
    /// # Panics
    /// If there are no rows, or if the features do not fill rows of `width`.
    #[must_use]
    #[track_caller]
    pub fn fit(features: &[F], width: usize) -> Self {
        assert_rows("fit", features.len(), width);
        assert!(!features.is_empty(), "Standardiser: fit needs at least one row");
        let moments = compiled_here!(F: moments(features: &[F], width: usize) -> Moments);
        let Moments { mean, variance, varies } = moments(features, width);
        let deviation = variance.iter().zip(&varies).map(|(&variance, &varies)| {
            let deviation = F::literal(variance.sqrt());
            // The deviation of values that differ by very little may round to 0.
            if varies && deviation > F::zero() { deviation } else { F::one() }
        });
        // The rounded mean of a constant column may differ from the constant, so take it from the first row.
        let mean = mean.iter().zip(&varies).zip(features);
        let mean = mean.map(|((&mean, &varies), &first)| if varies { F::literal(mean) } else { first });
        Self { mean: mean.collect(), deviation: deviation.collect() }
    }

    /// Standardises row-major features in place.
    ///
    /// # Panics
    /// If the features do not fill rows of the fitted width.
    #[track_caller]
    pub fn apply(&self, features: &mut [F]) {
        assert_rows("apply", features.len(), self.mean.len());
        let standardise = compiled_here!(F: standardise(x: &mut [F], mean: &[F], deviation: &[F]));
        standardise(features, &self.mean, &self.deviation);
    }
}

/// The statistics of each column, with sums in `f64`.
struct Moments {
    mean: Vec<f64>,
    /// The population variance.
    variance: Vec<f64>,
    /// Whether two values of the column differ.
    varies: Vec<bool>,
}

fn moments<F: Float>(features: &[F], width: usize) -> Moments {
    let mean = column_means(features, width, |x, _| x, &vec![0.0; width]);
    // The squares of the differences from the mean, in a second pass, do not suffer from cancellation.
    let variance = column_means(features, width, |x, mean| (x - mean) * (x - mean), &mean);
    Moments { mean, variance, varies: varying_columns(features, width) }
}

/// The mean over the rows of `term(x, parameter)`, with one parameter per column.
fn column_means<F: Float>(
    features: &[F],
    width: usize,
    term: impl Fn(f64, f64) -> f64,
    parameters: &[f64],
) -> Vec<f64> {
    let mut sums = vec![0.0; width];
    for row in features.chunks_exact(width) {
        for ((sum, x), &parameter) in sums.iter_mut().zip(row).zip(parameters) {
            *sum += term(x.widened(), parameter);
        }
    }
    let n = (features.len() / width) as f64;
    sums.iter().map(|sum| sum / n).collect()
}

/// For each column, whether its values differ.
fn varying_columns<F: Float>(features: &[F], width: usize) -> Vec<bool> {
    let mut varies = vec![false; width];
    for row in features.chunks_exact(width) {
        for ((varies, x), first) in varies.iter_mut().zip(row).zip(features) {
            *varies |= x != first;
        }
    }
    varies
}

/// `x <- (x - mean) / deviation` in each row.
fn standardise<F: Float>(features: &mut [F], mean: &[F], deviation: &[F]) {
    for row in features.chunks_exact_mut(mean.len()) {
        for ((x, &mean), &deviation) in row.iter_mut().zip(mean).zip(deviation) {
            *x = (*x - mean) / deviation;
        }
    }
}

#[track_caller]
fn assert_rows(operation: &str, values: usize, width: usize) {
    assert!(
        width > 0 && values.is_multiple_of(width),
        "Standardiser: {operation} got {values} values, which do not fill rows of width {width}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_get_mean_zero_and_population_variance_one() {
        let table: Vec<f64> = (0..300).map(|i| f64::from(i * i % 97) * 3.0 - 1000.0).collect();
        let mut standard = table.clone();
        Standardiser::fit(&table, 3).apply(&mut standard);
        for column in 0..3 {
            let values: Vec<f64> = standard.iter().skip(column).step_by(3).copied().collect();
            let mean = values.iter().sum::<f64>() / 100.0;
            let mean_square = values.iter().map(|x| x * x).sum::<f64>() / 100.0;
            assert!(mean.abs() < 1e-12 && (mean_square - 1.0).abs() < 1e-12, "{mean} {mean_square}");
        }
    }

    #[test]
    fn statistics_of_a_small_table_are_exact() {
        let fitted = Standardiser::fit(&[1.0_f32, 10.0, 3.0, 20.0, 5.0, 30.0, 7.0, 40.0], 2);
        assert_eq!(fitted.mean, [4.0, 25.0]);
        assert_eq!(fitted.deviation, [5.0_f32.sqrt(), 125.0_f32.sqrt()]);
    }

    #[test]
    fn a_constant_feature_is_centred_and_not_scaled() {
        // A tenth of the sum of ten times 0.1 is not 0.1.
        let fitted = Standardiser::fit(&[0.1_f64; 10], 1);
        assert_eq!((fitted.mean[0], fitted.deviation[0]), (0.1, 1.0));
        let mut elsewhere = [0.1, 2.1];
        fitted.apply(&mut elsewhere);
        assert_eq!(elsewhere, [0.0, 2.0]);
    }

    #[test]
    fn a_deviation_that_rounds_to_zero_leaves_the_feature_finite() {
        let least = f32::from_bits(1);
        let mut table = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, least];
        Standardiser::fit(&table, 1).apply(&mut table);
        assert!(table.iter().all(|x| x.is_finite()), "{table:?}");
    }

    #[test]
    fn large_offsets_do_not_cancel_the_variance() {
        let fitted = Standardiser::fit(&[1e9_f64 - 3.0, 1e9 + 3.0], 1);
        assert_eq!((fitted.mean[0], fitted.deviation[0]), (1e9, 3.0));
    }

    #[test]
    #[should_panic(expected = "apply got 3 values, which do not fill rows of width 2")]
    fn rows_of_another_width_are_refused() {
        Standardiser::fit(&[1.0_f32, 2.0], 2).apply(&mut [1.0, 2.0, 3.0]);
    }

    #[test]
    #[should_panic(expected = "at least one row")]
    fn fitting_nothing_is_refused() {
        let _ = Standardiser::<f32>::fit(&[], 2);
    }
}
