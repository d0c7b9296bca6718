//! Training: parallel batched backprop, the fit loop, and models on disk.
//!
//! Saving and loading (`SavedMlp`, `save_params`, `load_params`) are behind the feature `safetensors`.
//!
//! ```
//! use wengert_data::moons;
//! use wengert_nn::{CrossEntropy, Mlp};
//! use wengert_optim::Adam;
//! use wengert_train::Trainer;
//!
//! let data = moons(400, 0.1, 7).split(0.8, 0.1, 0.1, 7)?.standardised();
//! let report = Trainer::new(Mlp::new([2, 32, 2]), CrossEntropy, Adam::new(1e-2)).epochs(40).seed(7).fit(&data)?;
//! assert!(report.train.accuracy.expect("a classifier has one") > 0.9);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod attendance;
mod backprop;
mod error;
mod evaluate;
mod fit;
mod plan;
mod report;
#[cfg(feature = "safetensors")]
mod saved;
mod search;
mod strategy;
mod trainer;
mod trouble;

pub use backprop::{Backprop, Batch};
pub use error::TrainError;
pub use evaluate::{Metrics, Trained};
pub use report::{Epoch, Report, StopReason};
#[cfg(feature = "safetensors")]
pub use saved::{SavedMlp, SavedModelError, load_params, save_params};
pub use search::{Draw, NoBest, Search, Trial, grid, random_settings, search};
pub use strategy::Strategy;
pub use trainer::Trainer;
pub use trouble::{Cause, Trouble};
