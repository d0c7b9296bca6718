//! Per-example gradients of functions of arrays, with several examples side by side in lanes.

use super::super::WIDTH;
use crate::modes::Lanes;
use crate::tape::{ArrayTape, Tensor};
use ndarray::{Array2, ArrayD, Axis};

/// The gradients of `f(parameters, example)`, which returns one number, with respect to the
/// parameters: shape (examples, elements of all parameters).
///
/// The examples are the subarrays of `examples` along axis 0. The columns are the elements of all
/// parameters in order, each array in row-major order. For few and large examples, a loop over
/// [`grad`](super::grad) in `f32` uses the matrix product better.
///
/// # Panics
/// If `examples` has no axis, or `f` returns an array with more than one element.
///
/// # Cost
/// `examples / WIDTH` recordings and reverse sweeps (rounded up), on one tape.
#[track_caller]
pub fn per_example_gradients(
    f: impl for<'t> Fn(&[Tensor<'t, Lanes<WIDTH>>], Tensor<'t, Lanes<WIDTH>>) -> Tensor<'t, Lanes<WIDTH>>,
    parameters: &[ArrayD<f64>],
    examples: &ArrayD<f64>,
) -> Array2<f64> {
    assert!(examples.ndim() > 0, "per_example_gradients: the examples need an axis 0 that enumerates them");
    let count = examples.len_of(Axis(0));
    let mut gradients = Array2::zeros((count, parameters.iter().map(ArrayD::len).sum()));
    let mut tape = ArrayTape::new();
    for first in (0..count).step_by(WIDTH) {
        tape.clear();
        let variables: Vec<_> = parameters.iter().map(|p| tape.var(&p.mapv(|p| Lanes([p; WIDTH])))).collect();
        let gradient = f(&variables, tape.constant(&side_by_side(examples, first))).gradient();
        let mut column = 0;
        for (variable, parameter) in variables.iter().zip(parameters) {
            // Without a path from a parameter to the output, its columns stay 0.
            for (k, g) in gradient.get(*variable).iter().flatten().enumerate() {
                for (w, &g) in g.0.iter().enumerate().take(count - first) {
                    gradients[[first + w, column + k]] = g;
                }
            }
            column += parameter.len();
        }
    }
    gradients
}

/// The examples from `first` on, one per lane; unused lanes repeat the last example.
fn side_by_side(examples: &ArrayD<f64>, first: usize) -> ArrayD<Lanes<WIDTH>> {
    let last = examples.len_of(Axis(0)) - 1;
    let mut lanes = examples.index_axis(Axis(0), first).mapv(|x| Lanes([x; WIDTH]));
    for w in 1..WIDTH {
        let example = examples.index_axis(Axis(0), (first + w).min(last));
        lanes.zip_mut_with(&example, |lanes, &x| lanes.0[w] = x);
    }
    lanes
}
