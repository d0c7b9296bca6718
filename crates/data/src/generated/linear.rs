//! A linear regression with a given condition number.

use super::samples::{assert_at_least, normal_noise, regression};
use crate::dataset::Dataset;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::Distribution;
use wengert_kernels::HouseholderQr;

/// A linear regression `y = X w + noise` whose features have mean 0 and the given condition number, in double
/// precision; `n` examples with `width` features.
///
/// `X = sqrt(n) U S V'`, where the columns of `U` are uniformly distributed among the orthonormal vectors of
/// mean 0, `V` is a uniformly distributed orthogonal matrix, and the singular values in `S` fall
/// geometrically from 1 to `1 / condition`: the covariance of the features is `V S^2 V'`, with the square of
/// `condition` as its condition number. The weights `w` are standard normal.
///
/// The number of steps of gradient descent on the squared error is proportional to the square of `condition`.
/// Single precision keeps condition numbers up to about 1e5.
///
/// # Panics
/// If `width` is 0, if `n` is at most `width`, if `condition` is not finite, below 1, or not 1 for a single
/// feature, or if `noise` is negative, infinite or NaN.
#[must_use]
#[track_caller]
pub fn linear(n: usize, width: usize, condition: f64, noise: f64, seed: u64) -> Dataset<f64> {
    assert_at_least("linear: width", width, 1);
    assert_at_least("linear: n", n, width + 1);
    let allowed = if width == 1 { condition == 1.0 } else { condition >= 1.0 && condition.is_finite() };
    let range = if width == 1 { "1 for a single feature" } else { "in [1, inf)" };
    assert!(allowed, "linear: condition is {condition}, must be {range}");
    let (noise, normal) = (normal_noise("linear", noise), normal_noise("linear", 1.0));
    let mut rng = StdRng::seed_from_u64(seed);

    // Columns that are orthogonal to one of ones have mean 0.
    let columns = width + 1;
    let mut tall: Vec<f64> = (0..n * columns).map(|_| normal.sample(&mut rng)).collect();
    tall.iter_mut().step_by(columns).for_each(|x| *x = 1.0);
    let u = HouseholderQr::new(tall, n, columns).orthonormal();
    let square: Vec<f64> = (0..width * width).map(|_| normal.sample(&mut rng)).collect();
    let v = HouseholderQr::new(square, width, width).orthonormal();

    let exponent = |k: usize| k as f64 / (width - 1).max(1) as f64;
    let singular: Vec<f64> = (0..width).map(|k| (n as f64).sqrt() * condition.powf(-exponent(k))).collect();
    let weights: Vec<f64> = (0..width).map(|_| normal.sample(&mut rng)).collect();
    let (mut features, mut values) = (Vec::with_capacity(n * width), Vec::with_capacity(n));
    for row in u.chunks_exact(columns) {
        let scaled: Vec<f64> = row[1..].iter().zip(&singular).map(|(u, s)| u * s).collect();
        let x = (0..width).map(|j| dot(&scaled, &v[j * width..(j + 1) * width]));
        features.extend(x);
        let x = &features[features.len() - width..];
        values.push(dot(x, &weights) + noise.sample(&mut rng));
    }
    regression("linear", features, width, values)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
