//! The list of all metrics by name.

use super::class_predictions::ClassPredictions;
use super::value_predictions::ValuePredictions;
use std::fmt;
use std::ops::RangeInclusive;

/// A metric of the list [`metrics`]: a number that says how good predictions are.
#[derive(Clone, Debug)]
pub struct Metric {
    name: &'static str,
    description: &'static str,
    range: RangeInclusive<f64>,
    better: Better,
    needs_probabilities: bool,
    definition: Definition,
}

/// Whether larger or smaller values of a metric are better. The best value is the end of its
/// [range](Metric::range) on that side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Larger values are better, as of accuracy.
    Higher,
    /// Smaller values are better, as of errors.
    Lower,
}

#[derive(Clone, Copy)]
enum Definition {
    Classes(fn(&ClassPredictions<'_>) -> Option<f64>),
    Values(fn(&ValuePredictions<'_>) -> Option<f64>),
}

impl fmt::Debug for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Classes(_) => "of classes",
            Self::Values(_) => "of values",
        })
    }
}

impl Metric {
    /// Its name, of lower-case words joined by `_`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it measures, in one line.
    pub fn description(&self) -> &'static str {
        self.description
    }

    /// The smallest interval that contains all values except NaN.
    pub fn range(&self) -> RangeInclusive<f64> {
        self.range.clone()
    }

    /// Which values are better.
    pub fn better(&self) -> Better {
        self.better
    }

    /// Whether it is a metric of classification; otherwise it is one of regression.
    pub fn is_of_classes(&self) -> bool {
        matches!(self.definition, Definition::Classes(_))
    }

    /// Whether it is computed from class probabilities, so that the outputs must be logits: it says nothing
    /// about the outputs of a model that was trained with a hinge loss.
    pub fn needs_probabilities(&self) -> bool {
        self.needs_probabilities
    }

    /// Its value for predictions of classes. `None` if it is undefined for them, as the area under the ROC
    /// curve of a single class, if it would be NaN, or if it is a metric of values.
    pub fn of_classes(&self, predictions: &ClassPredictions<'_>) -> Option<f64> {
        let Definition::Classes(compute) = self.definition else { return None };
        compute(predictions).filter(|value| !value.is_nan())
    }

    /// Its value for predictions of values. `None` if it is undefined for them, as R^2 of equal targets, if
    /// it would be NaN, or if it is a metric of classes.
    pub fn of_values(&self, predictions: &ValuePredictions<'_>) -> Option<f64> {
        let Definition::Values(compute) = self.definition else { return None };
        compute(predictions).filter(|value| !value.is_nan())
    }
}

/// The number of bins of the expected calibration error in the list of metrics.
const BINS: usize = 10;

/// Declares the list of metrics: of classes, of their probabilities, or of values.
macro_rules! metrics {
    ($( $Kind:ident $name:literal in $range:expr, $Better:ident: $description:literal, $compute:expr; )*) => {
        #[allow(
            clippy::redundant_closure_for_method_calls,
            reason = "a method is a function for one lifetime of the predictions, not for each"
        )]
        static METRICS: &[Metric] = &[$( Metric {
            name: $name,
            description: $description,
            range: $range,
            better: Better::$Better,
            needs_probabilities: metrics!(@$Kind),
            definition: metrics!(@$Kind $compute),
        } ),*];
    };
    (@Probabilities) => { true };
    (@$Other:ident) => { false };
    (@Values $compute:expr) => { Definition::Values($compute) };
    (@$Classes:ident $compute:expr) => { Definition::Classes($compute) };
}

const INFINITY: f64 = f64::INFINITY;

metrics! {
    Classes "accuracy" in 0.0..=1.0, Higher:
        "share of correct predictions",
        |p| Some(p.accuracy());
    Classes "balanced_accuracy" in 0.0..=1.0, Higher:
        "mean recall of the classes that occur",
        |p| Some(p.confusion_matrix().balanced_accuracy());
    Classes "macro_precision" in 0.0..=1.0, Higher:
        "mean over the classes of the share of predictions of a class that are right",
        |p| Some(p.confusion_matrix().macro_precision());
    Classes "macro_recall" in 0.0..=1.0, Higher:
        "mean over the classes of the share of their examples that are found",
        |p| Some(p.confusion_matrix().macro_recall());
    Classes "macro_f1" in 0.0..=1.0, Higher:
        "mean over the classes of the F1 score",
        |p| Some(p.confusion_matrix().macro_f1());
    Classes "weighted_precision" in 0.0..=1.0, Higher:
        "precision, averaged over the classes by their examples",
        |p| Some(p.confusion_matrix().weighted_precision());
    Classes "weighted_f1" in 0.0..=1.0, Higher:
        "F1 score, averaged over the classes by their examples",
        |p| Some(p.confusion_matrix().weighted_f1());
    Probabilities "roc_auc" in 0.0..=1.0, Higher:
        "area under the ROC curve, one class against the rest",
        |p| p.roc_auc();
    Probabilities "log_loss" in 0.0..=INFINITY, Lower:
        "mean negative logarithm of the probability of the label",
        |p| Some(p.log_loss());
    Probabilities "brier_score" in 0.0..=2.0, Lower:
        "mean squared error of the probabilities, summed over the classes",
        |p| Some(p.brier_score());
    Probabilities "expected_calibration_error" in 0.0..=1.0, Lower:
        "mean gap between confidence and accuracy, in ten bins",
        |p| Some(p.reliability(BINS)?.expected_calibration_error());
    Values "root_mean_squared_error" in 0.0..=INFINITY, Lower:
        "root of the mean squared error",
        |p| Some(p.root_mean_squared_error());
    Values "mean_absolute_error" in 0.0..=INFINITY, Lower:
        "mean absolute error",
        |p| Some(p.mean_absolute_error());
    Values "median_absolute_error" in 0.0..=INFINITY, Lower:
        "median of the absolute errors",
        |p| Some(p.median_absolute_error());
    Values "r_squared" in -INFINITY..=1.0, Higher:
        "share of the variance of the targets that is explained",
        |p| p.r_squared();
}

/// All metrics.
///
/// ```
/// use ndarray::array;
/// use wengert_nn::metrics::{ClassPredictions, metrics};
///
/// let logits = array![[2.0, 0.0], [0.0, 1.0], [0.0, 3.0]];
/// let predictions = ClassPredictions::new(&logits, &[0, 1, 0]);
/// for metric in metrics() {
///     if let Some(value) = metric.of_classes(&predictions) {
///         println!("{}: {value:.3}", metric.name());
///     }
/// }
/// ```
pub fn metrics() -> &'static [Metric] {
    METRICS
}

/// The metric with this name.
pub fn metric_by_name(name: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.name == name)
}
