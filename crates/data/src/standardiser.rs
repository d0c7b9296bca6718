//! Standardisation of columns to mean 0 and variance 1.

use crate::column_statistics::{ColumnStatistics, column_statistics};
use std::fmt;
use wengert_kernels::{Float, compiled_here};

/// The mean and the standard deviation of each column, which define the map `x -> (x - mean) / deviation`.
///
/// The variance is that of the population, `sum (x - mean)^2 / n`, not divided by `n - 1`. A column that is
/// constant in the fitted data gets deviation 1: it is centred and not scaled, so that it becomes 0.
///
/// The statistics and the map are computed in double precision, and only the result is rounded to the
/// precision of the data. The map is defined for all finite numbers: a result beyond the largest number of
/// the precision becomes that number. NaN and infinities remain what they are.
///
/// ```
/// use wengert_data::Standardiser;
///
/// let mut table = [1.0, 5.0, 3.0, 5.0]; // rows (1, 5) and (3, 5)
/// let standardiser = Standardiser::fit(&table, 2);
/// standardiser.apply(&mut table);
/// assert_eq!(table, [-1.0, 0.0, 1.0, 0.0]);
/// standardiser.invert(&mut table);
/// assert_eq!(table, [1.0, 5.0, 3.0, 5.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Standardiser {
    mean: Vec<f64>,
    deviation: Vec<f64>,
}

/// The reason why numbers are not the statistics of a [`Standardiser`]. Columns count from 1.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum StandardiserError {
    /// The numbers of means and of deviations differ, or are 0.
    Widths {
        /// The number of means.
        means: usize,
        /// The number of deviations.
        deviations: usize,
    },
    /// A mean is infinite or NaN.
    Mean {
        /// The column.
        column: usize,
        /// The mean.
        value: f64,
    },
    /// A deviation is 0, negative, infinite or NaN.
    Deviation {
        /// The column.
        column: usize,
        /// The deviation.
        value: f64,
    },
}

impl fmt::Display for StandardiserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Widths { means, deviations } => {
                write!(f, "{means} means and {deviations} deviations: there must be one of each per column")
            }
            Self::Mean { column, value } => {
                write!(f, "the mean of column {column} is {value}, must be finite")
            }
            Self::Deviation { column, value } => {
                write!(f, "the deviation of column {column} is {value}, must be positive and finite")
            }
        }
    }
}

impl std::error::Error for StandardiserError {}

impl Standardiser {
    /// The map with these means and deviations, one of each per column.
    ///
    /// # Errors
    /// If the numbers of both differ or are 0, if a mean is not finite, or if a deviation is not positive and
    /// finite.
    pub fn new(mean: Vec<f64>, deviation: Vec<f64>) -> Result<Self, StandardiserError> {
        let (means, deviations) = (mean.len(), deviation.len());
        if means != deviations || means == 0 {
            return Err(StandardiserError::Widths { means, deviations });
        }
        if let Some(i) = mean.iter().position(|mean| !mean.is_finite()) {
            return Err(StandardiserError::Mean { column: i + 1, value: mean[i] });
        }
        if let Some(i) = deviation.iter().position(|&x| !(x > 0.0 && x.is_finite())) {
            return Err(StandardiserError::Deviation { column: i + 1, value: deviation[i] });
        }
        Ok(Self { mean, deviation })
    }

    /// Computes the statistics of row-major values of shape `(rows, width)`, all finite.
    ///
    /// # Panics
    /// If there are no rows, or if the values do not fill rows of `width`.
    #[must_use]
    #[track_caller]
    pub fn fit<F: Float>(values: &[F], width: usize) -> Self {
        assert_rows("fit", values.len(), width);
        assert!(!values.is_empty(), "Standardiser: fit needs at least one row");
        let statistics = compiled_here!(F: column_statistics(values: &[F], width: usize) -> ColumnStatistics);
        let ColumnStatistics { mean, mut deviation } = statistics(values, width);
        deviation.iter_mut().filter(|deviation| **deviation == 0.0).for_each(|deviation| *deviation = 1.0);
        Self { mean, deviation }
    }

