//! Mean, deviation and range of columns that come in pieces.

use crate::column_statistics::{ColumnStatistics, Range, column_statistics};
use crate::scaling_method::ScalingMethod;
use crate::standardiser::Standardiser;

/// Statistics of the rows so far, for values of any size.
#[derive(Clone, Debug, Default)]
pub(super) struct Running {
    rows: f64,
    columns: Vec<Column>,
}

#[derive(Clone, Copy, Debug)]
struct Column {
    mean: f64,
    /// The population standard deviation; 0 if and only if all values are equal.
    deviation: f64,
    low: f64,
    high: f64,
}

impl Running {
    /// Takes rows of this width into account: row-major, all finite.
    pub(super) fn add(&mut self, values: &[f64], width: usize) {
        if values.is_empty() {
            return;
        }
        let ColumnStatistics { mean, deviation } = column_statistics(values, width);
        let mut new: Vec<Column> =
            mean.iter().zip(&deviation).map(|(&mean, &deviation)| Column::at(mean, deviation)).collect();
        for row in values.chunks_exact(width) {
            for (column, &x) in new.iter_mut().zip(row) {
                (column.low, column.high) = (column.low.min(x), column.high.max(x));
            }
        }
        let rows = (values.len() / width) as f64;
        if self.columns.is_empty() {
            (self.rows, self.columns) = (rows, new);
            return;
        }
        let share = rows / (self.rows + rows);
        self.rows += rows;
        self.columns.iter_mut().zip(new).for_each(|(column, new)| column.join(&new, share));
    }

    /// The map of the columns by a method; `None` for the method of no map, and for quantiles, which need all
    /// values at once.
    pub(super) fn map(&self, method: ScalingMethod) -> Option<Standardiser> {
        let map = |column: &Column| match method {
            ScalingMethod::MinMax => {
                let range = Range::new(column.low, column.high);
                Some((range.middle - range.half, 2.0 * range.half))
            }
            ScalingMethod::Standardise => Some((column.mean, column.deviation)),
            ScalingMethod::Robust | ScalingMethod::None => None,
        };
        let maps: Option<Vec<(f64, f64)>> = self.columns.iter().map(map).collect();
        let usable = |(mean, deviation): (f64, f64)| {
            let deviation = if deviation > 0.0 { deviation.min(f64::MAX) } else { 1.0 };
            (mean.clamp(-f64::MAX, f64::MAX), deviation)
        };
        let (mean, deviation) = maps.filter(|maps| !maps.is_empty())?.into_iter().map(usable).unzip();
        Some(Standardiser::new(mean, deviation).expect("the statistics of finite numbers are finite"))
    }
}

impl Column {
    fn at(mean: f64, deviation: f64) -> Self {
        Self { mean, deviation, low: f64::INFINITY, high: f64::NEG_INFINITY }
    }

    /// Joins the statistics of further rows, which are this share of all (Chan, Golub and LeVeque 1983,
    /// *Algorithms for computing the sample variance*, equation 2.1).
    fn join(&mut self, new: &Self, share: f64) {
        // The difference of the largest numbers overflows; squares do below 1e154. `hypot` does not.
        let half = 0.5 * new.mean - 0.5 * self.mean;
        let between = 2.0 * half * (share * (1.0 - share)).sqrt();
        let within = (self.deviation * (1.0 - share).sqrt()).hypot(new.deviation * share.sqrt());
        self.mean += 2.0 * (half * share);
        self.deviation = within.hypot(between);
        (self.low, self.high) = (self.low.min(new.low), self.high.max(new.high));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_have_the_statistics_of_all_rows() {
        let table: Vec<f64> = (0..3000).map(|i| f64::from(i * i % 97) * 3.0 + 1e6).collect();
        for method in [ScalingMethod::Standardise, ScalingMethod::MinMax] {
            for pieces in [1, 2, 7, 250] {
                let mut running = Running::default();
                table.chunks(3 * 1000_usize.div_ceil(pieces)).for_each(|piece| running.add(piece, 3));
                let (found, wanted) = (running.map(method).unwrap(), method.fit(&table, 3).unwrap());
                for column in 0..3 {
                    assert!((found.mean()[column] - wanted.mean()[column]).abs() < 1e-8, "{method:?}");
                    assert!((found.deviation()[column] / wanted.deviation()[column] - 1.0).abs() < 1e-9);
                }
            }
        }
    }

    #[test]
    fn constant_columns_and_values_of_any_size_have_a_map() {
        let mut running = Running::default();
        for size in [1e308, 1e308, -1e308] {
            running.add(&[0.1, size, 0.1, -size, 0.1, size], 2);
        }
        let map = running.map(ScalingMethod::Standardise).unwrap();
        assert_eq!((map.mean()[0], map.deviation()[0]), (0.1, 1.0));
        assert!(map.mean()[1].abs() < 2e307 && (map.deviation()[1] / 1e308 - 1.0).abs() < 0.02);
        assert!(
            running.map(ScalingMethod::Robust).is_none()
                && Running::default().map(ScalingMethod::MinMax).is_none()
        );
    }
}
