//! Data sets, readers, splits, standardisation and mini-batches.
//!
//! A [`Dataset`] is made of [arrays](Dataset::from_array) or [rows](Dataset::from_rows) in memory, generated
//! ([`moons`], [`friedman1`], ...), bundled with the crate ([`digits`], [`diabetes`], ...; [`data_sets`]
//! lists all), or read from a file: IDX files, compressed files with the feature `gzip`, and with the
//! feature `csv` tables (`read_table`), whose columns a `Preprocessing` encodes; arrays of NumPy are tables
//! with the feature `npy`. Before training it is [split](Dataset::split), [scaled](Split::scaled) and divided
//! into [`Batches`]. Randomness depends only on seeds: the same seed gives the same data, the same split and
//! the same order. Data that are not in memory implement [`Examples`], as data sets do.
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
#![cfg_attr(docsrs, feature(doc_cfg))]

mod annotated;
mod annotations;
mod batch;
mod batches;
mod bundled;
mod catalogue;
mod column_statistics;
mod dataset;
#[cfg(feature = "gzip")]
mod decompressed;
#[cfg(feature = "csv")]
mod encoding_problem;
mod epoch_batches;
mod error;
mod examples;
#[cfg(feature = "csv")]
mod fitting;
mod from_memory;
mod generated;
mod idx_file;
mod image_part;
mod open;
mod partition;
mod parts;
mod permutation;
mod precision;
#[cfg(feature = "csv")]
mod preprocessing;
mod quantiles;
mod rows;
mod scaling;
mod scaling_method;
mod split;
mod standardiser;
#[cfg(feature = "csv")]
mod stream;
#[cfg(feature = "csv")]
mod table;
#[cfg(feature = "csv")]
mod table_problem;
mod targets;
mod task;
#[cfg(feature = "csv")]
mod to_table;

pub use batch::Batch;
pub use batches::Batches;
pub use bundled::{breast_cancer, diabetes, digits, iris, wine};
pub use catalogue::{Loaded, NamedDataSet, data_set, data_set_names, data_sets, load};
pub use dataset::Dataset;
#[cfg(feature = "csv")]
#[cfg_attr(docsrs, doc(cfg(feature = "csv")))]
pub use encoding_problem::EncodingProblem;
pub use epoch_batches::EpochBatches;
pub use error::{DataError, DataProblem, IdxProblem, NamedItems, Place, Role, SplitProblem};
pub use examples::{Blocks, Examples, Pass, checked_blocks};
#[cfg(feature = "csv")]
#[cfg_attr(docsrs, doc(cfg(feature = "csv")))]
pub use fitting::{Prepared, Shares};
pub use generated::{
    blobs, checkerboard, circles, friedman1, friedman2, friedman3, gaussian_quantiles, linear, moons,
    piecewise_linear, sine, spiral, step, xor,
};
pub use idx_file::{read_idx, read_idx_folder};
pub use image_part::ImagePart;
pub use parts::Parts;
#[cfg(feature = "csv")]
#[cfg_attr(docsrs, doc(cfg(feature = "csv")))]
pub use preprocessing::{
    ColumnEncoding, InputColumn, Missing, Preprocessing, PreprocessingOptions, TargetEncoding,
    UnknownCategory,
};
pub use scaling::Scaling;
pub use scaling_method::ScalingMethod;
pub use split::Split;
pub use standardiser::{Standardiser, StandardiserError};
#[cfg(feature = "csv")]
#[cfg_attr(docsrs, doc(cfg(feature = "csv")))]
pub use stream::{TablePart, TableParts};
#[cfg(feature = "csv")]
#[cfg_attr(docsrs, doc(cfg(feature = "csv")))]
pub use table::{
    Column, ColumnKind, ColumnSummary, ColumnValues, MISSING, ShuffledTable, Table, TableBlocks,
    TableOptions, read_csv, read_table, table_from_text,
};
#[cfg(feature = "csv")]
#[cfg_attr(docsrs, doc(cfg(feature = "csv")))]
pub use table_problem::TableProblem;
pub use targets::Targets;
pub use task::Task;
