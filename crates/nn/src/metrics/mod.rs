//! How good outputs are, in numbers for people: no derivatives, plain arrays in.
//!
//! Outputs have one example a row. The class they choose is the position of the largest, the first of equals; of a single
//! output, class 1 where it is positive.

mod classification;
mod confusion;
mod probabilities;
mod regression;

pub use classification::{accuracy, chosen_class, top_k_accuracy, zero_one_loss};
pub use confusion::ConfusionMatrix;
pub use probabilities::class_probabilities;
pub use regression::{mean_absolute_error, r_squared, root_mean_squared_error};
