//! The covariance of the gradients of the examples of a small network.

use crate::gradient_noise::gradient_covariance;
use crate::number::{Number, digits};
use crate::spectrum::symmetric_eigenvalues;
use ndarray::{Array1, Array2};
use wengert_ad::rules::Tanh;
use wengert_data::{Dataset, moons};
use wengert_figures::LineChart;
use wengert_nn::{CrossEntropy, Mlp, MlpModule, Model, Params};
use wengert_optim::Adam;
use wengert_train::{Backprop, Strategy, Training};

const EXAMPLES: usize = 200;
const STEPS: usize = 150;

/// The eigenvalues of `D(w)` before and after training.
pub(super) struct NetworkNoise {
    parameters: usize,
    before: Vec<f64>,
    after: Vec<f64>,
}

fn data(seed: u64) -> Dataset<f64> {
    moons(EXAMPLES, 0.15, seed).cast()
}

impl NetworkNoise {
    pub(super) fn new(hidden: usize, seed: u64) -> Self {
        let data = data(seed);
        let all: Vec<usize> = (0..EXAMPLES).collect();
        let network = Mlp::new([2, hidden, 2]).activation(Tanh);
        let mut training = Training::new(network, CrossEntropy, Adam::new(0.03)).seed(seed);
        let before = spectrum(training.model(), training.params(), &data);
        for _ in 0..STEPS {
            training.step(&data.batch(&all));
        }
        let after = spectrum(training.model(), training.params(), &data);
        Self { parameters: before.len(), before, after }
    }

    /// The number of directions that isotropic noise would have, `P n / (P + n)`: a covariance that is
    /// estimated from `n` examples is not exactly a multiple of the identity even then.
    fn isotropic(&self) -> f64 {
        let (p, n) = (self.parameters as f64, EXAMPLES as f64);
        p * n / (p + n)
    }

    pub(super) fn text(&self) -> String {
        format!(
            "For a network with {} parameters, the noise fills only {} directions before training and {} \
             after it, counted as (tr D)^2 / tr D^2; noise that is the same in all directions would fill {}. \
             A model with one temperature for all directions is a simplification.",
            self.parameters,
            digits(directions(&self.before)),
            digits(directions(&self.after)),
            digits(self.isotropic()),
        )
    }

    pub(super) fn numbers(&self) -> Vec<Number> {
        let share = |eigenvalues: &[f64]| eigenvalues[0] / eigenvalues.iter().sum::<f64>();
        let most = 0.5 * self.isotropic();
        vec![
            Number::new(
                "9.11",
                "directions of the noise of the network, before training",
                directions(&self.before),
            )
            .between(1.0, most),
            Number::new(
                "9.11",
                "directions of the noise of the network, after training",
                directions(&self.after),
            )
            .between(1.0, most),
            Number::new("9.11", "directions that isotropic noise would have", self.isotropic()),
            Number::new("9.11", "share of the largest eigenvalue, after training", share(&self.after)),
        ]
    }

    pub(super) fn figure(&self) -> LineChart {
        let shares = |eigenvalues: &[f64]| -> (Vec<f64>, Vec<f64>) {
            let total: f64 = eigenvalues.iter().sum();
            // What is left below 1e-12 is rounding.
            let shares = eigenvalues.iter().map(|x| x / total).take_while(|&share| share > 1e-12);
            shares.enumerate().map(|(i, share)| ((i + 1) as f64, share)).unzip()
        };
        let (before, after) = (shares(&self.before), shares(&self.after));
        LineChart::new("number of the eigenvalue", "share of the variance")
            .title("The noise of a network lives in a few directions")
            .log_y()
            .line("before training", &before.0, &before.1)
            .line("after training", &after.0, &after.1)
            .at_y("isotropic noise", 1.0 / self.parameters as f64)
    }
}

/// The number of directions of a spectrum, `(sum)^2 / (sum of squares)`: `k` for `k` equal eigenvalues.
fn directions(eigenvalues: &[f64]) -> f64 {
    eigenvalues.iter().sum::<f64>().powi(2) / eigenvalues.iter().map(|x| x * x).sum::<f64>()
}

/// The eigenvalues of the covariance of the gradients of the examples.
fn spectrum(model: &Model<MlpModule<Tanh>>, params: &Params<f64>, data: &Dataset<f64>) -> Vec<f64> {
    let mut backprop = Backprop::for_evaluation();
    let mut gradients = Array2::zeros((data.examples(), params.len()));
    for (i, mut row) in gradients.rows_mut().into_iter().enumerate() {
        backprop.value_and_grad(model.module(), &CrossEntropy, params, data.batch(&[i]));
        row.assign(&Array1::from_vec(backprop.gradient().to_vec()));
    }
    symmetric_eigenvalues(&gradient_covariance(&gradients))
}

/// The largest difference between the gradients of a batch as a whole and in four parts that can run in
/// parallel.
pub(super) fn parallel(seed: u64) -> Number {
    let data = data(seed);
    let all: Vec<usize> = (0..EXAMPLES).collect();
    let training = Training::new(Mlp::new([2, 16, 2]), CrossEntropy, Adam::new(0.03)).seed(seed);
    let gradient = |strategy| {
        let mut backprop = Backprop::for_evaluation().strategy(strategy);
        backprop.value_and_grad(
            training.model().module(),
            &CrossEntropy,
            training.params(),
            data.batch(&all),
        );
        backprop.gradient().to_vec()
    };
    let (whole, parts): (Vec<f64>, Vec<f64>) = (gradient(Strategy::Operators), gradient(Strategy::Shards(4)));
    let largest = whole.iter().zip(&parts).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    Number::new("7.1", "difference of the gradients of a batch in one part and in four", largest)
        .at_most(1e-14)
}
