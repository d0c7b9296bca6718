//! The singular values of the stacked gradients of a network whose weights are too large.

use super::curves::{even, outputs};
use crate::number::{Number, digits, short};
use crate::singular_values::SingularValues;
use ndarray::Array2;
use wengert_data::{Dataset, Targets};
use wengert_figures::LineChart;
use wengert_nn::diagnostics::stacked_gradients;
use wengert_nn::{Architecture, Bias, Mlp, Params, SumSquared};
use wengert_optim::Sgd;
use wengert_train::Training;

/// A network of two hidden ReLU layers without biases, on inputs `(x, 1)`: its output is of degree 3 in its
/// weights, so that its gradients grow with the square of their scale.
pub(super) struct InitialGradients {
    scale: f64,
    /// Of the network as initialised, and with all weights scaled.
    singular: [SingularValues; 2],
    /// The share of a small residual along the first left singular vector that is left after a step with a
    /// quarter of the largest stable rate `1 / sigma_1^2`.
    left: [f64; 2],
}

const EXAMPLES: usize = 41;

fn mlp() -> Mlp {
    Mlp::new([2, 20, 20, 1]).bias(Bias::None)
}

impl InitialGradients {
    pub(super) fn new(scale: f64, seed: u64) -> Self {
        let model = mlp().into_model();
        let places = even(-2.0, 2.0, EXAMPLES);
        let x =
            Array2::from_shape_fn((EXAMPLES, 2), |(row, column)| if column == 0 { places[row] } else { 1.0 });
        let of = |factor: f64| {
            let mut params = model.layout().initialise::<f64>(seed);
            params.values_mut().iter_mut().for_each(|value| *value *= factor);
            let singular = SingularValues::of(&stacked_gradients(model.module(), &params, &x));
            let left = left_after_a_step(&x, params, &singular);
            (singular, left)
        };
        let ((first, left), (second, left_scaled)) = (of(1.0), of(scale));
        Self { scale, singular: [first, second], left: [left, left_scaled] }
    }

    fn rates(&self) -> [f64; 2] {
        self.singular.each_ref().map(|singular| 1.0 / singular.values[0].powi(2))
    }

    pub(super) fn story(&self) -> String {
        let [rate, scaled] = self.rates();
        format!(
            "With all weights of a network of two hidden layers times {}, the largest singular value of \
             the stacked gradients grows from {} to {}, and the largest stable rate on |y - f|^2 falls \
             from {} to {}.",
            digits(self.scale),
            short(self.singular[0].values[0]),
            short(self.singular[1].values[0]),
            short(rate),
            short(scaled)
        )
    }

    pub(super) fn numbers(&self) -> Vec<Number> {
        let [rate, scaled] = self.rates();
        let growth = self.singular[1].values[0] / self.singular[0].values[0];
        let left = self.left.iter().zip(["", ", scaled weights"]).map(|(&left, what)| {
            let name = format!("residual along u_1 after a step of a quarter of the stable rate{what}");
            Number::new("4.6", name, left).exactly(0.5, 1e-3)
        });
        let numbers = [
            Number::new("4.6", "growth of the largest singular value with the weights", growth)
                .exactly(self.scale.powi(2), 1e-12 * self.scale.powi(2)),
            Number::new("4.6", "largest stable rate, as a share of that before", scaled / rate)
                .exactly(self.scale.powi(-4), 1e-11 * self.scale.powi(-4)),
        ];
        numbers.into_iter().chain(left).collect()
    }

    pub(super) fn spectrum(&self) -> LineChart {
        let chart = LineChart::new("number of the singular value", "singular value").log_y();
        let chart = chart.title("Large weights have large gradients, and need a tiny rate");
        let names = ["weights by He".to_owned(), format!("the same, times {}", digits(self.scale))];
        self.singular.iter().zip(names).fold(chart, |chart, (singular, name)| {
            let drawn = singular.values.iter().filter(|value| **value > 1e-10 * singular.values[0]);
            let values: Vec<f64> = drawn.copied().collect();
            let places: Vec<f64> = (1..=values.len()).map(|i| i as f64).collect();
            chart.line(&name, &places, &values)
        })
    }
}

/// Takes a step of gradient descent on `|y - f|^2`, where `y` differs from `f` by a little `u_1`.
fn left_after_a_step(x: &Array2<f64>, params: Params<f64>, singular: &SingularValues) -> f64 {
    let model = mlp().into_model();
    let before = outputs(model.module(), &params, x);
    let (u, sigma) = (singular.left.column(0), singular.values[0]);
    let size = 1e-5 * before.iter().map(|y| y.abs()).fold(0.0, f64::max);
    let y: Vec<f64> = before.iter().zip(u).map(|(f, u)| f + size * u).collect();
    let targets = Targets::Values { values: y.clone(), width: 1 };
    let x = x.as_standard_layout();
    let rows = x.as_slice().expect("the array is in row-major order").to_vec();
    let data = Dataset::new("inputs", rows, 2, targets).expect("the numbers are finite");
    // A step takes the mean over the examples.
    let rate = 0.25 / sigma.powi(2) * EXAMPLES as f64;
    let mut training = Training::new(mlp(), SumSquared, Sgd::new(rate)).start_from(params);
    training.step(&data.batch(&(0..EXAMPLES).collect::<Vec<_>>()));
    let after = outputs(model.module(), training.params(), &x.to_owned());
    y.iter().zip(after).zip(u).map(|((y, f), u)| (y - f) * u).sum::<f64>() / size
}
