//! Gradient descent on a network with one input, one hidden ReLU layer and one output, with the positions of
//! its corners.

use super::curves::{column, examples, outputs};
use crate::relu_corners::relu_corners;
use std::sync::Arc;
use wengert_nn::{Architecture, Bias, HalfSquared, Mlp, MlpModule, Model, Params};
use wengert_optim::Sgd;
use wengert_train::Training;

/// The number of recorded steps after the start.
const RECORDED: u32 = 72;
/// A larger parameter means that training has diverged.
const DIVERGED: f64 = 1e9;

/// A training run.
pub(super) struct Course {
    pub(super) model: Model<MlpModule>,
    pub(super) units: usize,
    /// The places of the examples.
    pub(super) x: Vec<f64>,
    /// The steps after which the parameters were recorded: more of the early ones.
    pub(super) recorded: Vec<u32>,
    /// The positions of the corners at each recorded step; NaN for a unit without a corner.
    pub(super) positions: Vec<Vec<f64>>,
    values: Vec<Vec<f64>>,
    /// The loss before the first step and after the last.
    pub(super) losses: [f64; 2],
    /// The step at which the run diverged.
    pub(super) diverged: Option<u32>,
    /// What the rescaling symmetry makes the gradients keep.
    pub(super) balance: Balance,
}

/// Trains a network with standard normal biases on `(x, y)` by full-batch gradient descent on half of the
/// mean squared error.
pub(super) fn train((x, y): (Vec<f64>, Vec<f64>), units: usize, rate: f64, steps: u32, seed: u64) -> Course {
    let mlp = Mlp::new([1, units, 1]).bias(Bias::Random(1.0));
    let data = examples(&x, &y);
    let all: Vec<usize> = (0..x.len()).collect();
    let mut training = Training::new(mlp.clone(), HalfSquared, Sgd::new(rate)).seed(seed);
    let (losses, balance) = ([f64::NAN; 2], Balance::new(training.params().values(), units));
    let (recorded, positions, values) = (Vec::new(), Vec::new(), Vec::new());
    let model = mlp.into_model();
    let mut course = Course { model, units, x, recorded, positions, values, losses, diverged: None, balance };
    let wanted: Vec<u32> = (0..=RECORDED)
        .map(|i| (f64::from(steps) * (f64::from(i) / f64::from(RECORDED)).powi(2)) as u32)
        .collect();
    for step in 0..=steps {
        if wanted.contains(&step) {
            course.record(step, training.params());
        }
        let loss = training.compute_gradient(&data.batch(&all));
        course.losses[usize::from(step > 0)] = loss;
        let values = training.params().values();
        if !loss.is_finite() || values.iter().any(|value| value.is_nan() || value.abs() > DIVERGED) {
            course.diverged = Some(step);
            break;
        }
        if step < steps {
            course.balance.add(values, training.gradient(), rate);
            training.apply_gradient();
        }
    }
    course.balance.finish(training.params().values());
    course
}

impl Course {
    fn record(&mut self, step: u32, params: &Params<f64>) {
        let corners = relu_corners(params, "hidden.0");
        self.recorded.push(step);
        self.positions.push(corners.iter().map(|corner| corner.position.unwrap_or(f64::NAN)).collect());
        self.values.push(params.values().to_vec());
    }

    /// The number of recorded steps less one.
    pub(super) fn last(&self) -> usize {
        self.positions.len() - 1
    }

    /// The parameters at a recorded step.
    pub(super) fn params(&self, at: usize) -> Params<f64> {
        Params::new(Arc::new(self.model.layout().clone()), self.values[at].clone())
    }

    /// The outputs of the network at a recorded step.
    pub(super) fn outputs(&self, at: usize, x: &[f64]) -> Vec<f64> {
        outputs(self.model.module(), &self.params(at), &column(x))
    }

    /// The range of the examples.
    pub(super) fn range(&self) -> [f64; 2] {
        [self.x[0], self.x[self.x.len() - 1]]
    }

