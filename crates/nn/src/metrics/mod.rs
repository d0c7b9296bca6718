//! Metrics: the quality of outputs, computed from plain arrays, without derivatives.
//!
//! Outputs have one example per row. The predicted class of an example is the position of its largest output,
//! the first among equal ones; for a single output, it is class 1 if the output is positive and class 0
//! otherwise. A NaN never counts as the largest: an example with a NaN among its outputs has no predicted
//! class, and no metric counts it as correct. The same holds for outputs of which several are plus infinity
//! or all are minus infinity. Metrics of regression are NaN if an output is.
//!
//! [`ClassPredictions`] and [`ValuePredictions`] have all metrics as methods, with or without weights of the
//! examples; [`metrics`] lists them by name. The functions are short forms of the most common ones.
//!
//! All sums are in double precision, for outputs in single precision too.

mod calibration;
mod class_predictions;
mod class_weights;
mod classification;
mod confusion;
mod probabilities;
mod ranking;
mod registry;
mod regression;
mod running_errors;
mod value_predictions;
mod weights;

pub use calibration::{Reliability, ReliabilityBin};
pub use class_predictions::ClassPredictions;
pub use class_weights::balanced_class_weights;
pub use classification::{accuracy, predicted_class, top_k_accuracy, zero_one_loss};
pub use confusion::{ConfusionMatrix, Count};
pub use probabilities::class_probabilities;
pub use registry::{Better, Metric, metric_by_name, metrics};
pub use regression::{mean_absolute_error, r_squared, root_mean_squared_error};
pub use running_errors::RunningErrors;
pub use value_predictions::ValuePredictions;
