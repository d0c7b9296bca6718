//! Five parabolas and their mean: the region of confusion in one variable.

use super::noisy_problem::{descend, random};
use crate::gradient_noise::{ConfusionRegion, region_of_confusion};
use crate::number::{Number, digits};
use crate::squared_error::SquaredError;
use ndarray::Array2;
use rand::RngExt;
use wengert_data::Batches;
use wengert_figures::LineChart;
use wengert_optim::Schedule;

/// The number of parabolas.
const COUNT: usize = 5;
/// The start of the paths, and their number of steps.
const START: f64 = 4.0;
const STEPS: u64 = 60;

/// The components `(a_i x - b_i)^2 / 2`.
pub(super) struct Components {
    a: Vec<f64>,
    b: Vec<f64>,
    seed: u64,
}

impl Components {
    /// Slopes from 0.6 to 1.2 and minima near -1, -0.5, 0, 0.5 and 1.
    pub(super) fn new(seed: u64) -> Self {
        let mut random = random(seed.wrapping_add(3));
        let a: Vec<f64> = (0..COUNT).map(|_| random.random_range(0.6..1.2)).collect();
        let minimum = |i: usize| -1.0 + 0.5 * i as f64 + random.random_range(-0.2..0.2);
        let b = (0..COUNT).map(minimum).zip(&a).map(|(x, a)| a * x).collect();
        Self { a, b, seed }
    }

    pub(super) fn region(&self) -> ConfusionRegion {
        region_of_confusion(&self.a, &self.b)
    }

    fn loss(&self) -> SquaredError {
        let features = Array2::from_shape_vec((COUNT, 1), self.a.clone()).expect("one feature per example");
        SquaredError::new((&features, &self.b)).expect("the examples are finite")
    }

    /// The share of the components whose slope has the sign of the full slope.
    fn agreement(&self, x: f64) -> f64 {
        let loss = self.loss();
        let gradients = loss.example_gradients(&[x]);
        let full = gradients.sum();
        gradients.iter().filter(|&&slope| slope * full > 0.0).count() as f64 / COUNT as f64
    }

    /// The points of SGD, one more than there are steps.
    fn path(&self, rate: f64) -> Vec<f64> {
        let mut batches = Batches::with_replacement(COUNT, 1, self.seed);
        let mut order = Vec::new();
        for epoch in 0..STEPS / COUNT as u64 {
            order.extend(batches.epoch(epoch).flatten());
        }
        let mut path = vec![START];
        descend(&mut self.loss(), &[START], &Schedule::constant(rate), order, |w| path.push(w[0]));
        path
    }

    pub(super) fn numbers(&self, rates: &[f64]) -> Vec<Number> {
        let ConfusionRegion { low, optimum, high } = self.region();
        // The slope of the mean vanishes at the optimum: up to the rounding of five terms of size 1.
        let slope = self.loss().gradient(&[optimum])[0];
        let outside = |path: &[f64]| {
            let steps = path.windows(2).filter(|pair| pair[0] < low || pair[0] > high);
            steps.filter(|pair| (pair[1] - pair[0]) * (optimum - pair[0]) < 0.0).count()
        };
        let wrong: usize = rates.iter().map(|&rate| outside(&self.path(rate))).sum();
        vec![
            Number::new("7.2", "x* = sum a_i b_i / sum a_i^2", optimum).between(low, high),
            Number::new("7.2", "slope of the loss at x*", slope).exactly(0.0, 1e-13),
            Number::new("7.2", "agreement of signs just left of min b_i / a_i", self.agreement(low - 1e-6))
                .exactly(1.0, 0.0),
            Number::new("7.2", "agreement of signs just right of max b_i / a_i", self.agreement(high + 1e-6))
                .exactly(1.0, 0.0),
            Number::new("7.2", "agreement of signs just inside, left", self.agreement(low + 1e-6))
                .exactly(0.8, 1e-12),
            Number::new("7.2", "agreement of signs just inside, right", self.agreement(high - 1e-6))
                .exactly(0.8, 1e-12),
            Number::new("7.2", "steps of SGD outside that lead away from x*", wrong as f64).exactly(0.0, 0.0),
        ]
    }

    /// The parabolas, their mean, and the region.
    pub(super) fn parabolas(&self) -> LineChart {
        let region = self.region();
        let grid: Vec<f64> = (0..=80).map(|i| -2.0 + 0.05 * f64::from(i)).collect();
        let value = |i: usize, x: f64| 0.5 * (self.a[i] * x - self.b[i]).powi(2);
        // Up to the top of the picture.
        let visible = |height: &dyn Fn(f64) -> f64| -> (Vec<f64>, Vec<f64>) {
            grid.iter().map(|&x| (x, height(x))).filter(|&(_, y)| y <= 1.6).unzip()
        };
        let (x, mean) = visible(&|x| (0..COUNT).map(|i| value(i, x)).sum::<f64>() / COUNT as f64);
        let chart =
            LineChart::new("x", "loss").title("Between their minima, the slopes of the components disagree");
        let chart = chart.line("mean", &x, &mean).band(
            "region of confusion",
            &[region.low, region.high],
            &[0.0, 0.0],
            &[1.6, 1.6],
        );
        (0..COUNT).fold(chart, |chart, i| {
            let (x, y) = visible(&|x| value(i, x));
            chart.line(&format!("component {}", i + 1), &x, &y)
        })
    }

    /// The paths of SGD from far away, with the ends of the region.
    pub(super) fn paths(&self, rates: &[f64]) -> LineChart {
        let region = self.region();
        let steps: Vec<f64> = (0..=STEPS).map(|step| step as f64).collect();
        let chart = LineChart::new("step", "x")
            .title("SGD goes straight to the region of confusion, and then to and fro");
        let chart = rates.iter().fold(chart, |chart, &rate| {
            chart.line(&format!("rate {}", digits(rate)), &steps, &self.path(rate))
        });
        chart.at_y("region of confusion", region.low).at_y("", region.high)
    }
}
