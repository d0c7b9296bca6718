//! Metrics: the quality of outputs, computed from plain arrays, without derivatives.
//!
//! Outputs have one example per row. The predicted class of an example is the position of its largest output,
//! the first among equal ones; for a single output, it is class 1 if the output is positive and class 0
//! otherwise. A NaN never counts as the largest: an example with a NaN among its outputs has no predicted
//! class, and no metric counts it as correct. The same holds for outputs of which several are plus infinity
//! or all are minus infinity. Metrics of regression are NaN if an output is.
//!
//! All sums are in double precision, for outputs in single precision too.

mod classification;
mod confusion;
mod probabilities;
mod regression;

pub use classification::{accuracy, predicted_class, top_k_accuracy, zero_one_loss};
pub use confusion::ConfusionMatrix;
pub use probabilities::class_probabilities;
pub use regression::{mean_absolute_error, r_squared, root_mean_squared_error};
