//! Sums of squares in any number of dimensions.

use super::{Problem, Squares, repeated};

pub(super) fn problems() -> Vec<Problem> {
    let toward_zero = |n: usize| (1..=n).map(|i| 1.0 - i as f64 / n as f64).collect();
    let powell = [3.0, -1.0, 0.0, 1.0];
    vec![
        Problem::squares("extended_rosenbrock", repeated(&[-1.2, 1.0], 100), &[0.0], EXTENDED_ROSENBROCK),
        Problem::squares("powell_singular", powell.to_vec(), &[0.0], POWELL_SINGULAR),
        Problem::squares("extended_powell", repeated(&powell, 100), &[0.0], POWELL_SINGULAR),
        Problem::squares("penalty", (1..=10).map(f64::from).collect(), &[7.087_651_467_090_4e-5], PENALTY),
        Problem::squares("variably_dimensioned", toward_zero(10), &[0.0], VARIABLY_DIMENSIONED),
        Problem::squares("trigonometric", vec![0.1; 10], &[0.0, 2.795_056_121_876e-5], TRIGONOMETRIC),
        Problem::squares("brown_almost_linear", vec![0.5; 10], &[0.0, 1.0], BROWN_ALMOST_LINEAR),
        Problem::squares("broyden_tridiagonal", vec![-1.0; 100], &[0.0], BROYDEN_TRIDIAGONAL),
        Problem::squares("broyden_banded", vec![-1.0; 100], &[0.0], BROYDEN_BANDED),
    ]
}

/// M21: Rosenbrock's function of each pair, side by side.
const EXTENDED_ROSENBROCK: Squares = Squares {
    count: |n| n,
    residuals: |x, r| {
        for i in (0..x.len()).step_by(2) {
            r[i] = 10.0 * (x[i + 1] - x[i] * x[i]);
            r[i + 1] = 1.0 - x[i];
        }
    },
    jacobian: |x, j| {
        let n = x.len();
        for i in (0..n).step_by(2) {
            j[i * n + i] = -20.0 * x[i];
            j[i * n + i + 1] = 10.0;
            j[(i + 1) * n + i] = -1.0;
        }
    },
};

/// M13 and M22: four residuals for every four numbers; the Hessian at the minimum is singular.
const POWELL_SINGULAR: Squares = Squares {
    count: |n| n,
    residuals: |x, r| {
        for (x, r) in x.chunks(4).zip(r.chunks_mut(4)) {
            r[0] = x[0] + 10.0 * x[1];
            r[1] = 5_f64.sqrt() * (x[2] - x[3]);
            r[2] = (x[1] - 2.0 * x[2]).powi(2);
            r[3] = 10_f64.sqrt() * (x[0] - x[3]).powi(2);
        }
    },
    jacobian: |x, j| {
        let n = x.len();
        for i in (0..n).step_by(4) {
            let (third, fourth) =
                (2.0 * (x[i + 1] - 2.0 * x[i + 2]), 2.0 * 10_f64.sqrt() * (x[i] - x[i + 3]));
            let rows = [
                [1.0, 10.0, 0.0, 0.0],
                [0.0, 0.0, 5_f64.sqrt(), -5_f64.sqrt()],
                [0.0, third, -2.0 * third, 0.0],
                [fourth, 0.0, 0.0, -fourth],
            ];
            for (k, row) in rows.iter().enumerate() {
                j[(i + k) * n + i..][..4].copy_from_slice(row);
            }
        }
    },
};

/// M23: `sqrt(1e-5) (x_i - 1)` for every `i`, and `|x|^2 - 1/4`.
const PENALTY: Squares = Squares {
    count: |n| n + 1,
    residuals: |x, r| {
        let n = x.len();
        for i in 0..n {
            r[i] = 1e-5_f64.sqrt() * (x[i] - 1.0);
        }
        r[n] = x.iter().map(|x| x * x).sum::<f64>() - 0.25;
    },
    jacobian: |x, j| {
        let n = x.len();
        for i in 0..n {
            j[i * n + i] = 1e-5_f64.sqrt();
            j[n * n + i] = 2.0 * x[i];
        }
    },
};

