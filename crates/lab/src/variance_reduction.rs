//! Stochastic gradients whose variance vanishes at the minimum: SVRG and SAGA.
//!
//! Both minimise the mean of `n` functions, `f(w) = (1/n) sum_i f_i(w)`, and move by an unbiased estimate of
//! its gradient. A function `gradient(i, w)` returns the gradient of `f_i`.

use rand::RngExt;
use rand::rngs::StdRng;
use wengert_kernels::validate::{assert_at_least_one, assert_positive};

/// SVRG with `stages` stages of `inner` steps `w <- w - eta (g_i(w) - g_i(s) + g(s))` each, where `s` is the
/// point at the start of the stage and `g` the full gradient; the next stage starts at the mean of the points
/// of the stage (Johnson and Zhang 2013). Returns the start and the point after each stage.
///
/// # Cost
/// A stage evaluates the gradients of `n + 2 inner` functions.
///
/// # Panics
/// If `n` or `inner` is 0, or the rate is not positive and finite.
#[track_caller]
pub fn svrg(
    n: usize,
    gradient: impl Fn(usize, &[f64]) -> Vec<f64>,
    rate: f64,
    start: &[f64],
    (stages, inner): (usize, usize),
    random: &mut StdRng,
) -> Vec<Vec<f64>> {
    assert_at_least_one("svrg: the number of functions", n as u64);
    assert_at_least_one("svrg: the number of inner steps", inner as u64);
    assert_positive("svrg: the rate", rate);
    let mut path = vec![start.to_vec()];
    for stage in 0..stages {
        let snapshot = path[stage].clone();
        let full = mean(n, |i| gradient(i, &snapshot));
        let (mut w, mut sum) = (snapshot.clone(), vec![0.0; start.len()]);
        for _ in 0..inner {
            let i = random.random_range(0..n);
            sum.iter_mut().zip(&w).for_each(|(sum, w)| *sum += w);
            let (here, there) = (gradient(i, &w), gradient(i, &snapshot));
            for (j, w) in w.iter_mut().enumerate() {
                *w -= rate * (here[j] - there[j] + full[j]);
            }
        }
        path.push(sum.iter().map(|sum| sum / inner as f64).collect());
    }
    path
}

/// SAGA: `steps` steps `w <- w - eta (g_i(w) - h_i + mean_j h_j)`, where `h_i` is the gradient of `f_i` at
/// the point where it was evaluated last, and is replaced by `g_i(w)` (Defazio, Bach and Lacoste-Julien
/// 2014). Returns the start and every `every`-th point.
///
/// # Cost
/// A step evaluates the gradient of one function; the start evaluates all. The gradients take `n` times the
/// memory of the parameters.
///
/// # Panics
/// If `n` or `every` is 0, or the rate is not positive and finite.
#[track_caller]
pub fn saga(
    n: usize,
    gradient: impl Fn(usize, &[f64]) -> Vec<f64>,
    rate: f64,
    start: &[f64],
    (steps, every): (usize, usize),
    random: &mut StdRng,
) -> Vec<Vec<f64>> {
    assert_at_least_one("saga: the number of functions", n as u64);
    assert_at_least_one("saga: the distance of the points", every as u64);
    assert_positive("saga: the rate", rate);
    let mut stored: Vec<Vec<f64>> = (0..n).map(|i| gradient(i, start)).collect();
    let mut average = mean(n, |i| stored[i].clone());
    let mut w = start.to_vec();
    let mut path = vec![w.clone()];
    for step in 1..=steps {
        let i = random.random_range(0..n);
        let here = gradient(i, &w);
        for (j, w) in w.iter_mut().enumerate() {
            let change = here[j] - stored[i][j];
            *w -= rate * (change + average[j]);
            average[j] += change / n as f64;
        }
        stored[i] = here;
        if step % every == 0 {
            path.push(w.clone());
        }
    }
    path
}

/// The mean of `n` vectors.
fn mean(n: usize, vector: impl Fn(usize) -> Vec<f64>) -> Vec<f64> {
    let mut sum = vector(0);
    for i in 1..n {
        sum.iter_mut().zip(vector(i)).for_each(|(sum, x)| *sum += x);
    }
    sum.iter().map(|sum| sum / n as f64).collect()
}
