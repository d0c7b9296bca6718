//! Least squares with noise, SGD with single examples on it, and the exact moments of SGD.

use crate::squared_error::SquaredError;
use ndarray::{Array1, Array2, ArrayView1};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal, Uniform};
use wengert_linear::OrdinaryLeastSquares;
use wengert_optim::{Optimizer, Schedule, Sgd};

/// The mean of the components `(a_i'w - b_i)^2 / 2` over `n` examples.
///
/// A step of SGD with the rate `eta` is `w <- w - eta a_i (a_i'w - b_i)`.
pub(super) struct NoisyProblem {
    pub(super) features: Array2<f64>,
    pub(super) targets: Array1<f64>,
    /// The weights of least squares.
    pub(super) optimum: Array1<f64>,
    /// `b_i - a_i'w` at the optimum.
    residuals: Array1<f64>,
    /// `mean_i a_i a_i'`.
    curvature: Array2<f64>,
}

impl NoisyProblem {
    /// Targets that are the sums of the features, and normal noise of a standard deviation.
    pub(super) fn new(features: Array2<f64>, noise: f64, random: &mut StdRng) -> Self {
        let n = features.nrows();
        let sums = features.dot(&Array1::ones(features.ncols()));
        let targets: Array1<f64> = sums
            .iter()
            .map(|sum| sum + noise * <StandardNormal as Distribution<f64>>::sample(&StandardNormal, random))
            .collect();
        let model = OrdinaryLeastSquares::new().without_intercept().fit((&features, &targets));
        let optimum = model.expect("random features are independent").coefficients;
        let residuals = &targets - &features.dot(&optimum);
        let curvature = features.t().dot(&features) / n as f64;
        Self { features, targets, optimum, residuals, curvature }
    }

    pub(super) fn examples(&self) -> usize {
        self.targets.len()
    }

    /// The squared error, whose batch gradients are `2 n` times those of a component.
    pub(super) fn loss(&self) -> SquaredError {
        SquaredError::new((&self.features, &self.targets)).expect("the examples are finite")
    }

    /// The curvature `mean_i a_i a_i'` of the loss.
    pub(super) fn curvature(&self) -> &Array2<f64> {
        &self.curvature
    }

    /// The mean of the squared residuals at the optimum.
    pub(super) fn noise(&self) -> f64 {
        self.residuals.dot(&self.residuals) / self.examples() as f64
    }

    /// The loss at `w` above its minimum.
    pub(super) fn excess(&self, w: &[f64]) -> f64 {
        let error = &ArrayView1::from(w) - &self.optimum;
        0.5 * error.dot(&self.curvature.dot(&error))
    }
}

/// The random numbers of a seed.
pub(super) fn random(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// Independent uniform numbers of mean 0 and variance 1, as a matrix.
pub(super) fn uniform((rows, columns): (usize, usize), random: &mut StdRng) -> Array2<f64> {
    let end = 3_f64.sqrt();
    let draws = Uniform::new(-end, end).expect("the interval is not empty");
    Array2::from_shape_simple_fn((rows, columns), || draws.sample(random))
}

/// SGD with one example per step from `start`, with rates for components; calls `visit` after each step.
pub(super) fn descend(
    loss: &mut SquaredError,
    start: &[f64],
    schedule: &Schedule,
    order: impl IntoIterator<Item = usize>,
    mut visit: impl FnMut(&[f64]),
) {
    let scale = 0.5 / loss.examples() as f64;
    let (mut w, mut sgd) = (start.to_vec(), Sgd::new(scale * schedule.rate(0)));
    for (step, example) in order.into_iter().enumerate() {
        sgd.set_learning_rate(scale * schedule.rate(step as u64));
        let gradient = loss.batch_gradient(&w, &[example]);
        sgd.step(&mut w, &gradient);
        visit(&w);
    }
}

/// The exact mean and second moments of the error `e = w - w*` of SGD whose examples are drawn with
/// replacement. From `e <- (I - eta a_i a_i') e + eta a_i r_i`, with a random `i` that is independent of `e`,
/// follow linear recursions for both.
#[derive(Clone)]
pub(super) struct Moments {
    mean: Array1<f64>,
    second: Array2<f64>,
}

impl Moments {
    pub(super) fn at(problem: &NoisyProblem, start: &[f64]) -> Self {
        let mean = &ArrayView1::from(start) - &problem.optimum;
        let d = mean.len();
        let second = Array2::from_shape_fn((d, d), |(j, k)| mean[j] * mean[k]);
        Self { mean, second }
    }

    /// After one more step with the rate `eta`.
    pub(super) fn step(&mut self, problem: &NoisyProblem, eta: f64) {
        let (n, d) = problem.features.dim();
        let mut change = vec![0.0; d * d];
        for (a, &r) in problem.features.rows().into_iter().zip(&problem.residuals) {
            let (along, of_mean) = (self.second.dot(&a), self.mean.dot(&a));
            let quadratic = a.dot(&along) - 2.0 * r * of_mean + r * r;
            for j in 0..d {
                for k in 0..d {
                    // (I - eta a a') M (I - eta a a') + eta r (m - eta a a'm) a' + ... + eta^2 r^2 a a'
                    let first =
                        a[j] * along[k] + along[j] * a[k] - r * (self.mean[j] * a[k] + a[j] * self.mean[k]);
                    change[j * d + k] += eta * eta * a[j] * a[k] * quadratic - eta * first;
                }
            }
        }
        self.second.iter_mut().zip(&change).for_each(|(m, c)| *m += c / n as f64);
        let slope = problem.curvature.dot(&self.mean);
        self.mean.scaled_add(-eta, &slope);
    }

    /// The mean of [`NoisyProblem::excess`].
    pub(super) fn excess(&self, problem: &NoisyProblem) -> f64 {
        0.5 * (&self.second * &problem.curvature).sum()
    }

    /// The mean excess in the stationary state of a constant rate, infinite if there is none.
    pub(super) fn floor(problem: &NoisyProblem, eta: f64) -> f64 {
        let mut moments = Self::at(problem, problem.optimum.as_slice().expect("a vector is contiguous"));
        let mut last = 0.0;
        for _ in 0..100_000 {
            moments.step(problem, eta);
            let excess = moments.excess(problem);
            // Each step adds a smaller part of what is missing; one of 1e-9 is below any that is seen.
            if (excess - last).abs() <= 1e-9 * eta * excess {
                return excess;
            }
            last = excess;
        }
        f64::INFINITY
    }
}
