//! Random least-squares problems with prescribed singular values.

use crate::singular_modes::SingularMode;
use crate::squared_error::SquaredError;
use ndarray::{Array1, Array2, ArrayView1, s};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};
use wengert_kernels::HouseholderQr;

/// Examples `X = U diag(sigma) V'`, shape `(n, d)`, with uniformly distributed singular vectors, and targets
/// `y`, whose coordinates `U'y` are `sigma_i` times the optima. If there are more examples than singular
/// values, `y` also has a residual, as long as the first singular value, that no weights explain.
pub(super) struct Prescribed {
    pub(super) features: Array2<f64>,
    pub(super) targets: Array1<f64>,
    /// The right singular vectors, as columns; shape `(d, k)`.
    right: Array2<f64>,
    /// In the order of the given singular values.
    pub(super) modes: Vec<SingularMode>,
}

impl Prescribed {
    /// At most `min(n, d)` singular values, and the weight along each right singular vector that fits best.
    pub(super) fn new((n, d): (usize, usize), sigma: &[f64], optima: &[f64], random: &mut StdRng) -> Self {
        let k = sigma.len();
        let has_residual = n > k;
        let left = orthonormal(n, k + usize::from(has_residual), random);
        let right = orthonormal(d, k, random);
        let modes = sigma.iter().zip(optima);
        let modes: Vec<_> = modes.map(|(&sigma, w)| SingularMode { sigma, target: sigma * w }).collect();
        let sigma = Array2::from_diag(&ArrayView1::from(sigma));
        let along: Array1<f64> =
            modes.iter().map(|mode| mode.target).chain(has_residual.then_some(modes[0].sigma)).collect();
        let features = left.slice(s![.., ..k]).dot(&sigma).dot(&right.t());
        Self { features, targets: left.dot(&along), right, modes }
    }

    /// The squared error over the examples.
    pub(super) fn loss(&self) -> SquaredError {
        SquaredError::new((&self.features, &self.targets)).expect("the examples are finite and not empty")
    }

    /// The weight along each right singular vector.
    pub(super) fn along(&self, w: &[f64]) -> Array1<f64> {
        self.right.t().dot(&ArrayView1::from(w))
    }

    /// The weights with these coordinates along the right singular vectors.
    pub(super) fn combine(&self, weight: impl Fn(SingularMode) -> f64) -> Array1<f64> {
        self.right.dot(&self.modes.iter().map(|&mode| weight(mode)).collect::<Array1<f64>>())
    }

    /// The norm of the part of `w` outside of the row space of `X`.
    pub(super) fn outside(&self, w: &[f64]) -> f64 {
        distance(w, self.right.dot(&self.along(w)).iter())
    }
}

/// The Euclidean distance of two vectors.
pub(super) fn distance<'a>(a: &[f64], b: impl IntoIterator<Item = &'a f64>) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// Independent standard normal numbers.
pub(super) fn normal(count: usize, random: &mut StdRng) -> Vec<f64> {
    (0..count).map(|_| StandardNormal.sample(random)).collect()
}

/// The random numbers of a seed.
pub(super) fn random(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// `columns` orthonormal vectors with `rows` elements each, uniformly distributed.
fn orthonormal(rows: usize, columns: usize, random: &mut StdRng) -> Array2<f64> {
    let q = HouseholderQr::new(normal(rows * columns, random), rows, columns).orthonormal();
    Array2::from_shape_vec((rows, columns), q).expect("one element per row and column")
}
