//! Mean and standard deviation of the columns of a table, for values of any size.

use wengert_kernels::{Float, compiled_here};

/// The statistics of each column, in double precision.
pub(crate) struct ColumnStatistics {
    pub(crate) mean: Vec<f64>,
    /// The population standard deviation; 0 for a column whose values are all equal, and only for those.
    pub(crate) deviation: Vec<f64>,
}

/// Half the range of a column above which, and below whose reciprocal, squares are computed on another scale.
const LARGE: f64 = 1e100;

/// The power of two that brings such ranges to a size whose squares neither overflow nor vanish.
const TO_MIDDLE: f64 = f64::from_bits((1023 - 600) << 52);

/// The statistics of row-major values of shape `(rows, width)`, of which there is at least one row.
pub(crate) fn column_statistics<F: Float>(values: &[F], width: usize) -> ColumnStatistics {
    let columns: Vec<Range> = ranges(values, width);
    // Values are taken relative to the middle of their column, so that sums do not overflow, and neither
    // offsets nor squares cancel.
    let offset = |x: F, column: &Range| (x.widened() - column.middle) * column.scale;
    let mean = column_means(values, &columns, |x, column, _| offset(x, column), &vec![0.0; width]);
    let square = |x: F, column: &Range, mean: f64| (offset(x, column) - mean) * (offset(x, column) - mean);
    let variance = column_means(values, &columns, square, &mean);
    let statistics = columns.iter().zip(mean.iter().zip(variance));
    let (mean, deviation) =
        statistics.map(|(column, (&mean, variance))| column.unscaled(mean, variance)).unzip();
    ColumnStatistics { mean, deviation }
}

/// The middle and the half width of the values of a column.
pub(crate) struct Range {
    pub(crate) middle: f64,
    /// Half the difference between the largest and the smallest value; 0 if and only if all are equal.
    pub(crate) half: f64,
    /// A power of two.
    scale: f64,
}

impl Range {
    /// The range from the smallest to the largest value.
    pub(crate) fn new(low: f64, high: f64) -> Self {
        // The difference of the largest numbers overflows, and half of the least one is 0.
        let half = if low == high { 0.0 } else { (0.5 * high - 0.5 * low).max(f64::from_bits(1)) };
        let scale = match half {
            half if half > LARGE => TO_MIDDLE,
            half if half < 1.0 / LARGE => 1.0 / TO_MIDDLE,
            _ => 1.0,
        };
        // The middle of a constant column is its value, without rounding.
        let middle = if low == high { low } else { 0.5 * low + 0.5 * high };
        Self { middle, half, scale }
    }

    /// The mean and the deviation, from the mean and the variance of the scaled offsets.
    fn unscaled(&self, mean: f64, variance: f64) -> (f64, f64) {
        if self.half == 0.0 {
            return (self.middle, 0.0);
        }
        // The deviation of values that differ by the least numbers rounds to 0.
        (self.middle + mean / self.scale, (variance.sqrt() / self.scale).max(f64::from_bits(1)))
    }
}

/// The range of each column.
pub(crate) fn ranges<F: Float>(values: &[F], width: usize) -> Vec<Range> {
    compiled_here!(F: ranges_of(values: &[F], width: usize) -> Vec<Range>)(values, width)
}

fn ranges_of<F: Float>(values: &[F], width: usize) -> Vec<Range> {
    let mut ends = (values[..width].to_vec(), values[..width].to_vec());
    add_to_ranges(&mut ends, values);
    let (low, high) = ends;
    low.into_iter().zip(high).map(|(low, high)| Range::new(low.widened(), high.widened())).collect()
}

/// Extends the ranges of columns, given by their least and their largest values, to these rows.
#[inline]
pub(crate) fn add_to_ranges<F: Float>((low, high): &mut (Vec<F>, Vec<F>), values: &[F]) {
    for row in values.chunks_exact(low.len()) {
        for ((low, high), &x) in low.iter_mut().zip(&mut *high).zip(row) {
            *low = low.min(x);
            *high = high.max(x);
        }
    }
}

/// The mean over the rows of `term(x, column, parameter)`, with one parameter per column.
fn column_means<F: Float>(
    values: &[F],
    columns: &[Range],
    term: impl Fn(F, &Range, f64) -> f64,
    parameters: &[f64],
) -> Vec<f64> {
    let mut sums = vec![0.0; columns.len()];
    for row in values.chunks_exact(columns.len()) {
        for (((sum, &x), column), &parameter) in sums.iter_mut().zip(row).zip(columns).zip(parameters) {
            *sum += term(x, column, parameter);
        }
    }
    let rows = (values.len() / columns.len()) as f64;
    sums.iter().map(|sum| sum / rows).collect()
}
