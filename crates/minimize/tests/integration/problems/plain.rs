//! Functions that are not given as sums of squares.

use super::{Problem, repeated};

pub(super) fn problems() -> Vec<Problem> {
    let rosenbrocks = [("rosenbrock_2", 2), ("rosenbrock_10", 10), ("rosenbrock_100", 100)];
    let mut problems: Vec<_> = rosenbrocks
        .into_iter()
        .chain([("rosenbrock_1000", 1000)])
        // From 4 dimensions on there is a second minimum, near (-1, 1, ..., 1).
        .map(|(name, n)| {
            Problem::plain(
                name,
                repeated(&[-1.2, 1.0], n),
                &[0.0, 3.986_579_112_347, 3.986_623_854],
                rosenbrock,
            )
        })
        .collect();
    problems.push(Problem::plain("matyas", vec![5.0, 3.0], &[0.0], matyas));
    problems.push(Problem::plain("dixon_price", vec![1.0; 10], &[0.0, 2.0 / 3.0], dixon_price));
    problems.push(Problem::plain(
        "styblinski_tang",
        vec![-1.0; 10],
        &[-391.661_657_037_714],
        styblinski_tang,
    ));
    problems.push(Problem::plain("ill_conditioned_bowl", vec![1.0; 100], &[0.0], bowl));
    problems
}

/// `sum_i 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2`, a chain.
fn rosenbrock(x: &[f64], gradient: &mut [f64]) -> f64 {
    let mut value = 0.0;
    for i in 0..x.len() - 1 {
        let (bend, rest) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
        value += 100.0 * bend * bend + rest * rest;
        gradient[i] -= 400.0 * x[i] * bend + 2.0 * rest;
        gradient[i + 1] += 200.0 * bend;
    }
    value
}

/// `0.26 (x^2 + y^2) - 0.48 x y`.
fn matyas(x: &[f64], gradient: &mut [f64]) -> f64 {
    gradient[0] = 0.52 * x[0] - 0.48 * x[1];
    gradient[1] = 0.52 * x[1] - 0.48 * x[0];
    0.26 * (x[0] * x[0] + x[1] * x[1]) - 0.48 * x[0] * x[1]
}

/// `(x_1 - 1)^2 + sum_{i > 1} i (2 x_i^2 - x_{i-1})^2`.
fn dixon_price(x: &[f64], gradient: &mut [f64]) -> f64 {
    gradient[0] = 2.0 * (x[0] - 1.0);
    let mut value = (x[0] - 1.0).powi(2);
    for i in 1..x.len() {
        let (weight, bend) = ((i + 1) as f64, 2.0 * x[i] * x[i] - x[i - 1]);
        value += weight * bend * bend;
        gradient[i] += 8.0 * weight * bend * x[i];
        gradient[i - 1] -= 2.0 * weight * bend;
    }
    value
}

/// `sum_i (x_i^4 - 16 x_i^2 + 5 x_i) / 2`.
fn styblinski_tang(x: &[f64], gradient: &mut [f64]) -> f64 {
    for (g, x) in gradient.iter_mut().zip(x) {
        *g = 2.0 * x.powi(3) - 16.0 * x + 2.5;
    }
    x.iter().map(|x| x.powi(4) - 16.0 * x * x + 5.0 * x).sum::<f64>() / 2.0
}

/// `sum_i c_i x_i^2 / 2`, with curvatures from 1 to 1e4, evenly spaced in their logarithm.
fn bowl(x: &[f64], gradient: &mut [f64]) -> f64 {
    let last = (x.len() - 1) as f64;
    let mut value = 0.0;
    for (i, x) in x.iter().enumerate() {
        gradient[i] = 10_f64.powf(4.0 * i as f64 / last) * x;
        value += gradient[i] * x / 2.0;
    }
    value
}
