//! Functions of one variable as networks and as data.

use ndarray::Array2;
use wengert_ad::ArrayTape;
use wengert_data::{Dataset, Targets};
use wengert_nn::{Module, Params};

/// `count` numbers from `from` to `to`, at equal distances.
pub(super) fn even(from: f64, to: f64, count: usize) -> Vec<f64> {
    (0..count).map(|i| from + (to - from) * i as f64 / (count - 1) as f64).collect()
}

/// A column of inputs, one example per row.
pub(super) fn column(x: &[f64]) -> Array2<f64> {
    Array2::from_shape_vec((x.len(), 1), x.to_vec()).expect("there is one number per row")
}

/// The outputs of a module with one output for rows of inputs.
pub(super) fn outputs(module: &impl Module<f64>, params: &Params<f64>, x: &Array2<f64>) -> Vec<f64> {
    let tape = ArrayTape::new();
    let y = module.forward(&params.bind_constant(&tape), tape.constant(x)).value();
    y.into_iter().collect()
}

/// Examples `(x, y)` of a function of one variable.
pub(super) fn examples(x: &[f64], y: &[f64]) -> Dataset<f64> {
    let targets = Targets::Values { values: y.to_vec(), width: 1 };
    Dataset::new("curve", x.to_vec(), 1, targets).expect("the points are finite, and there are some")
}

/// The root of the mean of the squared differences.
pub(super) fn root_mean_square(a: &[f64], b: &[f64]) -> f64 {
    let squares: f64 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
    (squares / a.len() as f64).sqrt()
}

/// The largest absolute difference; NaN if there is one.
pub(super) fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, |largest: f64, x| if x.is_nan() || x > largest { x } else { largest })
}
