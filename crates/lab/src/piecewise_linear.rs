//! Networks that compute given piecewise linear functions.

use std::sync::Arc;
use wengert_nn::{Architecture, Mlp, MlpModule, Model, Params};

/// The ReLU network with one hidden layer that interpolates the given points linearly and is
/// constant outside of them: `y_0 + sum_i c_i max(0, x - x_i)`, where `c_i` is the change of slope
/// at point `i`.
///
/// # Panics
/// If there are no points, or if their first coordinates are not strictly increasing.
///
/// ```
/// use wengert_ad::ArrayTape;
/// use wengert_lab::piecewise_linear_network;
/// use wengert_nn::Module;
///
/// let (hat, params) = piecewise_linear_network(&[(-1.0, 0.0), (0.0, 1.0), (1.0, 0.0)]);
/// let tape = ArrayTape::<f64>::new();
/// let x = tape.constant(&ndarray::array![[-2.0], [-0.5], [0.0], [0.75], [3.0]]);
/// let y = hat.module().forward(&params.bind_for_evaluation(&tape), x).value();
/// assert_eq!(y, ndarray::array![[0.0], [0.5], [1.0], [0.25], [0.0]].into_dyn());
/// ```
#[track_caller]
pub fn piecewise_linear_network(points: &[(f64, f64)]) -> (Model<MlpModule>, Params<f64>) {
    assert!(!points.is_empty(), "piecewise linear: there are no points; give at least one");
    let increase = points.windows(2).all(|pair| pair[0].0 < pair[1].0);
    assert!(increase, "piecewise linear: the first coordinates of {points:?} must be strictly increasing");
    let slopes = points.windows(2).map(|pair| (pair[1].1 - pair[0].1) / (pair[1].0 - pair[0].0));
    let after: Vec<f64> = slopes.chain([0.0]).collect();
    let before = [0.0].into_iter().chain(after.iter().copied());
    let changes: Vec<f64> = after.iter().zip(before).map(|(after, before)| after - before).collect();

    let model = Mlp::new([1, points.len(), 1]).into_model();
    let mut values = vec![1.0; points.len()];
    values.extend(points.iter().map(|(x, _)| -x));
    values.extend(changes);
    values.push(points[0].1);
    let params = Params::new(Arc::new(model.layout().clone()), values);
    (model, params)
}
