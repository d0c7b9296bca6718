//! The maps between the user's units and the numbers that a data set stores.

use crate::precision::nearest;
use crate::standardiser::Standardiser;
use wengert_kernels::{Float, compiled_here};

/// How the numbers of a data set, or those that a model computes with, come from values in the user's units.
///
/// Without a map, the numbers are in the user's units. The map of a feature need not be a standardisation:
/// the pixels of images are divided by 255, that is, mean 0 and deviation 255.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scaling {
    /// The map of the features.
    pub inputs: Option<Standardiser>,
    /// The map of the targets of a regression, and of the outputs of its model.
    pub targets: Option<Standardiser>,
}

/// Brings stored numbers in rows of `width` from one map to another. A map that is absent does not change
/// numbers.
#[track_caller]
pub(crate) fn change_map<F: Float>(
    values: &mut Vec<F>,
    width: usize,
    from: Option<&Standardiser>,
    to: Option<&Standardiser>,
) {
    if let Some(map) = to.map(Standardiser::width).filter(|&map| map != width) {
        panic!("scaled_as: the map has {map} columns, but the table {width}");
    }
    if from == to {
        return;
    }
    let mut wide = compiled_here!(F: widened(values: &[F]) -> Vec<f64>)(values);
    if let Some(from) = from {
        from.invert(&mut wide);
    }
    *values = match to {
        Some(to) => to.applied(&wide),
        None => nearest(&wide),
    };
}

fn widened<F: Float>(values: &[F]) -> Vec<f64> {
    values.iter().map(|x| x.widened()).collect()
}
