//! The outputs of a regression beside the targets, and what is computed from both.

use super::weights::ExampleWeights;
use ndarray::{Array2, ArrayBase, Axis, Data, Dimension};
use wengert_ad::Real;
use wengert_kernels::max_norm;

/// Outputs of a regression beside their targets and, if there are any, weights of the examples: all metrics
/// of regression are methods.
///
/// The first dimension counts the examples. Errors of all elements are taken together, so that columns with
/// large values count most; for a metric of one column, give that column. A weight of 2 counts like two
/// copies of an example, and an example with weight 0 is as good as absent. Metrics are NaN if an output or a
/// target is.
///
/// ```
/// use ndarray::array;
/// use wengert_nn::metrics::ValuePredictions;
///
/// let predictions = ValuePredictions::new(&array![1.0, 2.0, 6.0], &array![1.0, 4.0, 4.0]);
/// assert_eq!(predictions.mean_absolute_error(), 4.0 / 3.0);
/// assert_eq!(predictions.mean_baseline().mean_absolute_error(), 4.0 / 3.0);
/// assert_eq!(predictions.weighted(&[1.0, 0.0, 1.0]).mean_absolute_error(), 1.0);
/// ```
#[derive(Clone, Debug)]
pub struct ValuePredictions<'a> {
    /// Shape `(examples, values)`.
    outputs: Array2<f64>,
    targets: Array2<f64>,
    weights: ExampleWeights<'a>,
}

impl<'a> ValuePredictions<'a> {
    /// Outputs beside targets of the same shape.
    ///
    /// # Panics
    /// If the shapes differ, or the arrays are empty.
    #[track_caller]
    pub fn new<T: Real, S: Data<Elem = T>, U: Data<Elem = T>, D: Dimension>(
        outputs: &ArrayBase<S, D>,
        targets: &ArrayBase<U, D>,
    ) -> Self {
        Self::named("value predictions", outputs, targets)
    }

    /// As [`new`](Self::new), with the name of a metric in the messages of panics.
    #[track_caller]
    pub(super) fn named<T: Real, S: Data<Elem = T>, U: Data<Elem = T>, D: Dimension>(
        metric: &str,
        outputs: &ArrayBase<S, D>,
        targets: &ArrayBase<U, D>,
    ) -> Self {
        let (have, want) = (outputs.shape(), targets.shape());
        assert!(have == want, "{metric}: the outputs have shape {have:?}, but the targets {want:?}");
        assert!(!outputs.is_empty(), "{metric}: outputs of shape {have:?} are empty");
        let rows = have.first().copied().unwrap_or(1);
        let shape = (rows, outputs.len() / rows);
        let table = |values: Vec<f64>| Array2::from_shape_vec(shape, values).expect("rows of one length");
        Self {
            outputs: table(outputs.iter().map(|y| y.value()).collect()),
            targets: table(targets.iter().map(|t| t.value()).collect()),
            weights: ExampleWeights::default(),
        }
    }

    /// Sets the weights of the examples.
    ///
    /// # Panics
    /// If there is not one weight per example, if one is negative, infinite or NaN, or if their sum is 0 or
    /// infinite.
    #[must_use]
    #[track_caller]
    pub fn weighted(self, weights: &'a [f64]) -> Self {
        let weights = ExampleWeights::new("value predictions", weights, self.outputs.nrows());
        Self { weights, ..self }
    }

    /// Predictions of the weighted mean of each column of the targets, with which those of a model should be
    /// compared. `DummyRegressor` of scikit-learn, on the same data.
    #[must_use]
    pub fn mean_baseline(&self) -> Self {
        let mut outputs = self.targets.clone();
        for (column, mut constant) in outputs.columns_mut().into_iter().enumerate() {
            let (values, weights) = self.counted(|i, _| self.targets[[i, column]]);
            // Of each row, the first element stands for the column.
            let width = self.targets.ncols();
            let first = |values: Vec<f64>| values.into_iter().step_by(width).collect::<Vec<_>>();
            let (mean, scale) = scaled_mean(&first(values), &first(weights), |t| t);
            constant.fill(mean * scale);
        }
        Self { outputs, ..self.clone() }
    }

    /// The root mean squared error `sqrt(sum w (y - t)^2 / sum w)` over all elements. It is finite for all
    /// errors whose squares overflow.
    pub fn root_mean_squared_error(&self) -> f64 {
        let (errors, weights) = self.errors();
        let (mean, scale) = scaled_mean(&errors, &weights, |d| d * d);
        mean.sqrt() * scale
    }

