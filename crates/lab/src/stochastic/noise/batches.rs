//! The gradients of batches of a linear model.

use crate::gradient_noise::{gradient_covariance, sampled_updates, update_covariance};
use crate::noisy_descent::Moments;
use crate::number::Number;
use crate::squared_error::SquaredError;
use ndarray::{Array1, Array2, Axis};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};
use wengert_figures::{LineChart, Scatter};

const FEATURES: usize = 3;

/// Noisy examples of a linear model, and the point at which gradients are taken.
pub(super) struct LinearModel {
    x: Array2<f64>,
    y: Array1<f64>,
    w: Vec<f64>,
}

/// The covariance of updates, sampled and exact.
pub(super) struct Sampled {
    pub(super) trace: f64,
    pub(super) expected_trace: Moments,
    covariance: f64,
    expected_covariance: Moments,
}

impl LinearModel {
    pub(super) fn new(examples: usize, seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
        let x = Array2::from_shape_simple_fn((examples, FEATURES), &mut normal);
        let y = x.sum_axis(Axis(1)) + Array1::from_shape_simple_fn(examples, &mut normal);
        Self { x, y, w: vec![0.5, -0.5, 0.0] }
    }

    fn loss(&self) -> SquaredError {
        SquaredError::new((&self.x, &self.y)).expect("the examples are finite, with one target each")
    }

    /// One row per example.
    fn gradients(&self) -> Array2<f64> {
        self.loss().example_gradients(&self.w)
    }

    /// All batches of a size, each once.
    pub(super) fn batches(&self, size: usize) -> Vec<Vec<usize>> {
        let examples = self.y.len();
        let masks = (0..1_u32 << examples).filter(|mask| mask.count_ones() as usize == size);
        masks.map(|mask| (0..examples).filter(|i| mask >> i & 1 == 1).collect()).collect()
    }

    /// The mean of the gradients of all batches against the full gradient.
    pub(super) fn unbiased(&self, size: usize) -> Vec<Number> {
        let mut loss = self.loss();
        let full = Array1::from_vec(loss.gradient(&self.w));
        let batches = self.batches(size);
        let mut mean = Array1::zeros(FEATURES);
        let mut spread = 0.0;
        let largest = |x: &Array1<f64>| x.iter().fold(0.0_f64, |most, e| most.max(e.abs()));
        for batch in &batches {
            let gradient = Array1::from_vec(loss.batch_gradient(&self.w, batch));
            spread = largest(&(&gradient - &full)).max(spread);
            mean += &gradient;
        }
        mean /= batches.len() as f64;
        let scale = largest(&full);
        vec![
            Number::new(
                "7.1",
                "distance of the mean over all batches from the full gradient, relative",
                largest(&(mean - full)) / scale,
            )
            .at_most(1e-12),
            Number::new(
                "7.1",
                "largest distance of a single batch gradient from it, relative",
                spread / scale,
            )
            .at_least(1e-6),
        ]
    }

    /// The total variance of sampled updates, and the covariance of their first two coordinates.
    pub(super) fn sample(&self, batch: usize, rate: f64, trials: usize, seed: u64) -> Sampled {
        let gradients = self.gradients();
        let mean = gradients.mean_axis(Axis(0)).expect("there are examples");
        let updates = sampled_updates(&gradients, rate, batch, trials, seed) + &mean * rate;
        let mean_of = |f: &dyn Fn(ndarray::ArrayView1<'_, f64>) -> f64| {
            updates.rows().into_iter().map(f).sum::<f64>() / trials as f64
        };
        let d = gradient_covariance(&gradients);
        let deviations = &gradients - &mean;
        let n = gradients.nrows() as f64;
        let fourth = |f: &dyn Fn(ndarray::ArrayView1<'_, f64>) -> f64| {
            deviations.rows().into_iter().map(f).sum::<f64>() / n
        };
        let trace = d.diag().sum();
        let squares: f64 = d.iter().map(|x| x * x).sum();
        let scale = rate * rate;
        // For the mean y of B independent deviations z: E |y|^4 = (B E |z|^4 + B (B - 1) ((tr D)^2 + 2 tr
        // D^2)) / B^4.
        let b = batch as f64;
        let moments = |second: f64, fourth: f64, pairs: f64| {
            let mean = second / b;
            let variance = (b * fourth + b * (b - 1.0) * pairs) / b.powi(4) - mean * mean;
            Moments { mean: scale * mean, deviation: scale * (variance / trials as f64).sqrt() }
        };
        let size = |z: ndarray::ArrayView1<'_, f64>| z.dot(&z).powi(2);
        let product = |z: ndarray::ArrayView1<'_, f64>| (z[0] * z[1]).powi(2);
        let pairs = d[[0, 0]] * d[[1, 1]] + 2.0 * d[[0, 1]].powi(2);
        Sampled {
            trace: mean_of(&|u| u.dot(&u)),
            expected_trace: moments(trace, fourth(&size), trace * trace + 2.0 * squares),
            covariance: mean_of(&|u| u[0] * u[1]),
            expected_covariance: moments(d[[0, 1]], fourth(&product), pairs),
        }
    }

    pub(super) fn variance_by_batch(&self, rate: f64, seed: u64) -> LineChart {
        let gradients = self.gradients();
        let sizes = [1, 2, 4, 8, 16, 32, 64];
        let exact = sizes.map(|size| update_covariance(&gradients, rate, size).diag().sum());
        let sampled = sizes.map(|size| self.sample(size, rate, 1000, seed).trace);
        let sizes = sizes.map(|size| size as f64);
        LineChart::new("batch size B", "total variance of an update")
            .title("The variance of an update falls like 1/B")
            .log_x()
            .log_y()
            .line("(eta^2 / B) trace of D", &sizes, &exact)
            .points("1000 sampled updates", &sizes, &sampled)
    }

    /// Updates of a problem with more examples, so that single ones differ.
    pub(super) fn updates(rate: f64, seed: u64) -> Scatter {
        let gradients = Self::new(500, seed).gradients();
        let chart = Scatter::new("update of the first weight", "update of the second weight");
        let chart = chart.title("Larger batches: the same mean, less noise");
        [1, 4, 16].into_iter().fold(chart, |chart, batch| {
            let updates = sampled_updates(&gradients, rate, batch, 150, seed);
            let name = format!("B = {batch}");
            chart.series(&name, &updates.column(0).to_vec(), &updates.column(1).to_vec())
        })
    }
}

impl Sampled {
    pub(super) fn numbers(&self) -> Vec<Number> {
        let number = |name: &str, value: f64, expected: Moments| {
            Number::new("7.5", name, value).estimates(expected.mean, expected.deviation)
        };
        vec![
            number("total variance of an update", self.trace, self.expected_trace),
            number("covariance of two coordinates of an update", self.covariance, self.expected_covariance),
        ]
    }
}
