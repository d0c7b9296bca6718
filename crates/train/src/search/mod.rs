//! Hyper-parameter search on the validation part.

mod error;
mod run;
mod settings;

pub use error::SearchError;
pub use run::{SearchReport, Trial, search_settings};
pub use settings::{SettingSampler, grid, random_settings};
