//! Metrics of a regression whose predictions come in blocks.

use super::value_predictions::ValuePredictions;

/// The root mean squared error and the coefficient of determination of predictions that come in blocks, for
/// data that are not in memory at once.
///
/// ```
/// use ndarray::array;
/// use wengert_nn::metrics::{RunningErrors, ValuePredictions};
///
/// let mut errors = RunningErrors::default();
/// errors.add(&ValuePredictions::new(&array![1.0, 2.0], &array![1.0, 4.0]));
/// errors.add(&ValuePredictions::new(&array![6.0], &array![4.0]));
/// let whole = ValuePredictions::new(&array![1.0, 2.0, 6.0], &array![1.0, 4.0, 4.0]);
/// assert!((errors.root_mean_squared_error() - whole.root_mean_squared_error()).abs() < 1e-15);
/// assert!((errors.r_squared().unwrap_or_default() - whole.r_squared().unwrap_or_default()).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RunningErrors {
    /// The sum of the weights of all elements.
    weight: f64,
    root_mean_square: f64,
    /// The mean and the standard deviation of the targets.
    mean: f64,
    deviation: f64,
}

impl RunningErrors {
    /// Takes further predictions into account.
    pub fn add(&mut self, predictions: &ValuePredictions<'_>) {
        let (weight, mean, deviation) = predictions.target_moments();
        if weight == 0.0 {
            return;
        }
        self.weight += weight;
        let share = weight / self.weight;
        // Squares of large numbers overflow; `hypot` does not.
        let joined = |own: f64, new: f64| (own * (1.0 - share).sqrt()).hypot(new * share.sqrt());
        self.root_mean_square = joined(self.root_mean_square, predictions.root_mean_squared_error());
        let half = 0.5 * mean - 0.5 * self.mean;
        let between = 2.0 * half * (share * (1.0 - share)).sqrt();
        self.deviation = joined(self.deviation, deviation).hypot(between);
        self.mean += 2.0 * (half * share);
    }

    /// The root mean squared error over all elements: see [`ValuePredictions::root_mean_squared_error`]. NaN
    /// without predictions.
    #[must_use]
    pub fn root_mean_squared_error(&self) -> f64 {
        if self.weight > 0.0 { self.root_mean_square } else { f64::NAN }
    }

    /// The coefficient of determination over all elements: see [`ValuePredictions::r_squared`]. `None` if the
    /// targets are all equal, or without predictions.
    #[must_use]
    pub fn r_squared(&self) -> Option<f64> {
        (self.deviation != 0.0).then(|| 1.0 - (self.root_mean_square / self.deviation).powi(2))
    }
}
