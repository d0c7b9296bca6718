//! Functions of two variables that show how optimizers differ, and the paths of optimizers on them.

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};

use wengert_kernels::validate::assert_positive;
use wengert_optim::{AdaGrad, Adam, Optimizer, RmsProp, Sgd, trajectory};

/// A function of two variables that shows how optimizers differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Landscape {
    /// `(x^2 + kappa y^2) / 2`: a bowl of condition number `kappa`, with its minimum at the origin.
    Bowl {
        /// The ratio of the two curvatures.
        condition: f64,
    },
    /// `x^2 / 2 + y^4 / 4 - y^2 / 2`: a saddle at the origin, minima at `(0, -1)` and `(0, 1)`.
    Saddle,
    /// `(x^2 - 1)^2 / 4 + x / 10 + y^2 / 2`: a local minimum at `(0.9456, 0)` behind a barrier at
    /// `x = 0.1010`, and the lower one at `(-1.0467, 0)`.
    TwoWells,
}

impl Landscape {
    /// The value at a point.
    #[must_use]
    pub fn value(self, [x, y]: [f64; 2]) -> f64 {
        match self {
            Self::Bowl { condition } => 0.5 * (x * x + condition * y * y),
            Self::Saddle => 0.5 * x * x + 0.25 * y.powi(4) - 0.5 * y * y,
            Self::TwoWells => 0.25 * (x * x - 1.0).powi(2) + 0.1 * x + 0.5 * y * y,
        }
    }

    /// The gradient at a point.
    #[must_use]
    pub fn gradient(self, [x, y]: [f64; 2]) -> [f64; 2] {
        match self {
            Self::Bowl { condition } => [x, condition * y],
            Self::Saddle => [x, y.powi(3) - y],
            Self::TwoWells => [x * (x * x - 1.0) + 0.1, y],
        }
    }

    /// The start of a comparison: away from the minimum of the bowl, next to the ridge of the saddle, above
    /// the local minimum of the two wells.
    #[must_use]
    pub fn start(self) -> [f64; 2] {
        match self {
            Self::Bowl { .. } => [1.0, 1.0],
            Self::Saddle => [1.0, 1e-3],
            Self::TwoWells => [2.0, 0.5],
        }
    }
}

/// Noise that is added to each gradient: independent normal numbers with mean 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientNoise {
    /// The standard deviation of each number.
    pub deviation: f64,
    /// The seed of the random numbers, which are the same for every optimizer of a comparison.
    pub seed: u64,
}

/// The path of one optimizer on a landscape.
#[derive(Clone, Debug, PartialEq)]
pub struct OptimizerPath {
    /// The name of the optimizer: `"sgd"`, `"momentum"`, `"nesterov"`, `"adagrad"`, `"rmsprop"` or
    /// `"adam"`.
    pub optimizer: &'static str,
    /// The start and the point after each step.
    pub points: Vec<[f64; 2]>,
}

/// The paths of SGD, momentum, Nesterov, AdaGrad, RMSProp and Adam on one landscape, in that order: all
/// with the learning rate `rate`, momentum 0.9, and default settings otherwise.
///
/// ```
/// use wengert_lab::{Landscape, compare_optimizers};
///
/// let paths = compare_optimizers(Landscape::Saddle, 0.05, 100, None);
/// let momentum = &paths[1];
/// assert_eq!((momentum.optimizer, momentum.points.len()), ("momentum", 101));
/// ```
///
/// # Panics
/// If the rate or the deviation of the noise is not positive and finite.
#[must_use]
#[track_caller]
pub fn compare_optimizers(
    landscape: Landscape,
    rate: f64,
    steps: usize,
    noise: Option<GradientNoise>,
) -> Vec<OptimizerPath> {
    assert_positive("compare_optimizers: rate", rate);
    if let Some(GradientNoise { deviation, .. }) = noise {
        assert_positive("compare_optimizers: deviation of the noise", deviation);
    }
    let methods: [(_, Box<dyn Optimizer<f64>>); 6] = [
        ("sgd", Box::new(Sgd::new(rate))),
        ("momentum", Box::new(Sgd::new(rate).momentum(0.9))),
        ("nesterov", Box::new(Sgd::new(rate).momentum(0.9).nesterov())),
        ("adagrad", Box::new(AdaGrad::new(rate))),
        ("rmsprop", Box::new(RmsProp::new(rate))),
        ("adam", Box::new(Adam::new(rate))),
    ];
    methods
        .into_iter()
        .map(|(optimizer, mut method)| OptimizerPath {
            optimizer,
            points: path(landscape, &mut *method, steps, noise),
        })
        .collect()
}

fn path(
    landscape: Landscape,
    method: &mut dyn Optimizer<f64>,
    steps: usize,
    noise: Option<GradientNoise>,
) -> Vec<[f64; 2]> {
    let mut noise = noise.map(|noise| (noise.deviation, StdRng::seed_from_u64(noise.seed)));
    let slope = |at: &[f64], slope: &mut [f64]| {
        slope.copy_from_slice(&landscape.gradient([at[0], at[1]]));
        if let Some((deviation, random)) = &mut noise {
            slope.iter_mut().for_each(|g| {
                let z: f64 = StandardNormal.sample(random);
                *g += *deviation * z;
            });
        }
    };
    let visited = trajectory(method, slope, &landscape.start(), steps);
    visited.iter().map(|at| [at[0], at[1]]).collect()
}
