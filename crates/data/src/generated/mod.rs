//! Generated data sets, each with its formula and source.
//!
//! The same seed gives the same data. In classifications, `noise` is the standard deviation of the normal
//! noise that is added to each coordinate at the end, after the label is fixed; in regressions, that of the
//! noise added to the value. Examples of classifications are ordered by class, or the classes alternate;
//! splits and batches shuffle them.

mod curves;
mod linear;
mod regions;
mod regression;
mod samples;

pub use curves::{circles, moons, spiral};
pub use linear::linear;
pub use regions::{blobs, checkerboard, gaussian_quantiles, xor};
pub use regression::{friedman1, friedman2, friedman3, piecewise_linear, sine, step};