    /// The mean absolute error `sum w |y - t| / sum w` over all elements.
    pub fn mean_absolute_error(&self) -> f64 {
        let (errors, weights) = self.errors();
        let (mean, scale) = scaled_mean(&errors, &weights, f64::abs);
        mean * scale
    }

    /// The median of the absolute errors `|y - t|` of all elements: the mean of the two in the middle for an
    /// even number. With weights, the smallest error up to which the weights are more than half of all, or
    /// the mean of this and the one before it if those up to the latter are exactly half.
    pub fn median_absolute_error(&self) -> f64 {
        let (errors, weights) = self.errors();
        if errors.iter().any(|error| error.is_nan()) {
            return f64::NAN;
        }
        let mut sorted: Vec<(f64, f64)> = errors.into_iter().map(f64::abs).zip(weights).collect();
        sorted.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let half = 0.5 * sorted.iter().map(|(_, weight)| weight).sum::<f64>();
        let (mut before, mut sum) = (0.0, 0.0);
        for (error, weight) in sorted {
            if sum == half {
                return 0.5 * before + 0.5 * error;
            }
            sum += weight;
            if sum > half {
                return error;
            }
            before = error;
        }
        before
    }

    /// The coefficient of determination `1 - sum w (y - t)^2 / sum w (t - mean t)^2` over all elements: 1 for
    /// exact outputs, 0 for the mean of the targets, negative for outputs worse than that, and NaN if an
    /// output or a target is. `None` if the targets are all equal, so that there is nothing to explain. The
    /// targets themselves are compared: their variance is not 0 if their mean is rounded.
    pub fn r_squared(&self) -> Option<f64> {
        let (targets, weights) = self.counted(|i, j| self.targets[[i, j]]);
        let (outputs, _) = self.counted(|i, j| self.outputs[[i, j]]);
        if targets.iter().all(|&target| target == targets[0]) {
            return None;
        }
        let (mean, scale) = scaled_mean(&targets, &weights, |t| t);
        let scaled = || targets.iter().map(|t| t / scale);
        let residual =
            outputs.iter().zip(scaled()).zip(&weights).map(|((y, t), w)| w * (y / scale - t).powi(2));
        let total = scaled().zip(&weights).map(|(t, w)| w * (t - mean).powi(2));
        Some(1.0 - residual.sum::<f64>() / total.sum::<f64>())
    }

    /// The sum of the weights of the elements, and the mean and the standard deviation of the targets; the
    /// latter is 0 if they are all equal.
    pub(super) fn target_moments(&self) -> (f64, f64, f64) {
        let (targets, weights) = self.counted(|i, j| self.targets[[i, j]]);
        let (mean, scale) = scaled_mean(&targets, &weights, |t| t);
        let are_equal = targets.iter().all(|&target| target == targets[0]);
        let (square, _) = scaled_mean(&targets, &weights, |t| (t - mean) * (t - mean));
        let deviation = if are_equal { 0.0 } else { square.sqrt() * scale };
        let mean = if are_equal { targets.first().copied().unwrap_or(0.0) } else { mean * scale };
        (weights.iter().sum(), mean, deviation)
    }

    fn errors(&self) -> (Vec<f64>, Vec<f64>) {
        self.counted(|i, j| self.outputs[[i, j]] - self.targets[[i, j]])
    }

    /// A number per element, and the weights of the elements, without those of weight 0.
    fn counted(&self, number: impl Fn(usize, usize) -> f64) -> (Vec<f64>, Vec<f64>) {
        let (rows, width) = (self.outputs.len_of(Axis(0)), self.outputs.ncols());
        let elements = (0..rows).flat_map(|i| (0..width).map(move |j| (i, j)));
        let counted = elements.filter(|&(i, _)| self.weights.of(i) != 0.0);
        counted.map(|(i, j)| (number(i, j), self.weights.of(i))).unzip()
    }
}

/// The power of two below the largest of these numbers. Numbers divided by it can be squared and summed
/// without overflow, and without another rounding than the numbers themselves.
fn scale_of(x: &[f64]) -> f64 {
    const EXPONENT: u64 = 0x7ff << 52;
    let largest = max_norm(x);
    if largest > 0.0 && largest.is_finite() {
        f64::from_bits(largest.to_bits() & EXPONENT).max(f64::MIN_POSITIVE)
    } else {
        1.0
    }
}

/// The weighted mean of `f(x / scale)`, where `scale` is near the largest of the numbers, and the scale.
fn scaled_mean(x: &[f64], weights: &[f64], f: impl Fn(f64) -> f64) -> (f64, f64) {
    let scale = scale_of(x);
    let sum: f64 = x.iter().zip(weights).map(|(x, w)| w * f(x / scale)).sum();
    (sum / weights.iter().sum::<f64>(), scale)
}
