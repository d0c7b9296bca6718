//! The share of component gradients at an acute angle with the full gradient, by distance from the minimum.

use super::noisy_problem::{NoisyProblem, random};
use crate::number::{Number, digits};
use ndarray::{Array1, Array2, Axis};
use rand_distr::{Distribution, StandardNormal};
use std::f64::consts::PI;
use wengert_figures::LineChart;

/// The numbers of examples, of features, and of directions in which the share is measured.
const EXAMPLES: usize = 2000;
const FEATURES: usize = 10;
const DIRECTIONS: usize = 4;
/// The standard deviation of the noise in the targets.
const NOISE: f64 = 1.5;
const DISTANCES: [f64; 7] = [0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0];

/// Least squares with normal features. With `e = w - w*`, the gradient of a component is
/// `a_i (a_i'e - r_i)` and the full gradient is `g = H e`; the angle is acute where `a_i'g` and `a_i'e - r_i`
/// have the same sign. For normal numbers with the correlation `rho`, this has the probability
/// `1/2 + asin(rho) / pi` (Sheppard 1899).
pub(super) struct AcuteShares {
    /// The share, and what theory says, at each distance.
    shares: Vec<(f64, f64)>,
}

impl AcuteShares {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = random(seed.wrapping_add(5));
        let features =
            Array2::from_shape_simple_fn((EXAMPLES, FEATURES), || StandardNormal.sample(&mut random));
        let problem = NoisyProblem::new(features, NOISE, &mut random);
        let directions: Vec<Array1<f64>> = (0..DIRECTIONS)
            .map(|_| {
                let u = Array1::from_shape_simple_fn(FEATURES, || StandardNormal.sample(&mut random));
                let length: f64 = u.dot(&u);
                u / length.sqrt()
            })
            .collect();
        let mean = |distance: f64| {
            let shares = directions.iter().map(|u| share(&problem, &(u * distance)));
            let sum = shares.fold((0.0, 0.0), |sum, share| (sum.0 + share.0, sum.1 + share.1));
            (sum.0 / DIRECTIONS as f64, sum.1 / DIRECTIONS as f64)
        };
        Self { shares: DISTANCES.iter().map(|&distance| mean(distance)).collect() }
    }

    pub(super) fn near(&self) -> f64 {
        self.shares[0].0
    }

    pub(super) fn far(&self) -> f64 {
        self.shares[DISTANCES.len() - 1].0
    }

    pub(super) fn numbers(&self) -> Vec<Number> {
        let shares = DISTANCES.iter().zip(&self.shares);
        let numbers = shares.map(|(&distance, &(share, theory))| {
            // The directions have the examples in common.
            let deviation = (theory * (1.0 - theory) / EXAMPLES as f64).sqrt();
            Number::new("7.10", format!("share of acute angles at distance {}", digits(distance)), share)
                .estimates(theory, deviation)
        });
        numbers.collect()
    }

    pub(super) fn chart(&self) -> LineChart {
        let (measured, theory): (Vec<f64>, Vec<f64>) = self.shares.iter().copied().unzip();
        LineChart::new("distance from the minimum", "gradients at an acute angle with the full one (share)")
            .log_x()
            .title("Near the minimum, only half of the examples point the right way")
            .line("theory", &DISTANCES, &theory)
            .points("measured", &DISTANCES, &measured)
            .at_y("one half", 0.5)
    }
}

/// The share of acute angles at `w* + e`, and what theory says.
fn share(problem: &NoisyProblem, e: &Array1<f64>) -> (f64, f64) {
    let w: Vec<f64> = (&problem.optimum + e).to_vec();
    let gradients = problem.loss().example_gradients(&w);
    let full = gradients.sum_axis(Axis(0));
    let acute = gradients.dot(&full).iter().filter(|&&product| product > 0.0).count();
    let h = problem.curvature();
    let g = h.dot(e);
    let of_g = h.dot(&g);
    let correlation = e.dot(&of_g) / (g.dot(&of_g) * (e.dot(&g) + problem.noise())).sqrt();
    (acute as f64 / EXAMPLES as f64, 0.5 + correlation.min(1.0).asin() / PI)
}