/// M25: `x_i - 1` for every `i`, their weighted sum `s = sum_i i (x_i - 1)`, and its square.
const VARIABLY_DIMENSIONED: Squares = Squares {
    count: |n| n + 2,
    residuals: |x, r| {
        let n = x.len();
        let s = weighted_sum(x);
        for i in 0..n {
            r[i] = x[i] - 1.0;
        }
        (r[n], r[n + 1]) = (s, s * s);
    },
    jacobian: |x, j| {
        let n = x.len();
        let s = weighted_sum(x);
        for i in 0..n {
            let weight = (i + 1) as f64;
            j[i * n + i] = 1.0;
            j[n * n + i] = weight;
            j[(n + 1) * n + i] = 2.0 * s * weight;
        }
    },
};

fn weighted_sum(x: &[f64]) -> f64 {
    x.iter().enumerate().map(|(i, x)| (i + 1) as f64 * (x - 1.0)).sum()
}

/// M26: `n - sum_j cos x_j + i (1 - cos x_i) - sin x_i`.
const TRIGONOMETRIC: Squares = Squares {
    count: |n| n,
    residuals: |x, r| {
        let sum: f64 = x.iter().map(|x| x.cos()).sum();
        for (i, x_i) in x.iter().enumerate() {
            r[i] = x.len() as f64 - sum + (i + 1) as f64 * (1.0 - x_i.cos()) - x_i.sin();
        }
    },
    jacobian: |x, j| {
        let n = x.len();
        for i in 0..n {
            for k in 0..n {
                j[i * n + k] = x[k].sin();
            }
            j[i * n + i] += (i + 1) as f64 * x[i].sin() - x[i].cos();
        }
    },
};

/// M27: `x_i + sum_j x_j - (n + 1)` for all but the last, and the product of all less 1.
const BROWN_ALMOST_LINEAR: Squares = Squares {
    count: |n| n,
    residuals: |x, r| {
        let (n, sum) = (x.len(), x.iter().sum::<f64>());
        for i in 0..n - 1 {
            r[i] = x[i] + sum - (n + 1) as f64;
        }
        r[n - 1] = x.iter().product::<f64>() - 1.0;
    },
    jacobian: |x, j| {
        let n = x.len();
        for i in 0..n - 1 {
            for k in 0..n {
                j[i * n + k] = if i == k { 2.0 } else { 1.0 };
            }
        }
        for k in 0..n {
            let others = x.iter().enumerate().filter(|&(i, _)| i != k).map(|(_, x)| x);
            j[(n - 1) * n + k] = others.product();
        }
    },
};

/// M30: `(3 - 2 x_i) x_i - x_{i-1} - 2 x_{i+1} + 1`, with zeros beyond the ends.
const BROYDEN_TRIDIAGONAL: Squares = Squares {
    count: |n| n,
    residuals: |x, r| {
        let n = x.len();
        for i in 0..n {
            let before = if i > 0 { x[i - 1] } else { 0.0 };
            let after = if i + 1 < n { x[i + 1] } else { 0.0 };
            r[i] = (3.0 - 2.0 * x[i]) * x[i] - before - 2.0 * after + 1.0;
        }
    },
    jacobian: |x, j| {
        let n = x.len();
        for i in 0..n {
            j[i * n + i] = 3.0 - 4.0 * x[i];
            if i > 0 {
                j[i * n + i - 1] = -1.0;
            }
            if i + 1 < n {
                j[i * n + i + 1] = -2.0;
            }
        }
    },
};

/// M31: `x_i (2 + 5 x_i^2) + 1 - sum_j x_j (1 + x_j)` over the neighbours `i - 5 <= j <= i + 1`, without
/// `i`.
const BROYDEN_BANDED: Squares = Squares {
    count: |n| n,
    residuals: |x, r| {
        for i in 0..x.len() {
            let near = neighbours(i, x.len()).map(|j| x[j] * (1.0 + x[j])).sum::<f64>();
            r[i] = x[i] * (2.0 + 5.0 * x[i] * x[i]) + 1.0 - near;
        }
    },
    jacobian: |x, jacobian| {
        let n = x.len();
        for i in 0..n {
            jacobian[i * n + i] = 2.0 + 15.0 * x[i] * x[i];
            for j in neighbours(i, n) {
                jacobian[i * n + j] = -(1.0 + 2.0 * x[j]);
            }
        }
    },
};

fn neighbours(i: usize, n: usize) -> impl Iterator<Item = usize> {
    (i.saturating_sub(5)..(i + 2).min(n)).filter(move |&j| j != i)
}
