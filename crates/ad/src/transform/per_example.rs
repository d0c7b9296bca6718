//! Per-example gradients, with several examples side by side in lanes.

use super::{WIDTH, constants};
use crate::modes::Lanes;
use crate::tape::{Tape, Var};
use ndarray::Array2;

/// The gradients of `f(parameters, example)` with respect to the parameters, one row for each row
/// of `examples`: shape (examples, parameters).
///
/// The sum of the rows is the gradient of the total over all examples. Code that branches on an
/// example must use [`select`](crate::Numeric::select), because [`WIDTH`] examples are evaluated
/// together.
///
/// ```
/// use ndarray::array;
/// use wengert_ad::{Elementary, per_example_gradients};
///
/// // Squared error of a line through the points (x, y).
/// let points = array![[0.0, 1.0], [1.0, 3.0], [2.0, 4.0]];
/// let gradients =
///     per_example_gradients(|p, point| (p[0] * point[0] + p[1] - point[1]).square(), &[1.0, 1.0], &points);
/// assert_eq!(gradients, array![[0.0, 0.0], [-2.0, -2.0], [-4.0, -2.0]]);
/// ```
///
/// # Cost
/// `examples / WIDTH` recordings and reverse sweeps (rounded up), on one tape.
#[track_caller]
pub fn per_example_gradients(
    f: impl for<'t> Fn(&[Var<'t, Lanes<WIDTH>>], &[Var<'t, Lanes<WIDTH>>]) -> Var<'t, Lanes<WIDTH>>,
    parameters: &[f64],
    examples: &Array2<f64>,
) -> Array2<f64> {
    let count = examples.nrows();
    let mut gradients = Array2::zeros((count, parameters.len()));
    let mut tape = Tape::new();
    for first in (0..count).step_by(WIDTH) {
        tape.clear();
        let variables = tape.inputs(&parameters.iter().map(|&p| Lanes([p; WIDTH])).collect::<Vec<_>>());
        // Unused lanes of the last block repeat the last example.
        let lane = |column| Lanes::from_fn(|w| examples[[(first + w).min(count - 1), column]]);
        let columns: Vec<_> = (0..examples.ncols()).map(lane).collect();
        let y = f(&variables, &constants(&columns));
        let adjoints = tape.pull_back(std::iter::once((y, Lanes([1.0; WIDTH]))));
        for (j, &variable) in variables.iter().enumerate() {
            for (w, &g) in adjoints.or_zero(variable).0.iter().enumerate().take(count - first) {
                gradients[[first + w, j]] = g;
            }
        }
    }
    gradients
}
