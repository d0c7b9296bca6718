//! The network that is trained, and its steps: what the fit loop of a trainer does, on synthetic data.

use super::synthetic;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wengert::data::Targets;
use wengert::nn::{Architecture, MlpModule, TargetBatch};
use wengert::prelude::*;
use wengert::train::Strategy;

/// Which network, on what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting<'a> {
    /// Inputs first, classes last.
    pub(crate) widths: &'a [usize],
    /// Examples a step.
    pub(crate) batch: usize,
    pub(crate) seed: u64,
    pub(crate) strategy: Strategy,
}

impl Setting<'_> {
    /// The numbers in the weights, each of which costs six operations an example: two forward, four backward.
    pub(crate) fn weights(self) -> usize {
        self.widths.windows(2).map(|fan| fan[0] * fan[1]).sum()
    }

    /// The numbers in weights and biases.
    pub(crate) fn parameters(self) -> usize {
        self.weights() + self.widths[1..].iter().sum::<usize>()
    }

    /// The examples: all batches, one behind the other.
    pub(crate) fn examples<T: Real>(self) -> Examples<T> {
        let (width, classes) = (self.widths[0], self.widths[self.widths.len() - 1]);
        let (mut features, mut labels) = (Vec::new(), Vec::new());
        for batch in 0..synthetic::BATCHES {
            let (x, y) = synthetic::batch(self.seed, batch, self.batch, width, classes);
            features.extend(x.into_iter().map(|x| T::literal(x.into())));
            labels.extend(y);
        }
        let targets = Targets::Classes { labels, classes };
        let data = Dataset::new("synthetic", features, width, targets);
        let data = data.expect("the data are finite and the labels are classes");
        Examples { order: (0..data.examples()).collect(), data, batch: self.batch }
    }

    /// The parameters that training starts from: biases of 0.
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

/// What is trained on, and in which order.
pub(crate) struct Examples<T> {
    data: Dataset<T>,
    /// The rows of the data, batch by batch.
    order: Vec<usize>,
    /// How many a batch has.
    batch: usize,
}

impl<T> Examples<T> {
    /// The batch of this step; after the last, they begin again.
    fn batch(&self, step: usize) -> Batch<'_, T> {
        let first = step % synthetic::BATCHES * self.batch;
        Batch { data: &self.data, indices: &self.order[first..][..self.batch] }
    }
}

/// A network in training.
pub(crate) struct Training<'a, T: Real> {
    model: Model<MlpModule>,
    params: Params<T>,
    backprop: Backprop<T>,
    optimizer: Box<dyn Optimizer<T>>,
    examples: &'a Examples<T>,
    steps: usize,
}

impl<'a, T: Real> Training<'a, T> {
    /// Before the first step. The examples are those of the setting.
    pub(crate) fn new(
        setting: Setting<'_>,
        optimizer: Box<dyn Optimizer<T>>,
        examples: &'a Examples<T>,
    ) -> Self {
        let model = Mlp::new(setting.widths).into_model();
        let params = setting.params(&model);
        let backprop = Backprop::for_training(setting.seed).strategy(setting.strategy);
        Self { model, params, backprop, optimizer, examples, steps: 0 }
    }

    /// The next step; its mean loss, before the parameters were moved. A function of its own in the program too, so that profilers
    /// find it.
    #[inline(never)]
    pub(crate) fn step(&mut self) -> f64 {
        let loss = self.find_gradient();
        self.update();
        loss
    }

    /// The next step: how long forward and backward take, and how long the update.
    pub(crate) fn timed_step(&mut self) -> [Duration; 2] {
        let begin = Instant::now();
        self.find_gradient();
        let between = Instant::now();
        self.update();
        [between - begin, between.elapsed()]
    }

    fn find_gradient(&mut self) -> f64 {
        let batch = self.examples.batch(self.steps);
        self.backprop.value_and_grad(self.model.module(), &CrossEntropy, &self.params, batch)
    }

    fn update(&mut self) {
        self.optimizer.step(self.params.values_mut(), self.backprop.gradient());
        self.backprop.update_statistics(&mut self.params);
        self.steps += 1;
    }

    /// How long forward and backward take for a whole batch on one tape and one thread, the parameters staying as they are.
    pub(crate) fn passes(&self, tape: &mut ArrayTape<T>, gradient: &mut [T]) -> [Duration; 2] {
        let begin = Instant::now();
        let Batch { data, indices } = self.examples.batch(0);
        let (rows, width) = (indices.len(), data.width());
        let Targets::Classes { labels, .. } = data.targets() else {
            unreachable!("the synthetic data are classes")
        };
        let params = self.params.bind(tape);
        let x = tape.constant_from(&[rows, width], |buffer| {
            indices.iter().for_each(|&row| buffer.extend_from_slice(data.row(row)));
        });
        let outputs = self.model.module().forward(&params, x);
        let total = CrossEntropy.total(outputs, TargetBatch::Classes(&labels[..rows]));
        let between = Instant::now();
        total.gradient_into(T::literal(1.0 / rows as f64), gradient);
        let passes = [between - begin, between.elapsed()];
        tape.clear();
        passes
    }
}
