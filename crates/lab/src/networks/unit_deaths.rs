//! Training with a record of which units are dead.

use ndarray::Array2;
use wengert_data::Dataset;
use wengert_nn::diagnostics::relu_activity;
use wengert_nn::{CrossEntropy, Layout, Mlp};
use wengert_optim::Optimizer;
use wengert_train::Training;

/// Which units of two hidden layers are dead before each step and after the last.
pub(super) struct Deaths {
    /// For each time and layer, whether each unit is dead.
    dead: Vec<[Vec<bool>; 2]>,
    /// For each time, the shares of units of the two layers that are always on.
    pub(super) always_on: Vec<[f64; 2]>,
    /// The largest absolute derivative with respect to a weight or bias of a dead unit, or to a weight of its
    /// output.
    pub(super) largest_gradient: f64,
}

/// Trains a network with this number of units, for this number of steps, from this seed.
pub(super) fn observe(
    data: &Dataset<f64>,
    optimizer: impl Optimizer<f64>,
    (units, steps, seed): (usize, u32, u64),
) -> Deaths {
    let mlp = Mlp::new([data.width(), units, units, 2]);
    let mut training = Training::new(mlp, CrossEntropy, optimizer).seed(seed);
    let x = Array2::from_shape_vec((data.examples(), data.width()), data.features().to_vec());
    let x = x.expect("the features fill the rows");
    let all: Vec<usize> = (0..data.examples()).collect();
    let mut deaths = Deaths { dead: Vec::new(), always_on: Vec::new(), largest_gradient: 0.0 };
    for step in 0..=steps {
        let layers = relu_activity(training.model().module(), training.params(), &x);
        deaths.dead.push([0, 1].map(|layer| {
            let mut dead = vec![false; units];
            layers[layer].dead().into_iter().for_each(|unit| dead[unit] = true);
            dead
        }));
        deaths.always_on.push([0, 1].map(|layer| layers[layer].always_on_share()));
        if step < steps {
            training.compute_gradient(&data.batch(&all));
            let largest = deaths.largest(training.params().layout(), training.gradient());
            deaths.largest_gradient = deaths.largest_gradient.max(largest);
            training.apply_gradient();
        }
    }
    deaths
}

impl Deaths {
    /// The largest absolute derivative with respect to a parameter of a unit that is dead now.
    fn largest(&self, layout: &Layout, gradient: &[f64]) -> f64 {
        let of = |name: &str| {
            let entry = layout.find(name).expect("the network has two hidden layers");
            &gradient[entry.range.clone()]
        };
        let now = &self.dead[self.dead.len() - 1];
        let names = [("hidden.0", "hidden.1.weight"), ("hidden.1", "out.weight")];
        let mut largest = 0.0_f64;
        for ((name, next), dead) in names.into_iter().zip(now) {
            let (weight, bias, outputs) =
                (of(&format!("{name}.weight")), of(&format!("{name}.bias")), of(next));
            let units = dead.len();
            for unit in (0..units).filter(|&unit| dead[unit]) {
                let row = outputs.len() / units;
                let incoming = weight.iter().skip(unit).step_by(units).chain([&bias[unit]]);
                let all = incoming.chain(&outputs[unit * row..(unit + 1) * row]);
                largest = all.map(|g| g.abs()).fold(largest, f64::max);
            }
        }
        largest
    }

    /// The share of units of a layer that are dead before a step.
    pub(super) fn share(&self, layer: usize, at: usize) -> f64 {
        let dead = &self.dead[at][layer];
        dead.iter().filter(|&&dead| dead).count() as f64 / dead.len() as f64
    }

    /// The units that are dead at some time, each with the times from which and up to which it is.
    pub(super) fn times(&self, layer: usize) -> Vec<Vec<(u32, u32)>> {
        let of_unit = |unit: usize| {
            let mut times: Vec<(u32, u32)> = Vec::new();
            for (at, _) in self.dead.iter().enumerate().filter(|(_, dead)| dead[layer][unit]) {
                let at = at as u32;
                match times.last_mut() {
                    Some((_, to)) if *to + 1 == at => *to = at,
                    _ => times.push((at, at)),
                }
            }
            times
        };
        (0..self.dead[0][layer].len()).map(of_unit).filter(|times| !times.is_empty()).collect()
    }

    /// The number of units that are dead at some time.
    pub(super) fn ever_dead(&self, layer: usize) -> usize {
        self.times(layer).len()
    }

    /// The number of these that are not dead at a later time.
    pub(super) fn revived(&self, layer: usize) -> usize {
        let end = self.dead.len() as u32 - 1;
        self.times(layer).iter().filter(|times| times.len() > 1 || times[0].1 < end).count()
    }
}
