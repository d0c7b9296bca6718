//! Where the units of a network with one input turn on.

use wengert_ad::Real;
use wengert_nn::Params;

/// The corner of one unit `max(0, w x + b)` of a layer with one input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Corner {
    /// The unit.
    pub unit: usize,
    /// `-b / w`; `None` of a unit with `w = 0`, which has no corner.
    pub position: Option<f64>,
    /// `w`: the slope on the active side, which lies to the right of the corner if it is positive.
    pub slope: f64,
}

/// The corners of the units of the layer called `name`, whose weight `NAME.weight` has shape `(1, units)`: a layer of a
/// network with one input. Without a `NAME.bias` they are all at 0.
///
/// # Panics
/// If there is no such layer, or it has not one input.
#[track_caller]
pub fn corners<T: Real>(params: &Params<T>, name: &str) -> Vec<Corner> {
    let (weight, bias) = (params.get(&format!("{name}.weight")), params.get(&format!("{name}.bias")));
    let Some(weight) = weight else {
        panic!("corners: there is no layer {name:?}; there are {}", params.layout().names())
    };
    let shape = weight.shape();
    assert!(
        shape.len() == 2 && shape[0] == 1,
        "corners: {name:?} has a weight of shape {shape:?}, must be (1, units)"
    );
    let corner = |(unit, w): (usize, &T)| {
        let (w, b) = (w.value(), bias.as_ref().map_or(0.0, |bias| bias[[unit]].value()));
        Corner { unit, position: (w != 0.0).then(|| -b / w), slope: w }
    };
    weight.iter().enumerate().map(corner).collect()
}
