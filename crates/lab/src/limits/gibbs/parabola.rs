//! Gradient descent with noise on parabolas, where everything has a formula.

use crate::noisy_descent::{Moments, NoisyDescent};
use crate::number::Number;
use crate::potential::Potential;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};
use wengert_ad::ArrayTape;

/// Steps of a run on a parabola.
const STEPS: usize = 100_000;

/// A model on `k x^2 / 2`.
fn parabola(curvature: f64, rate: f64, batch: f64) -> NoisyDescent {
    NoisyDescent { potential: Potential::Parabola { curvature }, rate, batch }
}

/// The stationary variance `eta / (B k (2 - eta k))` on `k x^2 / 2`: with `x' = (1 - eta k) x + (eta / sqrt
/// B) xi`, it solves `v = (1 - eta k)^2 v + eta^2 / B`.
fn variance(curvature: f64, rate: f64, batch: f64) -> f64 {
    rate / (batch * curvature * (2.0 - rate * curvature))
}

/// The mean of `x^2` over one run that starts in the stationary distribution.
fn mean_square(curvature: f64, rate: f64, batch: f64, seed: u64) -> f64 {
    let mut random = StdRng::seed_from_u64(seed);
    let z: f64 = StandardNormal.sample(&mut random);
    let start = variance(curvature, rate, batch).sqrt() * z;
    let path = parabola(curvature, rate, batch).path(start, &mut random);
    path.take(STEPS).map(|x| x * x).sum::<f64>() / STEPS as f64
}

/// Mean and deviation of [`mean_square`]: the squares of a normal sequence with the correlations `r^t`, `r =
/// 1 - eta k`, have the correlations `r^(2t)`.
fn expected_mean_square(curvature: f64, rate: f64, batch: f64) -> Moments {
    let (mean, r2) = (variance(curvature, rate, batch), (1.0 - rate * curvature).powi(2));
    Moments { mean, deviation: mean * (2.0 / STEPS as f64 * (1.0 + r2) / (1.0 - r2)).sqrt() }
}

/// The variances of the lectures, for four pairs of rate and batch size.
pub(super) fn scaled_pairs(seed: u64) -> Vec<Number> {
    let stored =
        [(0.1, 4.0, 0.013_157_9), (0.2, 8.0, 0.013_888_9), (0.2, 4.0, 0.027_777_8), (0.1, 8.0, 0.006_578_9)];
    let pair = |(i, (rate, batch, exact)): (usize, (f64, f64, f64))| {
        let chain = parabola(1.0, rate, batch).on_nodes(0.0);
        let expected = expected_mean_square(1.0, rate, batch);
        let run = mean_square(1.0, rate, batch, seed.wrapping_add(10 + i as u64));
        let of = format!("on x^2 / 2 at eta = {rate}, B = {batch}");
        [
            Number::new("9.6", format!("variance {of}, of the chain"), chain.mean(|x| x * x))
                .exactly(exact, 5.1e-8),
            Number::new("9.2", format!("variance {of}, in one run"), run)
                .estimates(expected.mean, expected.deviation),
        ]
    };
    stored.into_iter().enumerate().flat_map(pair).collect()
}

/// The inverse temperature that a run on a parabola has, in units of `B / eta`.
pub(super) fn temperature(seed: u64) -> Number {
    let (rate, batch) = (0.01, 1.0);
    let expected = expected_mean_square(1.0, rate, batch);
    let beta = 1.0 / mean_square(1.0, rate, batch, seed.wrapping_add(20));
    let mean = 1.0 / expected.mean;
    let unit = batch / rate;
    Number::new("9.12", "inverse temperature of a run at eta = 0.01, in units of B/eta", beta / unit)
        .estimates(mean / unit, mean / unit * expected.deviation / expected.mean)
}

/// The mean loss on parabolas of several curvatures, as a share of `eta / (4 B)`: a formula, its limit, and
/// runs.
pub(super) fn equipartition(seed: u64) -> Vec<Number> {
    let (rate, batch) = (0.02, 4.0);
    let share = |curvature: f64, square: f64| 0.5 * curvature * square / (rate / (4.0 * batch));
    let curvatures = [0.3, 1.0, 3.0].into_iter().enumerate();
    let numbers = curvatures.map(|(i, k)| {
        let expected = expected_mean_square(k, rate, batch);
        let run = mean_square(k, rate, batch, seed.wrapping_add(30 + i as u64));
        Number::new("9.9", format!("mean loss on {k} x^2 / 2, in units of eta / (4B)"), share(k, run))
            .estimates(share(k, expected.mean), share(k, expected.deviation))
    });
    let least = 1e-4;
    let limit = 0.5 * 3.0 * variance(3.0, least, batch) / (least / (4.0 * batch));
    // The share is 1 / (1 - eta k / 2).
    let limit = Number::new("9.9", "the same for 3 x^2 / 2 at eta = 1e-4, by the formula", limit);
    numbers.chain([limit.exactly(1.0, 0.6 * least * 3.0)]).collect()
}

/// Softmax of scores is the Gibbs distribution of the energies `-score` at `beta = 1`.
pub(super) fn softmax() -> Vec<Number> {
    let scores = [2.0, -1.0, 0.5, 3.0];
    let weights = scores.map(|score: f64| {
        let energy = -score;
        (-energy).exp()
    });
    let total: f64 = weights.iter().sum();
    let tape = ArrayTape::new();
    let softmax = tape.constant(&ndarray::arr1(&scores)).softmax(0).value();
    let errors = weights.iter().zip(softmax.iter()).map(|(w, p)| (w / total - p).abs());
    vec![
        Number::new(
            "9.9",
            "largest difference of softmax and the Gibbs distribution",
            errors.fold(0.0, f64::max),
        )
        .at_most(1e-15),
    ]
}