    /// The number of columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.mean.len()
    }

    /// The mean of each column; finite.
    #[must_use]
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// The standard deviation of each column; positive and finite.
    #[must_use]
    pub fn deviation(&self) -> &[f64] {
        &self.deviation
    }

    /// Standardises row-major values in place.
    ///
    /// # Panics
    /// If the values do not fill rows of the width of the map.
    #[track_caller]
    pub fn apply<F: Float>(&self, values: &mut [F]) {
        assert_rows("apply", values.len(), self.width());
        compiled_here!(F: standardise(values: &mut [F], columns: &[Column]))(values, &self.columns());
    }

    /// Standardises row-major values in double precision, and rounds the results.
    ///
    /// # Panics
    /// If the values do not fill rows of the width of the map.
    #[must_use]
    #[track_caller]
    pub fn applied<F: Float>(&self, values: &[f64]) -> Vec<F> {
        assert_rows("applied", values.len(), self.width());
        compiled_here!(F: standardised(values: &[f64], columns: &[Column]) -> Vec<F>)(values, &self.columns())
    }

    /// Undoes the map, in place: `x -> mean + deviation x`, computed in double precision.
    ///
    /// # Panics
    /// If the values do not fill rows of the width of the map.
    #[track_caller]
    pub fn invert<F: Float>(&self, values: &mut [F]) {
        assert_rows("invert", values.len(), self.width());
        compiled_here!(F: restore(values: &mut [F], map: &Standardiser))(values, self);
    }

    /// The map that applies `first` and then this one.
    ///
    /// # Panics
    /// If the widths differ.
    #[must_use]
    #[track_caller]
    pub(crate) fn after(&self, first: &Self) -> Self {
        assert!(self.width() == first.width(), "Standardiser: after joins maps of one width");
        let columns = self.mean.iter().zip(&self.deviation).zip(first.mean.iter().zip(&first.deviation));
        // Statistics of values at the ends of the range of numbers may round to 0 or to infinity.
        let joined = columns.map(|((mean, deviation), (first_mean, first_deviation))| {
            let mean = (first_mean + first_deviation * mean).clamp(-f64::MAX, f64::MAX);
            (mean, (first_deviation * deviation).clamp(f64::from_bits(1), f64::MAX))
        });
        let (mean, deviation) = joined.unzip();
        Self { mean, deviation }
    }

    fn columns(&self) -> Vec<Column> {
        self.mean
            .iter()
            .zip(&self.deviation)
            .map(|(&mean, &deviation)| Column::new(mean, deviation))
            .collect()
    }
}

/// The map of one column, prepared for its values.
struct Column {
    /// 1, or 1/2 if the difference of a number and the mean may overflow.
    factor: f64,
    mean: f64,
    deviation: f64,
}

impl Column {
    fn new(mean: f64, deviation: f64) -> Self {
        // The largest number plus 1e291 rounds to the largest number.
        let factor = if mean.abs() < 1e291 { 1.0 } else { 0.5 };
        Self { factor, mean: factor * mean, deviation: factor * deviation }
    }

    #[inline(always)]
    fn standardised<F: Float>(&self, x: f64) -> F {
        let (z, largest) = ((self.factor * x - self.mean) / self.deviation, F::max_value().widened());
        F::literal(if x.is_finite() { z.clamp(-largest, largest) } else { x })
    }
}

/// `x <- (x - mean) / deviation` in each row.
fn standardise<F: Float>(values: &mut [F], columns: &[Column]) {
    for row in values.chunks_exact_mut(columns.len()) {
        for (x, column) in row.iter_mut().zip(columns) {
            *x = column.standardised(x.widened());
        }
    }
}

fn standardised<F: Float>(values: &[f64], columns: &[Column]) -> Vec<F> {
    let rows = values.chunks_exact(columns.len());
    rows.flat_map(|row| row.iter().zip(columns).map(|(&x, column)| column.standardised(x))).collect()
}

