//! Hyper-parameter search on the validation part, and cross-validation.

mod cross_validation;
mod error;
mod run;
mod settings;

pub use cross_validation::{CrossValidation, FoldMean, cross_validate};
pub use error::SearchError;
pub use run::{SearchReport, Trial, search_settings};
pub use settings::{SettingSampler, grid, random_settings};
