//! A heated rod of sections with different conductivities: a linear system with many parameters.

use std::cell::Cell;
use wengert_kernels::Lu;

/// The stationary temperature of a rod of length 1 with ends at temperature 0, heated evenly.
///
/// With `n` points inside, `n + 1` sections of conductivity `p_k` and the source 1, the temperatures solve
/// `A(p) u = b`, where `A = sum_k p_k d_k d_k'` and `d_k' u` is the difference of the temperatures at the
/// ends of section `k`, and every `b_i` is `1 / (n + 1)^2`.
pub(super) struct Rod {
    pub(super) conductivities: Vec<f64>,
    factors: Lu<f64>,
    solves: Cell<usize>,
}

impl Rod {
    /// Factorises the matrix of these conductivities.
    pub(super) fn new(conductivities: Vec<f64>) -> Self {
        let n = conductivities.len() - 1;
        let mut factors = Lu::default();
        factors.factorise(&matrix(&conductivities), n);
        Self { conductivities, factors, solves: Cell::new(0) }
    }

    /// The number of points inside.
    pub(super) fn points(&self) -> usize {
        self.conductivities.len() - 1
    }

    /// The number of systems that were solved so far.
    pub(super) fn solves(&self) -> usize {
        self.solves.get()
    }

    /// The temperatures.
    pub(super) fn temperatures(&self) -> Vec<f64> {
        self.solve(vec![1.0 / (self.points() as f64 + 1.0).powi(2); self.points()])
    }

    /// The solution of `A x = right`.
    pub(super) fn solve(&self, mut right: Vec<f64>) -> Vec<f64> {
        self.solves.set(self.solves.get() + 1);
        self.factors.solve(&mut right, 1);
        right
    }

    /// The solution of `A' x = right`.
    pub(super) fn solve_transposed(&self, mut right: Vec<f64>) -> Vec<f64> {
        self.solves.set(self.solves.get() + 1);
        self.factors.solve_transposed(&mut right, 1);
        right
    }

    /// The condition number of the matrix in the maximum norm. The inverse has no negative element, so its
    /// norm is the largest element of `A^-1 1`.
    pub(super) fn condition(&self) -> f64 {
        let n = self.points();
        let mut ones = vec![1.0; n];
        self.factors.solve(&mut ones, 1);
        let rows = matrix(&self.conductivities);
        let sums = rows.chunks_exact(n).map(|row| row.iter().map(|a| a.abs()).sum::<f64>());
        sums.fold(0.0, f64::max) * ones.into_iter().fold(0.0, f64::max)
    }
}

/// `d_k' u`: the difference of `u` across section `k`, with zeros at both ends of the rod.
pub(super) fn difference(u: &[f64], k: usize) -> f64 {
    u.get(k).copied().unwrap_or(0.0) - k.checked_sub(1).map_or(0.0, |before| u[before])
}

/// `d_k` times a number.
pub(super) fn spread(k: usize, n: usize, factor: f64) -> Vec<f64> {
    let mut spread = vec![0.0; n];
    if k < n {
        spread[k] = factor;
    }
    if k > 0 {
        spread[k - 1] = -factor;
    }
    spread
}

/// The matrix `d` of all differences, a row per section.
pub(super) fn differences(n: usize) -> Vec<f64> {
    (0..=n).flat_map(|k| spread(k, n, 1.0)).collect()
}

fn matrix(conductivities: &[f64]) -> Vec<f64> {
    let n = conductivities.len() - 1;
    let mut matrix = vec![0.0; n * n];
    for i in 0..n {
        matrix[i * n + i] = conductivities[i] + conductivities[i + 1];
        if i + 1 < n {
            matrix[i * n + i + 1] = -conductivities[i + 1];
            matrix[(i + 1) * n + i] = -conductivities[i + 1];
        }
    }
    matrix
}
