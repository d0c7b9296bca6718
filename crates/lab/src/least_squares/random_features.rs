//! Random features that act like ridge: independent normal columns of variance `lambda / p` appended to `X`.

use super::prescribed::{Prescribed, distance, normal, random};
use crate::number::Number;
use ndarray::{Array1, Array2, Axis, concatenate, s};
use wengert_figures::LineChart;
use wengert_kernels::HouseholderQr;
use wengert_linear::minimum_norm;

/// The numbers of random features: more than the 40 examples that are possible.
const COUNTS: [usize; 4] = [64, 128, 512, 1024];
/// The number of draws for each.
const SEEDS: u64 = 30;

/// How far the first `d` weights of the shortest solution with `p` random features are from ridge.
///
/// `X R` with `R R' = lambda I + E` gives `X' (X X' + lambda I + E)^-1 y`, where the elements of `E` have the
/// variance `lambda^2 / p`, and twice that on the diagonal. To first order, the difference from ridge is
/// `-A E v` with `v = (X X' + lambda I)^-1 y` and `A = X' (X X' + lambda I)^-1`; its covariance is
/// `(lambda^2 / p) (|v|^2 A A' + A v v' A')`.
pub(super) struct RandomFeatures {
    /// The mean squared distance for each number of features.
    measured: Vec<f64>,
    /// `p` times the trace of the covariance, and `p^2` times that of its square.
    traces: (f64, f64),
}

impl RandomFeatures {
    pub(super) fn new(problem: &Prescribed, lambda: f64, ridge: &Array1<f64>, seed: u64) -> Self {
        let mean = |&count: &usize| {
            let square = |draw: u64| {
                let w = with_features(problem, lambda, count, seed.wrapping_mul(1000).wrapping_add(draw));
                distance(&w, ridge).powi(2)
            };
            (0..SEEDS).map(square).sum::<f64>() / SEEDS as f64
        };
        Self { measured: COUNTS.iter().map(mean).collect(), traces: traces(problem, lambda) }
    }

    pub(super) fn number(&self) -> Number {
        let (last, (trace, square)) = (COUNTS.len() - 1, self.traces);
        let count = COUNTS[last] as f64;
        // The squared length of a normal vector of covariance C has mean tr C and variance 2 tr C^2. The
        // terms of higher order are of relative size n / p.
        let (mean, deviation) = (trace / count, (2.0 * square).sqrt() / count);
        let name = "1024 random features: mean squared distance from ridge, 30 draws";
        Number::new("6.10", name, self.measured[last]).estimates(mean, deviation / (SEEDS as f64).sqrt())
    }

    pub(super) fn chart(&self) -> LineChart {
        let counts = COUNTS.map(|count| count as f64);
        let measured: Vec<f64> = self.measured.iter().map(|square| square.sqrt()).collect();
        let theory = counts.map(|count| (self.traces.0 / count).sqrt());
        LineChart::new("random features", "distance from ridge, root mean square of 30 draws")
            .log_x()
            .log_y()
            .title("Many random features act like ridge: the distance falls like 1 / sqrt p")
            .line("first-order theory", &counts, &theory)
            .points("measured", &counts, &measured)
    }
}

/// The first `d` weights of the shortest solution.
fn with_features(problem: &Prescribed, lambda: f64, count: usize, seed: u64) -> Vec<f64> {
    let (n, d) = problem.features.dim();
    let scale = (lambda / count as f64).sqrt();
    let columns = Array2::from_shape_vec((n, count), normal(n * count, &mut random(seed)));
    let columns = columns.expect("one number per element") * scale;
    let joined = concatenate(Axis(1), &[problem.features.view(), columns.view()]).expect("as many rows");
    let w = minimum_norm((&joined, &problem.targets)).expect("random columns make the rows independent");
    w.slice(s![..d]).to_vec()
}

fn traces(problem: &Prescribed, lambda: f64) -> (f64, f64) {
    let x = &problem.features;
    let gram = x.dot(&x.t()) + Array2::from_diag_elem(x.nrows(), lambda);
    let n = gram.nrows();
    let qr = HouseholderQr::new(gram.iter().copied().collect(), n, n);
    let solve = |b: Vec<f64>| Array1::from(qr.solve(b));
    let v = solve(problem.targets.to_vec());
    // The rows of A are (X X' + lambda I)^-1 times the columns of X, as the matrix is symmetric.
    let rows: Vec<Array1<f64>> = x.columns().into_iter().map(|column| solve(column.to_vec())).collect();
    let covariance =
        |a: &Array1<f64>, b: &Array1<f64>| lambda * lambda * (v.dot(&v) * a.dot(b) + a.dot(&v) * b.dot(&v));
    let trace = rows.iter().map(|a| covariance(a, a)).sum();
    let square = rows.iter().flat_map(|a| rows.iter().map(move |b| covariance(a, b).powi(2))).sum();
    (trace, square)
}
