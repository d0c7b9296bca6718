//! Hyper-parameter search on the validation part, and cross-validation.

mod cross_validation;
mod engine;
mod error;
mod in_parallel;
mod kept_states;
mod outcome;
mod range;
mod results;
#[cfg(feature = "tables")]
mod results_error;
#[cfg(feature = "tables")]
mod results_file;
mod rounds;
mod run;
mod settings;
mod shared_outcomes;
mod space;
mod trial_run;

pub use cross_validation::{CrossValidation, FoldMean, cross_validate};
pub use engine::Search;
pub use error::SearchError;
pub use outcome::{ChooseBy, SearchTable, TrialOutcome, TrialStatus};
pub use range::Range;
#[cfg(feature = "tables")]
pub use results_error::ResultsError;
pub use rounds::SearchMethod;
pub use run::{SearchReport, Trial, search_settings};
pub use settings::{SettingSampler, grid, random_settings};
pub use space::{Space, TrialSettings};
pub use trial_run::TrialRun;
