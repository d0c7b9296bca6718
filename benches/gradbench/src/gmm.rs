//! A Gaussian mixture with Wishart prior: reverse mode on arrays, in two stages.
//!
//! The first stage computes from the parameters what all observations need: the matrices `Q_k'`
//! side by side, `-Q_k mu_k`, and the log-weights. The second stage processes the observations in
//! blocks, so that the tape stays in the cache. The reverse sweep starts with the blocks, which
//! gives the cotangent of the results of the first stage.

use crate::protocol::{EvalError, Prepared, check_length, prepared, read};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::f64::consts::{LN_2, PI};
use std::ops::Range;
use std::sync::Arc;
use wengert_ad::{ArrayTape, Elementary, NodeId, Tensor};

#[derive(Deserialize)]
struct Input {
    d: usize,
    k: usize,
    n: usize,
    alpha: Vec<f64>,
    mu: Vec<Vec<f64>>,
    q: Vec<Vec<f64>>,
    l: Vec<Vec<f64>>,
    x: Vec<Vec<f64>>,
    m: usize,
    gamma: f64,
}

/// The derivatives, in the shapes of the parameters.
#[derive(Serialize)]
struct Jacobian {
    alpha: Vec<f64>,
    mu: Vec<Vec<f64>>,
    q: Vec<Vec<f64>>,
    l: Vec<Vec<f64>>,
}

struct Mixture {
    d: usize,
    k: usize,
    n: usize,
    m: usize,
    gamma: f64,
    /// Observation after observation.
    x: Vec<f64>,
    /// `alpha`, `mu`, `q` and `l`, concatenated.
    parameters: Arc<Vec<f64>>,
    /// For each entry of the factors, its index in the concatenation of `e^q`, `l` and a zero.
    factor_entries: Vec<usize>,
    /// For each entry of the factors, the index of the entry of `mu` that it is multiplied by.
    means: Vec<usize>,
}

impl Mixture {
    fn new(input: Input) -> Result<Self, EvalError> {
        let Input { d, k, n, alpha, mu, q, l, x, m, gamma } = input;
        check_length("alpha", alpha.len(), k)?;
        for (field, rows, count, length) in
            [("mu", &mu, k, d), ("q", &q, k, d), ("l", &l, k, below_diagonal(d)), ("x", &x, n, d)]
        {
            check_length(field, rows.len(), count)?;
            rows.iter().try_for_each(|row| check_length(field, row.len(), length))?;
        }
        if d == 0 || k == 0 {
            return Err(EvalError::Domain { field: "d and k", needed: "at least 1" });
        }
        let parameters = Arc::new([alpha, mu.concat(), q.concat(), l.concat()].concat());
        let entries = || (0..d).flat_map(move |j| (0..k).flat_map(move |k| (0..d).map(move |i| (k, i, j))));
        let factor_entries = entries().map(|(component, i, j)| match i.cmp(&j) {
            std::cmp::Ordering::Less => k * d + k * below_diagonal(d),
            std::cmp::Ordering::Equal => component * d + i,
            // `l` holds the entries below the diagonal column by column.
            std::cmp::Ordering::Greater => {
                let columns_before = j * (2 * d - j - 1) / 2;
                k * d + component * below_diagonal(d) + columns_before + i - j - 1
            }
        });
        let factor_entries = factor_entries.collect();
        let means = entries().map(|(component, _, j)| component * d + j).collect();
        Ok(Self { d, k, n, m, gamma, x: x.concat(), parameters, factor_entries, means })
    }

    /// The ranges of `alpha`, `mu`, `q` and `l` among the parameters.
    fn kinds(&self) -> [Range<usize>; 4] {
        let kd = self.k * self.d;
        let ends = [self.k, self.k + kd, self.k + 2 * kd, self.parameters.len()];
        [0..ends[0], ends[0]..ends[1], ends[1]..ends[2], ends[2]..ends[3]]
    }

    /// The ranges of the results of the first stage: factors, offsets, log-weights, and the terms
    /// that do not depend on observations.
    fn stage(&self) -> [Range<usize>; 4] {
        let (factors, kd) = (self.factor_entries.len(), self.k * self.d);
        let end = factors + kd + self.k;
        [0..factors, factors..factors + kd, factors + kd..end, end..end + 1]
    }

