//! Regressions: a known function of uniform features, with normal noise.
//!
//! `noise` is the standard deviation of the noise that is added to the value of the function, so that its
//! square is the mean squared error of the best possible model.

use super::samples::{assert_at_least, normal_noise, regression};
use crate::dataset::Dataset;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::Distribution;
use std::f64::consts::{PI, TAU};
use std::ops::Range;

/// Two periods of a sine: `y = sin x` with `x` uniform on `[-2 pi, 2 pi)`; `n` points.
///
/// # Panics
/// If `n` is 0, or if `noise` is negative, infinite or NaN.
#[must_use]
#[track_caller]
pub fn sine(n: usize, noise: f64, seed: u64) -> Dataset {
    sampled("sine", n, &[-TAU..TAU], noise, seed, |[x]| x.sin())
}

/// A step: `y = 0` for `x < 0` and `y = 1` for `x >= 0`, with `x` uniform on `[-1, 1)`; `n` points.
///
/// # Panics
/// If `n` is 0, or if `noise` is negative, infinite or NaN.
#[must_use]
#[track_caller]
pub fn step(n: usize, noise: f64, seed: u64) -> Dataset {
    sampled("step", n, &[-1.0..1.0], noise, seed, |[x]| if x < 0.0 { 0.0 } else { 1.0 })
}

/// The corners of [`piecewise_linear`].
const CORNERS: [[f64; 2]; 5] = [[-1.0, 0.0], [-0.5, 1.0], [0.0, -0.5], [0.25, 0.25], [1.0, 0.25]];

/// A piecewise linear function: the line through the corners (-1, 0), (-1/2, 1), (0, -1/2), (1/4, 1/4) and
/// (1, 1/4), with `x` uniform on `[-1, 1)`; `n` points.
///
/// # Panics
/// If `n` is 0, or if `noise` is negative, infinite or NaN.
#[must_use]
#[track_caller]
pub fn piecewise_linear(n: usize, noise: f64, seed: u64) -> Dataset {
    sampled("piecewise_linear", n, &[-1.0..1.0], noise, seed, |[x]| {
        let piece = CORNERS.windows(2).find(|piece| x < piece[1][0]).expect("x is below the last corner");
        let ([left, low], [right, high]) = (piece[0], piece[1]);
        low + (high - low) * (x - left) / (right - left)
    })
}

/// Friedman's first function, `y = 10 sin(pi x_1 x_2) + 20 (x_3 - 1/2)^2 + 10 x_4 + 5 x_5`, with ten features
/// uniform on `[0, 1)`, of which the last five do not matter; `n` examples. Friedman's noise is 1.
///
/// Source: Friedman 1991, *Multivariate Adaptive Regression Splines*, and Breiman 1996, *Bagging Predictors*;
/// `make_friedman1` of scikit-learn.
///
/// # Panics
/// If `n` is 0, or if `noise` is negative, infinite or NaN.
#[must_use]
#[track_caller]
pub fn friedman1(n: usize, noise: f64, seed: u64) -> Dataset {
    sampled("friedman1", n, &[const { 0.0..1.0 }; 10], noise, seed, |x| {
        10.0 * (PI * x[0] * x[1]).sin() + 20.0 * (x[2] - 0.5).powi(2) + 10.0 * x[3] + 5.0 * x[4]
    })
}

/// The features of Friedman's second and third function.
const CIRCUIT: [Range<f64>; 4] = [0.0..100.0, 40.0 * PI..560.0 * PI, 0.0..1.0, 1.0..11.0];

/// Friedman's second function, the impedance `y = sqrt(x_1^2 + (x_2 x_3 - 1 / (x_2 x_4))^2)` of a circuit
/// with `x_1` uniform on `[0, 100)`, `x_2` on `[40 pi, 560 pi)`, `x_3` on `[0, 1)` and `x_4` on `[1, 11)`;
/// `n` examples. Friedman's noise is 125, a third of the deviation of the function.
///
/// Source: as [`friedman1`]; `make_friedman2` of scikit-learn.
///
/// # Panics
/// If `n` is 0, or if `noise` is negative, infinite or NaN.
#[must_use]
#[track_caller]
pub fn friedman2(n: usize, noise: f64, seed: u64) -> Dataset {
    sampled("friedman2", n, &CIRCUIT, noise, seed, |x| x[0].hypot(reactance(x)))
}

/// Friedman's third function, the phase `y = arctan((x_2 x_3 - 1 / (x_2 x_4)) / x_1)` of the circuit of
/// [`friedman2`]; `n` examples. Friedman's noise is 0.1, a third of the deviation of the function.
///
/// Source: as [`friedman1`]; `make_friedman3` of scikit-learn.
///
/// # Panics
/// If `n` is 0, or if `noise` is negative, infinite or NaN.
#[must_use]
#[track_caller]
pub fn friedman3(n: usize, noise: f64, seed: u64) -> Dataset {
    sampled("friedman3", n, &CIRCUIT, noise, seed, |x| reactance(x).atan2(x[0]))
}

/// `x_2 x_3 - 1 / (x_2 x_4)`.
fn reactance(x: [f64; 4]) -> f64 {
    x[1] * x[2] - 1.0 / (x[1] * x[3])
}

/// `n` examples of a function of features that are uniform on these ranges, with normal noise.
#[track_caller]
fn sampled<const WIDTH: usize>(
    name: &str,
    n: usize,
    ranges: &[Range<f64>; WIDTH],
    noise: f64,
    seed: u64,
    function: impl Fn([f64; WIDTH]) -> f64,
) -> Dataset {
    assert_at_least(&format!("{name}: n"), n, 1);
    let (normal, mut rng) = (normal_noise(name, noise), StdRng::seed_from_u64(seed));
    let (mut features, mut values) = (Vec::with_capacity(n * WIDTH), Vec::with_capacity(n));
    for _ in 0..n {
        let x = ranges.each_ref().map(|range| rng.random_range(range.clone()));
        features.extend(x.map(|x| x as f32));
        values.push((function(x) + normal.sample(&mut rng)) as f32);
    }
    regression(name, features, WIDTH, values)
}
