//! A network in training on synthetic data: what the fit loop of a trainer does in each step.

use crate::synthetic;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wengert::data::Targets;
use wengert::nn::{Architecture, MlpModule, TargetBatch};
use wengert::prelude::*;
use wengert::train::Strategy;

/// The network, its batches and how a step is divided among threads.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The number of inputs, the widths of the hidden layers, and the number of classes.
    pub widths: &'a [usize],
    /// Examples per step.
    pub batch: usize,
    /// Seed of the data and of the initial parameters.
    pub seed: u64,
    /// The division of a batch among threads.
    pub strategy: Strategy,
}

impl Setting<'_> {
    /// The number of weights. Each costs six operations per example: two in the forward pass, four
    /// in the backward pass.
    pub fn weights(self) -> usize {
        self.widths.windows(2).map(|fan| fan[0] * fan[1]).sum()
    }

    /// The number of weights and biases.
    pub fn parameters(self) -> usize {
        self.weights() + self.widths[1..].iter().sum::<usize>()
    }

    /// The examples of all batches.
    pub fn examples<T: Real>(self) -> Examples<T> {
        let (width, classes) = (self.widths[0], self.widths[self.widths.len() - 1]);
        let (mut features, mut labels) = (Vec::new(), Vec::new());
        for batch in 0..synthetic::BATCHES {
            let (x, y) = synthetic::batch(self.seed, batch, self.batch, width, classes);
            features.extend(x.into_iter().map(|x| T::literal(x.into())));
            labels.extend(y);
        }
        let data = Dataset::new("synthetic", features, width, Targets::Classes { labels, classes });
        let data = data.expect("the data are finite and the labels are classes");
        Examples { order: (0..data.examples()).collect(), data, batch: self.batch }
    }

    /// The initial parameters; the biases are 0.
    fn params<T: Real>(self, model: &Model<MlpModule>) -> Params<T> {
        let mut values = Vec::with_capacity(self.parameters());
        for (layer, fan) in self.widths.windows(2).enumerate() {
            let weights = synthetic::weights(self.seed, layer, fan[0], fan[1]);
            values.extend(weights.into_iter().map(|value| T::literal(value.into())));
            values.extend(std::iter::repeat_n(T::literal(0.0), fan[1]));
        }
        Params::new(Arc::new(model.layout().clone()), values)
    }
}

/// A data set and the order in which training goes through its rows.
#[derive(Debug)]
pub struct Examples<T> {
    data: Dataset<T>,
    /// Row indices, batch by batch.
    order: Vec<usize>,
    /// Examples per batch.
    batch: usize,
}

impl<T> Examples<T> {
    /// The batch of step number `step`, counted from 0. After the last batch, the first one follows again.
    fn batch(&self, step: usize) -> Batch<'_, T> {
        let first = step % synthetic::BATCHES * self.batch;
        Batch { data: &self.data, indices: &self.order[first..][..self.batch] }
    }
}

/// A network in training.
pub struct Training<'a, T: Real> {
    training: wengert::train::Training<MlpModule, CrossEntropy, Box<dyn Optimizer<T>>, T>,
    examples: &'a Examples<T>,
    steps: usize,
}

impl<'a, T: Real> Training<'a, T> {
    /// The state before the first step. The examples are those of the setting.
    pub fn new(setting: Setting<'_>, optimizer: Box<dyn Optimizer<T>>, examples: &'a Examples<T>) -> Self {
        let model = Mlp::new(setting.widths).into_model();
        let params = setting.params(&model);
        let training = wengert::train::Training::new(model, CrossEntropy, optimizer)
            .seed(setting.seed)
            .strategy(setting.strategy)
            .start_from(params);
        Self { training, examples, steps: 0 }
    }

    /// Takes one step and returns the mean loss of its batch, computed before the update.
    // Never inlined, so that profilers find it by name.
    #[inline(never)]
    pub fn step(&mut self) -> f64 {
        let batch = self.examples.batch(self.steps);
        self.steps += 1;
        self.training.step(&batch)
    }

    /// Takes one step; returns the time of the forward and backward pass, and the time of the update.
    pub fn timed_step(&mut self) -> [Duration; 2] {
        let batch = self.examples.batch(self.steps);
        self.steps += 1;
        let begin = Instant::now();
        self.training.compute_gradient(&batch);
        let between = Instant::now();
        self.training.apply_gradient();
        [between - begin, between.elapsed()]
    }

    /// The times of the forward and of the backward pass for the first batch, on one tape and one
    /// thread. The parameters do not change.
    ///
    /// `gradient` receives the gradient of the mean loss.
    pub fn time_passes(&self, tape: &mut ArrayTape<T>, gradient: &mut [T]) -> [Duration; 2] {
        let begin = Instant::now();
        let Batch { data, indices } = self.examples.batch(0);
        let (rows, width) = (indices.len(), data.width());
        let Targets::Classes { labels, .. } = data.targets() else {
            unreachable!("the synthetic targets are classes")
        };
        let params = self.training.params().bind_for_evaluation(tape);
        let x = tape.constant_from(&[rows, width], |buffer| {
            indices.iter().for_each(|&row| buffer.extend_from_slice(data.row(row)));
        });
        let outputs = self.training.model().module().forward(&params, x);
        let total = CrossEntropy.total(outputs, TargetBatch::Classes(&labels[..rows]));
        let between = Instant::now();
        total.gradient_into(T::literal(1.0 / rows as f64), gradient);
        let passes = [between - begin, between.elapsed()];
        tape.clear();
        passes
    }
}