    /// The corners within the range of the examples at a recorded step, with the outputs there.
    pub(super) fn visible(&self, at: usize) -> (Vec<f64>, Vec<f64>) {
        let [low, high] = self.range();
        let places: Vec<f64> =
            self.positions[at].iter().copied().filter(|x| (low..=high).contains(x)).collect();
        let heights = if places.is_empty() { Vec::new() } else { self.outputs(at, &places) };
        (places, heights)
    }

    /// The positions of each unit against the step, while they are within the range of the examples.
    pub(super) fn tracks(&self) -> Vec<Vec<[f64; 2]>> {
        let [low, high] = self.range();
        let mut tracks = Vec::new();
        for unit in 0..self.units {
            let points =
                self.recorded.iter().zip(&self.positions).map(|(&step, all)| [f64::from(step), all[unit]]);
            let points: Vec<[f64; 2]> = points.collect();
            let inside = points.split(|point| !(low..=high).contains(&point[1]));
            tracks.extend(inside.filter(|run| !run.is_empty()).map(<[_]>::to_vec));
        }
        tracks
    }
}

/// The consequences of the symmetry `(w, b, v) -> (c w, c b, v / c)`: the gradients of each unit satisfy
/// `w g_w + b g_b = v g_v`, so a step changes `w^2 + b^2 - v^2` by `rate^2 (g_w^2 + g_b^2 - g_v^2)` exactly.
pub(super) struct Balance {
    units: usize,
    start: Vec<f64>,
    drift: Vec<f64>,
    /// The largest `|w g_w + b g_b - v g_v|` of all units and steps, as a share of the largest product of the
    /// sizes of parameters and gradients.
    pub(super) imbalance: f64,
    largest: f64,
    /// The largest difference of all units between the change of `w^2 + b^2 - v^2` and its explanation.
    pub(super) error: f64,
    /// The sum of all squares that are added up.
    pub(super) scale: f64,
}

/// `(w, b, v)` of a unit, or their gradients.
fn of_unit(values: &[f64], unit: usize, units: usize) -> [f64; 3] {
    [unit, units + unit, 2 * units + unit].map(|i| values[i])
}

fn excess([w, b, v]: [f64; 3]) -> f64 {
    w * w + b * b - v * v
}

impl Balance {
    fn new(values: &[f64], units: usize) -> Self {
        let start = (0..units).map(|unit| excess(of_unit(values, unit, units))).collect();
        Self {
            units,
            start,
            drift: vec![0.0; units],
            imbalance: 0.0,
            largest: f64::MIN_POSITIVE,
            error: 0.0,
            scale: 1.0,
        }
    }

    fn add(&mut self, values: &[f64], gradient: &[f64], rate: f64) {
        for unit in 0..self.units {
            let (own, slopes) = (of_unit(values, unit, self.units), of_unit(gradient, unit, self.units));
            self.drift[unit] += rate * rate * excess(slopes);
            let products: [f64; 3] = std::array::from_fn(|i| own[i] * slopes[i]);
            // The gradients are sums over examples that cancel where training converges, so the rounding is
            // that of earlier, larger ones.
            let sizes =
                own.iter().map(|x| x.abs()).sum::<f64>() * slopes.iter().map(|g| g.abs()).sum::<f64>();
            self.largest = self.largest.max(sizes);
            self.imbalance = self.imbalance.max((products[0] + products[1] - products[2]).abs());
            self.scale += own.iter().map(|x| x * x).sum::<f64>();
        }
    }

    fn finish(&mut self, values: &[f64]) {
        self.imbalance /= self.largest;
        let units = self.units;
        let error = |unit: usize| excess(of_unit(values, unit, units)) - self.start[unit] - self.drift[unit];
        self.error = (0..units).map(|unit| error(unit).abs()).fold(0.0, f64::max);
    }
}