    /// The first stage: factors of shape `(d, k d)`, where column `i` of component `k` is row `i`
    /// of `Q_k`; the offsets `-Q_k mu_k`; the log-weights `alpha_k + sum_j q_kj`; and the terms
    /// that do not depend on observations.
    fn prepare<'t>(&self, tape: &'t ArrayTape<f64>) -> Tensor<'t, f64> {
        let (d, k) = (self.d, self.k);
        let parameters =
            tape.shared_var(&self.parameters, 0..self.parameters.len(), &[self.parameters.len()], true);
        let [alpha, mu, q, l] = self.kinds().map(|range| parameters.slice(0, range));
        let diagonal = q.exp();
        let zero = tape.constant_from(&[1], |buffer| buffer.push(0.0));
        let factors = diagonal.concatenate(&[l, zero], 0).gather(&self.factor_entries);
        let products = (factors * mu.gather(&self.means)).reshape(&[d, k * d]);
        let log_determinants = q.reshape(&[k, d]).sum_axis(1);
        let normaliser = alpha.log_sum_exp() * -(self.n as f64);
        let squares = diagonal.square().sum() + l.square().sum();
        let prior = squares * (-0.5 * self.gamma * self.gamma) + log_determinants.sum() * self.m as f64;
        let rest = (normaliser + prior).reshape(&[1]);
        factors.concatenate(&[-products.sum_axis(0), alpha + log_determinants, rest], 0)
    }

    /// The second stage for a block of observations: `sum_i ln sum_k e^(w_k - |Q_k x_i - Q_k mu_k|^2 / 2)`.
    fn log_likelihood<'t>(
        &self,
        tape: &'t ArrayTape<f64>,
        staged: &Arc<Vec<f64>>,
        x: &[f64],
    ) -> Tensor<'t, f64> {
        let (d, k, rows) = (self.d, self.k, x.len() / self.d);
        let [factors, offsets, weights, _] = self.stage();
        let factors = tape.shared_var(staged, factors, &[d, k * d], true);
        let offsets = tape.shared_var(staged, offsets, &[k * d], true);
        let weights = tape.shared_var(staged, weights, &[k], true);
        let x = tape.constant_from(&[rows, d], |buffer| buffer.extend_from_slice(x));
        let distances = x.affine(factors, offsets).square().reshape(&[rows, k, d]).sum_axis(2);
        let weights = weights.broadcast_to(&[rows, k]);
        (weights - distances * 0.5).log_sum_exp_axis(1).sum()
    }

    /// The observations in blocks.
    fn blocks(&self) -> impl Iterator<Item = &[f64]> {
        let rows = (BLOCK / (self.k * self.d)).clamp(64, 512);
        self.x.chunks(rows * self.d)
    }

    /// The terms that do not depend on the parameters.
    fn constant(&self) -> f64 {
        let (d, freedom) = (self.d as f64, self.d + self.m + 1);
        let wishart = freedom as f64 * d * (self.gamma.ln() - 0.5 * LN_2) - ln_gamma(self.d, freedom);
        self.k as f64 * wishart - 0.5 * (self.n as f64) * d * (2.0 * PI).ln()
    }

    fn objective(&self, tapes: &mut Tapes) -> f64 {
        let staged = tapes.stage(self);
        let mut value = self.constant() + staged[staged.len() - 1];
        for block in self.blocks() {
            tapes.block.clear();
            value += self.log_likelihood(&tapes.block, &staged, block).item();
        }
        value
    }

    fn gradient(&self, tapes: &mut Tapes) -> Jacobian {
        let staged = tapes.stage(self);
        let (mut cotangent, mut share) = (vec![0.0; staged.len()], vec![0.0; staged.len()]);
        cotangent[staged.len() - 1] = 1.0;
        for block in self.blocks() {
            tapes.block.clear();
            self.log_likelihood(&tapes.block, &staged, block).gradient_into(1.0, &mut share);
            cotangent.iter_mut().zip(&share).for_each(|(sum, share)| *sum += share);
        }
        let last = tapes.first.node(NodeId::new(tapes.first.len() - 1));
        let gradient = last.vjp(&cotangent).wrt(tapes.first.node(NodeId::new(0)));
        let gradient = gradient.as_slice().expect("adjoints are contiguous");
        let rows = |range: Range<usize>, length: usize| match length {
            0 => vec![Vec::new(); self.k],
            _ => gradient[range].chunks_exact(length).map(<[f64]>::to_vec).collect(),
        };
        let [alpha, mu, q, l] = self.kinds();
        let (mu, q, l) = (rows(mu, self.d), rows(q, self.d), rows(l, below_diagonal(self.d)));
        Jacobian { alpha: gradient[alpha].to_vec(), mu, q, l }
    }
}

/// The number of elements of the largest array of a block.
const BLOCK: usize = 8192;

/// The tapes of both stages, kept to reuse their memory.
struct Tapes {
    first: ArrayTape<f64>,
    block: ArrayTape<f64>,
}

impl Tapes {
    /// Records the first stage and copies its results, so that the blocks can share them.
    fn stage(&mut self, mixture: &Mixture) -> Arc<Vec<f64>> {
        self.first.clear();
        self.block.clear();
        Arc::new(mixture.prepare(&self.first).elements().to_vec())
    }
}

/// The number of entries below the diagonal of a `d x d` matrix.
fn below_diagonal(d: usize) -> usize {
    d * d.saturating_sub(1) / 2
}

/// The logarithm of the multivariate gamma function, `ln Gamma_d(freedom / 2)`:
/// `d (d - 1) / 4 ln pi + sum_j ln Gamma((freedom + 1 - j) / 2)` for `j` from 1 to `d`.
fn ln_gamma(d: usize, freedom: usize) -> f64 {
    let single = |twice: usize| -> f64 {
        // Gamma(x + 1) = x Gamma(x), down to Gamma(1) = 1 or Gamma(1/2) = sqrt pi.
        let base = if twice.is_multiple_of(2) { 0.0 } else { 0.5 * PI.ln() };
        base + (1..twice).rev().skip(1).step_by(2).map(|twice| (twice as f64 / 2.0).ln()).sum::<f64>()
    };
    let pairs = (d * d.saturating_sub(1)) as f64;
    pairs / 4.0 * PI.ln() + (1..=d).map(|j| single(freedom + 1 - j)).sum::<f64>()
}

/// `objective`: the log-posterior. `jacobian`: its gradient with respect to the parameters.
pub(crate) fn evaluate(function: &str, input: &Value) -> Result<Prepared, EvalError> {
    let mixture = Mixture::new(read(input)?)?;
    let mut tapes = Tapes { first: ArrayTape::new(), block: ArrayTape::new() };
    match function {
        "objective" => Ok(prepared(move || mixture.objective(&mut tapes))),
        "jacobian" => Ok(prepared(move || mixture.gradient(&mut tapes))),
        _ => Err(EvalError::unknown(function, &["objective", "jacobian"])),
    }
}
