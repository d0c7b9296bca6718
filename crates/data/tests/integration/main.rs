//! The tests of data sets, in one program.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

mod annotations;
#[cfg(feature = "npy")]
mod arrays;
mod bundled_sets;
mod catalogue;
mod data_sets;
#[cfg(all(feature = "csv", feature = "gzip"))]
mod files;
mod generated_sets;
#[cfg(feature = "gzip")]
mod idx_files;
#[cfg(all(feature = "csv", feature = "gzip"))]
mod preprocessing;
mod regressions;
mod splits;
#[cfg(all(feature = "csv", feature = "gzip"))]
mod streams;
mod support;
#[cfg(all(feature = "csv", feature = "gzip"))]
mod tables;
