//! The methods by which columns are scaled.

use crate::column_statistics::ranges;
use crate::quantiles::quantile;
use crate::standardiser::Standardiser;
use wengert_kernels::{Float, compiled_here};

/// A method by which the map of each column, `x -> (x - mean) / deviation`, is fitted.
///
/// A column for which a deviation would be 0, because all its values are equal (or half of them, for
/// [`Robust`](Self::Robust)), is shifted only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ScalingMethod {
    /// To mean 0 and population variance 1.
    #[default]
    Standardise,
    /// To the interval from 0 to 1: less the smallest value, divided by the range.
    MinMax,
    /// Less the median, divided by the range of the middle half of the values (the 25 % and 75 % quantiles,
    /// interpolated linearly), which outliers do not change.
    Robust,
    /// No map.
    None,
}

impl ScalingMethod {
    /// All methods.
    pub const ALL: &[Self] = &[Self::Standardise, Self::MinMax, Self::Robust, Self::None];

    /// The name on the command line: `standardise`, `min-max`, `robust`, `none`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Standardise => "standardise",
            Self::MinMax => "min-max",
            Self::Robust => "robust",
            Self::None => "none",
        }
    }

    /// The method with this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|method| method.name() == name)
    }

    /// Fits the map to row-major values of shape `(rows, width)`, all finite; `None` for the method of no
    /// map.
    ///
    /// # Panics
    /// If there are no rows, or if the values do not fill rows of `width`.
    #[must_use]
    #[track_caller]
    pub fn fit<F: Float>(self, values: &[F], width: usize) -> Option<Standardiser> {
        let maps: Vec<(f64, f64)> = match self {
            Self::Standardise => return Some(Standardiser::fit(values, width)),
            Self::None => return None,
            Self::MinMax => {
                assert_rows(values.len(), width);
                ranges(values, width)
                    .iter()
                    .map(|range| (range.middle - range.half, 2.0 * range.half))
                    .collect()
            }
            Self::Robust => {
                assert_rows(values.len(), width);
                let robust =
                    compiled_here!(F: robust(values: &[F], width: usize, column: usize) -> (f64, f64));
                (0..width).map(|column| robust(values, width, column)).collect()
            }
        };
        let usable = |(mean, deviation): (f64, f64)| {
            let deviation = if deviation > 0.0 { deviation.min(f64::MAX) } else { 1.0 };
            (mean.clamp(-f64::MAX, f64::MAX), deviation)
        };
        let (mean, deviation) = maps.into_iter().map(usable).unzip();
        Some(Standardiser::new(mean, deviation).expect("the statistics of finite numbers are finite"))
    }
}

#[track_caller]
fn assert_rows(values: usize, width: usize) {
    assert!(
        width > 0 && values > 0 && values.is_multiple_of(width),
        "ScalingMethod: fit got {values} values, which do not fill one or more rows of width {width}"
    );
}

/// The median and the range of the middle half of a column.
fn robust<F: Float>(values: &[F], width: usize, column: usize) -> (f64, f64) {
    let mut column: Vec<f64> = values.iter().skip(column).step_by(width).map(|x| x.widened()).collect();
    let (low, high) = (quantile(&mut column, 0.25), quantile(&mut column, 0.75));
    (quantile(&mut column, 0.5), high - low)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values scaled by a method.
    fn scaled(method: ScalingMethod, values: &[f64]) -> Vec<f64> {
        let mut scaled = values.to_vec();
        method.fit(values, 1).expect("a map").apply(&mut scaled);
        scaled
    }

    #[test]
    fn min_max_maps_to_the_unit_interval() {
        assert_eq!(scaled(ScalingMethod::MinMax, &[2.0, 4.0, 3.0, 6.0]), [0.0, 0.5, 0.25, 1.0]);
        let huge = scaled(ScalingMethod::MinMax, &[-f64::MAX, f64::MAX, 0.0]);
        assert!(huge.iter().all(|x| x.is_finite()), "{huge:?}");
    }

    #[test]
    fn robust_ignores_outliers() {
        // As sklearn.preprocessing.RobustScaler: median 3, quartiles 2 and 4.
        assert_eq!(
            scaled(ScalingMethod::Robust, &[1.0, 2.0, 3.0, 4.0, 1e9]),
            [-1.0, -0.5, 0.0, 0.5, 499_999_998.5]
        );
        assert_eq!(scaled(ScalingMethod::Robust, &[5.0, 5.0, 5.0, 5.0, 7.0]), [0.0, 0.0, 0.0, 0.0, 2.0]);
    }

    #[test]
    fn every_method_shifts_a_constant_column_to_zero() {
        for method in ScalingMethod::ALL {
            match method.fit(&[0.1, 0.1, 0.1], 1) {
                Some(map) => {
                    let mut column = [0.1; 3];
                    map.apply(&mut column);
                    assert_eq!((column, map.deviation()), ([0.0; 3], &[1.0][..]), "{}", method.name());
                }
                None => assert_eq!(*method, ScalingMethod::None),
            }
            assert_eq!(ScalingMethod::by_name(method.name()), Some(*method));
        }
    }

    #[test]
    #[should_panic(expected = "fit got 0 values, which do not fill one or more rows of width 2")]
    fn fitting_nothing_is_refused() {
        let _ = ScalingMethod::MinMax.fit::<f32>(&[], 2);
    }
}
