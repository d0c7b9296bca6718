//! Bounds on what a request may ask for, checked before memory is taken.

use crate::error::RequestError;
use std::ops::RangeInclusive;

/// The largest length of a request, in bytes.
pub(crate) const REQUEST: usize = 4_000_000;
/// The largest length of a formula, in bytes.
pub(crate) const FORMULA: usize = 500;
/// The largest number of variables of a formula.
pub(crate) const VARIABLES: usize = 20;
/// The largest number of points along a side of a grid.
pub(crate) const SIDE: usize = 256;
/// The largest number of optimizers that descend together.
pub(crate) const OPTIMIZERS: usize = 32;
/// The largest number of steps of a descent.
pub(crate) const DESCENT: usize = 5000;
/// The largest number of steps of the experiment with parabolas.
pub(crate) const CONFUSION: usize = 100_000;
/// The largest number of parabolas.
pub(crate) const PARABOLAS: usize = 200;
/// The number of slots for networks.
pub(crate) const SLOTS: usize = 4;
/// The largest number of hidden layers, and of units of each.
pub(crate) const LAYERS: usize = 8;
pub(crate) const UNITS: usize = 128;
/// The largest number of parameters of a network: those of 8 layers of 64 units, or of an image of digits.
pub(crate) const PARAMETERS: usize = 50_000;
/// The largest numbers of examples, of features and of classes of a data set.
pub(crate) const EXAMPLES: usize = 20_000;
pub(crate) const FEATURES: usize = 200;
pub(crate) const CLASSES: usize = 20;
/// The largest number of features of all examples together.
pub(crate) const CELLS: usize = 400_000;
/// The largest number of epochs of a run.
pub(crate) const EPOCHS: usize = 100_000;
/// The largest number of multiplications of the steps of one request, about a second's work.
pub(crate) const WORK: usize = 2_000_000_000;
/// The largest number of points along a side of the grids of hidden units.
pub(crate) const UNIT_SIDE: usize = 32;
/// The largest number of rows to predict.
pub(crate) const ROWS: usize = 1000;

/// Checks a count.
pub(crate) fn count(
    what: &'static str,
    value: usize,
    range: RangeInclusive<usize>,
) -> Result<usize, RequestError> {
    if range.contains(&value) {
        return Ok(value);
    }
    let (low, high) = (*range.start() as f64, *range.end() as f64);
    Err(RequestError::OutOfRange { what, value: value as f64, low, high })
}

/// Checks a number; a NaN is in no range.
pub(crate) fn number(
    what: &'static str,
    value: f64,
    range: RangeInclusive<f64>,
) -> Result<f64, RequestError> {
    if range.contains(&value) {
        return Ok(value);
    }
    Err(RequestError::OutOfRange { what, value, low: *range.start(), high: *range.end() })
}
