//! Checks of the test functions: derivatives against central differences, values against PyTorch.

use crate::problems::{all, problem};
use wengert_minimize::{Jacobian, Objective, Residuals};

/// Central differences with the step `h = 1e-5 max(1, |x_i|)`: their error is the third derivative times
/// `h^2`, and the rounding of the value over `h`.
fn central(f: &mut dyn FnMut(&[f64]) -> Vec<f64>, x: &[f64], i: usize) -> Vec<f64> {
    let h = 1e-5 * x[i].abs().max(1.0);
    let at = |x_i: f64| [&x[..i], &[x_i], &x[i + 1..]].concat();
    let (before, after) = (at(x[i] - h), at(x[i] + h));
    let width = after[i] - before[i];
    f(&after).iter().zip(f(&before)).map(|(after, before)| (after - before) / width).collect()
}

/// The standard start, and a point near it where no terms vanish by chance.
fn points(start: &[f64]) -> [Vec<f64>; 2] {
    let off = start.iter().enumerate().map(|(i, x)| x + 0.05 * (1.0 + (i as f64).sin())).collect();
    [start.to_vec(), off]
}

#[test]
fn gradients_agree_with_central_differences() {
    for mut problem in all() {
        for x in points(&problem.start.clone()) {
            let mut gradient = vec![0.0; x.len()];
            let value = problem.value_and_gradient(&x, &mut gradient);
            let size = gradient.iter().fold(value.abs().max(1.0), |most, g| most.max(g.abs()));
            let mut f = |x: &[f64]| vec![problem.value_and_gradient(x, &mut vec![0.0; x.len()])];
            for i in (0..x.len()).step_by(x.len().div_ceil(20)) {
                let expected = central(&mut f, &x, i)[0];
                let error = (gradient[i] - expected).abs();
                assert!(error < 1e-7 * size, "{}, entry {i}: {} {expected}", problem.name, gradient[i]);
            }
        }
    }
}

#[test]
fn jacobians_agree_with_central_differences() {
    for problem in all() {
        let Some(mut squares) = problem.residuals() else { continue };
        for x in points(&problem.start) {
            let (m, n) = (squares.count(), x.len());
            let mut jacobian = vec![0.0; m * n];
            squares.jacobian(&x, &mut jacobian);
            let mut r = |x: &[f64]| {
                let mut r = vec![0.0; m];
                squares.residuals(x, &mut r);
                r
            };
            let size = r(&x).iter().chain(&jacobian).fold(1.0, |most: f64, v| most.max(v.abs()));
            for j in (0..n).step_by(n.div_ceil(20)) {
                for (i, expected) in central(&mut r, &x, j).iter().enumerate() {
                    let error = (jacobian[i * n + j] - expected).abs();
                    assert!(error < 1e-7 * size, "{}, entry ({i}, {j})", problem.name);
                }
            }
        }
    }
}

#[test]
fn values_and_gradients_at_the_start_agree_with_pytorch() {
    let golden = include_str!("goldens/lbfgsb.txt");
    let mut compared = 0;
    for line in golden.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<_> = line.split(' ').collect();
        let [value, norm] = [2, 3].map(|i| columns[i].parse::<f64>().unwrap());
        let mut problem = problem(columns[0]);
        let x = problem.start.clone();
        assert_eq!(columns[1], x.len().to_string(), "{}", problem.name);
        let mut gradient = vec![0.0; x.len()];
        let ours = problem.value_and_gradient(&x, &mut gradient);
        let our_norm = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
        // Sums of up to a thousand terms, in another order.
        assert!((ours - value).abs() <= 1e-13 * value.abs(), "{}: {ours} {value}", problem.name);
        assert!((our_norm - norm).abs() <= 1e-12 * norm, "{}: {our_norm} {norm}", problem.name);
        compared += 1;
    }
    assert_eq!(compared, all().len(), "every problem has a golden");
}
