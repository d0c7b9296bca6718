//! Checks that features have the width of a model.

use crate::error::{Compared, LinearError};
use ndarray::ArrayView2;

/// Panics unless `x` has this many features.
#[track_caller]
pub(crate) fn assert_width(x: &ArrayView2<'_, f64>, features: usize) {
    let width = x.ncols();
    assert!(width == features, "predict: the rows have {width} features, the model was fitted to {features}");
}

/// Checks that `x` has as many features as the model.
pub(crate) fn check_features(x: &ArrayView2<'_, f64>, model: usize) -> Result<(), LinearError> {
    let examples = x.ncols();
    if examples == model {
        return Ok(());
    }
    Err(LinearError::OtherModel { compared: Compared::Features, model, examples })
}
