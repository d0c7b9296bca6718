//! Noisy least squares with two features.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use wengert_ad::grad;
use wengert_kernels::Lu;

/// The start of all runs.
pub(super) const START: [f64; 2] = [4.0, -3.0];
/// The passes of a long run of SGD before its mean is taken: many times the time in which it forgets the
/// start.
const FORGETTING: usize = 100;

/// The mean of `f_i(w) = (x_i'w - y_i)^2 / 2`.
pub(super) struct Problem {
    examples: Vec<([f64; 2], f64)>,
    minimum: [f64; 2],
    /// The mean of `x_i x_i'`: its entries `xx`, `xy`, `yy`.
    hessian: [f64; 3],
    /// The largest curvature of an example, `max |x_i|^2`.
    pub(super) smoothness: f64,
    /// The smallest curvature of the mean.
    pub(super) convexity: f64,
}

impl Problem {
    pub(super) fn new(n: usize, noise: f64, seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
        let mut example = || {
            let x = [normal(), normal()];
            (x, x[0] - 2.0 * x[1] + noise * normal())
        };
        let examples: Vec<([f64; 2], f64)> = (0..n).map(|_| example()).collect();
        let mean = |f: fn(&([f64; 2], f64)) -> f64| examples.iter().map(f).sum::<f64>() / n as f64;
        let hessian = [mean(|(x, _)| x[0] * x[0]), mean(|(x, _)| x[0] * x[1]), mean(|(x, _)| x[1] * x[1])];
        let mut minimum = [mean(|(x, y)| x[0] * y), mean(|(x, y)| x[1] * y)];
        let [a, b, c] = hessian;
        solve(&[a, b, b, c], &mut minimum);
        let spread = (0.25 * (a - c).powi(2) + b * b).sqrt();
        let smoothness = examples.iter().map(|(x, _)| x[0] * x[0] + x[1] * x[1]).fold(0.0, f64::max);
        Self { examples, minimum, hessian, smoothness, convexity: 0.5 * (a + c) - spread }
    }

    /// The gradient of example `i`.
    pub(super) fn gradient(&self, i: usize, w: &[f64]) -> Vec<f64> {
        let (x, y) = self.examples[i];
        grad(
            |w| {
                let residual = w[0] * x[0] + w[1] * x[1] - y;
                residual * residual * 0.5
            },
            w,
        )
    }

    pub(super) fn squared_distance(&self, w: &[f64]) -> f64 {
        (w[0] - self.minimum[0]).powi(2) + (w[1] - self.minimum[1]).powi(2)
    }

    /// The loss above its minimum: `e' H e / 2` with `e = w - w*`, which does not cancel.
    pub(super) fn excess(&self, w: &[f64]) -> f64 {
        let (p, q) = (w[0] - self.minimum[0], w[1] - self.minimum[1]);
        let [a, b, c] = self.hessian;
        0.5 * (a * p * p + 2.0 * b * p * q + c * q * q)
    }

    fn sgd_step(&self, w: &mut [f64], rate: f64, random: &mut StdRng) {
        let gradient = self.gradient(random.random_range(0..self.examples.len()), w);
        w.iter_mut().zip(gradient).for_each(|(w, g)| *w -= rate * g);
    }

    /// The start and the point after each pass.
    pub(super) fn sgd(&self, rate: f64, passes: usize, random: &mut StdRng) -> Vec<Vec<f64>> {
        let mut w = START.to_vec();
        let mut path = vec![w.clone()];
        for _ in 0..passes {
            (0..self.examples.len()).for_each(|_| self.sgd_step(&mut w, rate, random));
            path.push(w.clone());
        }
        path
    }

    /// The mean excess loss over `passes` passes, after the start is forgotten.
    pub(super) fn mean_excess_of_sgd(&self, rate: f64, passes: usize, random: &mut StdRng) -> f64 {
        let n = self.examples.len();
        let mut w = self.minimum.to_vec();
        (0..FORGETTING * n).for_each(|_| self.sgd_step(&mut w, rate, random));
        let mut sum = 0.0;
        for _ in 0..passes * n {
            self.sgd_step(&mut w, rate, random);
            sum += self.excess(&w);
        }
        sum / (passes * n) as f64
    }

    /// The exact stationary mean of the excess loss of SGD with replacement: with `e = w - w*` and the
    /// residuals `r_i` at the minimum, a step is `e <- (I - eta x_i x_i') e + eta r_i x_i`, so the covariance
    /// solves `S = mean_i (I - eta x_i x_i') S (I - eta x_i x_i') + eta^2 mean_i r_i^2 x_i x_i'`, four linear
    /// equations.
    pub(super) fn sgd_floor(&self, rate: f64) -> f64 {
        let n = self.examples.len() as f64;
        let (mut matrix, mut s) = ([0.0; 16], [0.0; 4]);
        for k in 0..4 {
            matrix[5 * k] = 1.0;
        }
        for (x, y) in &self.examples {
            let residual = y - x[0] * self.minimum[0] - x[1] * self.minimum[1];
            let m = |i: usize, j: usize| f64::from(u8::from(i == j)) - rate * x[i] * x[j];
            for (row, (i, j)) in [(0, 0), (0, 1), (1, 0), (1, 1)].into_iter().enumerate() {
                s[row] += rate * rate * residual * residual * x[i] * x[j] / n;
                for (column, (k, l)) in [(0, 0), (0, 1), (1, 0), (1, 1)].into_iter().enumerate() {
                    matrix[4 * row + column] -= m(i, k) * m(j, l) / n;
                }
            }
        }
        solve(&matrix, &mut s);
        let [a, b, c] = self.hessian;
        0.5 * (a * s[0] + b * (s[1] + s[2]) + c * s[3])
    }
}

/// Solves a small linear system in place.
fn solve(matrix: &[f64], b: &mut [f64]) {
    let mut factors = Lu::default();
    factors.factorise(matrix, b.len());
    factors.solve(b, 1);
}