/// `x <- mean + deviation x` in each row.
fn restore<F: Float>(values: &mut [F], map: &Standardiser) {
    for row in values.chunks_exact_mut(map.width()) {
        for ((x, &mean), &deviation) in row.iter_mut().zip(&map.mean).zip(&map.deviation) {
            *x = F::literal(mean + deviation * x.widened());
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
    fn columns_get_mean_zero_and_population_variance_one() {
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
        assert_eq!(fitted.deviation, [5.0_f64.sqrt(), 125.0_f64.sqrt()]);
    }

    #[test]
    fn a_constant_column_becomes_zero_and_is_not_scaled() {
        // A tenth of the sum of ten times 0.1 is not 0.1.
        let fitted = Standardiser::fit(&[0.1_f64; 10], 1);
        assert_eq!((fitted.mean[0], fitted.deviation[0]), (0.1, 1.0));
        let mut elsewhere = [0.1, 2.1];
        fitted.apply(&mut elsewhere);
        assert_eq!(elsewhere, [0.0, 2.0]);
        for constant in [14.62_f32, f32::MAX, -f32::MAX, 1e-45, 0.0] {
            let mut column = [constant; 7];
            Standardiser::fit(&column, 1).apply(&mut column);
            assert_eq!(column, [0.0; 7], "{constant}");
        }
    }

    #[test]
    fn large_offsets_do_not_cancel_the_variance() {
        let fitted = Standardiser::fit(&[1e9_f64 - 3.0, 1e9 + 3.0], 1);
        assert_eq!((fitted.mean[0], fitted.deviation[0]), (1e9, 3.0));
    }

    #[test]
    fn values_of_any_size_are_standardised() {
        let least = f64::from_bits(1);
        for size in [f64::MAX, 1e308, 1e200, 3e38, 1.0, 1e-160, 1e-300, 1e-320, least] {
            let mut column = [-size, size, size, -size];
            Standardiser::fit(&column, 1).apply(&mut column);
            assert_eq!(column, [-1.0, 1.0, 1.0, -1.0], "{size}");
        }
        // The largest number against itself and half of it: mean 3/4 and deviation 1/4 of it.
        let mut column = [f64::MAX, 0.5 * f64::MAX];
        Standardiser::fit(&column, 1).apply(&mut column);
        assert!((column[0] - 1.0).abs() < 1e-15 && (column[1] + 1.0).abs() < 1e-15, "{column:?}");
        let mut single = [3e38_f32, -3e38, 3e38, -3e38];
        Standardiser::fit(&single, 1).apply(&mut single);
        assert_eq!(single, [1.0, -1.0, 1.0, -1.0]);
    }

    #[test]
    fn results_beyond_the_precision_become_its_largest_number() {
        let narrow = Standardiser::new(vec![0.0], vec![1e-45]).unwrap();
        let mut values = [1.0_f32, -1.0, 0.0];
        narrow.apply(&mut values);
        assert_eq!(values, [f32::MAX, -f32::MAX, 0.0]);
        assert_eq!(narrow.applied::<f32>(&[1.0, -1e300]), [f32::MAX, -f32::MAX]);
        let mut not_numbers = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
        narrow.apply(&mut not_numbers);
        assert!(not_numbers[0].is_nan() && not_numbers[1..] == [f32::INFINITY, f32::NEG_INFINITY]);
    }

    #[test]
    fn values_are_standardised_before_they_are_rounded() {
        // Single precision cannot distinguish the seconds of a minute in 2023.
        let seconds: Vec<f64> = (0..60).map(|s| 1_700_000_000.0 + f64::from(s)).collect();
        let standard: Vec<f32> = Standardiser::fit(&seconds, 1).applied(&seconds);
        // The deviation of 0, 1, ..., 59 is sqrt((60^2 - 1) / 12).
        let step = 1.0 / (3599.0_f64 / 12.0).sqrt();
        for pair in standard.windows(2) {
            assert!((f64::from(pair[1] - pair[0]) - step).abs() < 1e-6, "{pair:?}");
        }
    }

    #[test]
    fn two_maps_in_a_row_are_one_map() {
        let first = Standardiser::new(vec![1.5, -4.0], vec![2.0, 0.5]).unwrap();
        let second = Standardiser::new(vec![0.25, 3.0], vec![8.0, 0.125]).unwrap();
        let (mut twice, mut once) = ([7.0, 2.5, -1.0, 0.0], [7.0, 2.5, -1.0, 0.0]);
        first.apply(&mut twice);
        second.apply(&mut twice);
        second.after(&first).apply(&mut once);
        assert_eq!(twice, once);
    }

    #[test]
    fn statistics_that_define_no_map_are_refused_by_column() {
        for wrong in [0.0, -0.0, -1.0, f64::NAN, f64::INFINITY] {
            let error = Standardiser::new(vec![0.0; 2], vec![1.0, wrong]).unwrap_err();
            let expected = format!("the deviation of column 2 is {wrong}, must be positive and finite");
            assert_eq!(error.to_string(), expected);
        }
        for wrong in [f64::NAN, f64::NEG_INFINITY] {
            let error = Standardiser::new(vec![wrong, 0.0], vec![1.0; 2]).unwrap_err();
            assert_eq!(error.to_string(), format!("the mean of column 1 is {wrong}, must be finite"));
        }
        for (means, deviations) in [(1, 2), (0, 0)] {
            let error = Standardiser::new(vec![0.0; means], vec![1.0; deviations]).unwrap_err();
            assert_eq!(error, StandardiserError::Widths { means, deviations });
        }
    }

    #[test]
    #[should_panic(expected = "apply got 3 values, which do not fill rows of width 2")]
    fn rows_of_another_width_are_refused() {
        Standardiser::fit(&[1.0_f32, 2.0], 2).apply(&mut [1.0, 2.0, 3.0]);
    }

    #[test]
    #[should_panic(expected = "at least one row")]
    fn fitting_nothing_is_refused() {
        let _ = Standardiser::fit::<f32>(&[], 2);
    }
}
