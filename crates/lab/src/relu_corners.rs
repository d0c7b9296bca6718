//! The corners of the ReLU units of a layer with one input.

use wengert_ad::Real;
use wengert_nn::Params;

/// The corner of one unit `max(0, w x + b)` of a layer with one input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Corner {
    /// The index of the unit in its layer.
    pub unit: usize,
    /// The position of the corner, `-b / w`; `None` if `w = 0`, as the unit has no corner.
    pub position: Option<f64>,
    /// The slope `w` on the active side, which lies to the right of the corner if `w` is positive.
    pub slope: f64,
}

/// The corners of all units of a layer with one input. The layer is given by its name: its
/// parameters are `{name}.weight` of shape `(1, units)` and `{name}.bias` of shape `(units)`.
/// Without a bias, all corners are at 0.
///
/// # Panics
/// If there is no such layer, or if it does not have one input.
#[track_caller]
pub fn relu_corners<T: Real>(params: &Params<T>, name: &str) -> Vec<Corner> {
    let (weight, bias) = (params.get(&format!("{name}.weight")), params.get(&format!("{name}.bias")));
    let Some(weight) = weight else {
        panic!("relu corners: there is no layer {name:?}; the parameters are {}", params.layout().name_list())
    };
    let shape = weight.shape();
    assert!(
        shape.len() == 2 && shape[0] == 1,
        "relu corners: {name:?} has a weight of shape {shape:?}, must be (1, units)"
    );
    let corner = |(unit, w): (usize, &T)| {
        let (w, b) = (w.value(), bias.as_ref().map_or(0.0, |bias| bias[[unit]].value()));
        Corner { unit, position: (w != 0.0).then(|| -b / w), slope: w }
    };
    weight.iter().enumerate().map(corner).collect()
}
