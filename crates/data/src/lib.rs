//! Data sets, splits and mini-batches.
//!
//! What lives here: the [`Dataset`] itself, where one comes from (generators of toy problems, sets shipped with the crate,
//! IDX files, CSV files with the feature `csv`; files that gzip compressed with the feature `gzip`), and what is done to it
//! before training (splitting, standardising, batching).
//! What does not: models and training. Randomness comes from seeds alone: the same seed gives the same data,
//! split and order.
//!
//! ```
//! use wengert_data::{Batches, moons};
//!
//! let split = moons(500, 0.1, 7).split(0.8, 0.1, 0.1, 7)?.standardised();
//! let mut batches = Batches::new(split.train.examples(), 64, 7);
//! for batch in batches.epoch(0) {
//!     let first = split.train.row(batch[0]);
//!     assert_eq!(first.len(), 2);
//! }
//! # Ok::<(), wengert_data::DataError>(())
//! ```

mod batches;
mod bundled;
mod catalogue;
#[cfg(feature = "csv")]
mod csv_file;
mod dataset;
mod error;
mod idx_file;
mod open;
mod permutation;
mod split;
mod standardiser;
mod toy;

pub use batches::Batches;
pub use bundled::{digits, iris};
pub use catalogue::{data_set, data_set_names};
#[cfg(feature = "csv")]
pub use csv_file::{FeatureRows, read_csv, read_features_csv};
pub use dataset::{Dataset, Targets};
pub use error::{CsvProblem, DataError, IdxProblem, Part};
pub use idx_file::{read_idx, read_idx_folder};
pub use split::Split;
pub use standardiser::Standardiser;
pub use toy::{blobs, circles, moons, spiral, xor};
