//! A network in training on synthetic data: what the fit loop of a trainer does in each step.

use crate::synthetic;
use crate::workloads::Task;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wengert::data::Targets;
use wengert::nn::{Architecture, Layout, MeanSquared, MlpModule, TargetBatch};
use wengert::prelude::*;
use wengert::train::Strategy;

/// The network, its batches and how a step is divided among threads.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// What the network computes.
    pub task: Task,
    /// The number of inputs, the widths of the hidden layers, and the number of outputs.
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
        let (width, outputs) = (self.widths[0], self.widths[self.widths.len() - 1]);
        let (mut features, mut labels) = (Vec::<f32>::new(), Vec::new());
        for batch in 0..synthetic::BATCHES {
            let (x, y) = synthetic::batch(self.seed, batch, self.batch, width, outputs);
            features.extend(x);
            labels.extend(y);
        }
        let convert = |x: f64| T::literal(x);
        let targets = match self.task {
            Task::Classification => Targets::Classes { labels, classes: outputs },
            Task::Regression => {
                let sines = features.iter().map(|&x| f64::from(x).sin());
                Targets::Values { values: sines.map(convert).collect(), width }
            }
        };
        let features = features.into_iter().map(|x| convert(x.into())).collect();
        let data = Dataset::new("synthetic", features, width, targets);
        let data = data.expect("the data are finite and the labels are classes");
        Examples { order: (0..data.examples()).collect(), data, batch: self.batch }
    }

    /// The initial parameters; the biases are 0.
    fn params<T: Real>(self, layout: &Layout) -> Params<T> {
        let mut values = Vec::with_capacity(self.parameters());
        for (layer, fan) in self.widths.windows(2).enumerate() {
            let weights = synthetic::weights(self.seed, layer, fan[0], fan[1]);
            values.extend(weights.into_iter().map(|value| T::literal(value.into())));
            values.extend(std::iter::repeat_n(T::literal(0.0), fan[1]));
        }
        Params::new(Arc::new(layout.clone()), values)
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

/// The training of a module with a loss.
type Of<M, L, T> = wengert::train::Training<M, L, Box<dyn Optimizer<T>>, T>;

/// The training of a network of each task.
enum Network<T: Real> {
    Classifier(Of<MlpModule, CrossEntropy, T>),
    Regression(Of<MlpModule<Tanh>, MeanSquared, T>),
}

/// Evaluates an expression on the training of either network.
macro_rules! on_each {
    ($network:expr, $training:ident => $value:expr) => {
        match $network {
            Network::Classifier($training) => $value,
            Network::Regression($training) => $value,
        }
    };
}

/// A network in training.
pub struct Training<'a, T: Real> {
    network: Network<T>,
    examples: &'a Examples<T>,
    steps: usize,
}

impl<'a, T: Real> Training<'a, T> {
    /// The state before the first step. The examples are those of the setting.
    ///
    /// # Panics
    /// If the task is regression, and there are not as many outputs as inputs.
    pub fn new(setting: Setting<'_>, optimizer: Box<dyn Optimizer<T>>, examples: &'a Examples<T>) -> Self {
        let mlp = Mlp::new(setting.widths);
        let network = match setting.task {
            Task::Classification => {
                Network::Classifier(begin(setting, mlp.into_model(), CrossEntropy, optimizer))
            }
            Task::Regression => {
                let model = mlp.activation(Tanh).into_model();
                Network::Regression(begin(setting, model, MeanSquared, optimizer))
            }
        };
        Self { network, examples, steps: 0 }
    }

    /// Takes one step and returns the mean loss of its batch, computed before the update.
    // Never inlined, so that profilers find it by name.
    #[inline(never)]
    pub fn step(&mut self) -> f64 {
        let batch = self.examples.batch(self.steps);
        self.steps += 1;
        on_each!(&mut self.network, training => training.step(&batch))
    }

    /// Takes one step; returns the time of the forward and backward pass, and the time of the update.
    pub fn timed_step(&mut self) -> [Duration; 2] {
        let batch = self.examples.batch(self.steps);
        self.steps += 1;
        on_each!(&mut self.network, training => {
            let begin = Instant::now();
            training.compute_gradient(&batch);
            let between = Instant::now();
            training.apply_gradient();
            [between - begin, between.elapsed()]
        })
    }

    /// The times of the forward and of the backward pass for the first batch, on one tape and one
    /// thread. The parameters do not change.
    ///
    /// `gradient` receives the gradient of the mean loss.
    pub fn time_passes(&self, tape: &mut ArrayTape<T>, gradient: &mut [T]) -> [Duration; 2] {
        let batch = self.examples.batch(0);
        match &self.network {
            Network::Classifier(training) => time_passes(training, &CrossEntropy, batch, tape, gradient),
            Network::Regression(training) => time_passes(training, &MeanSquared, batch, tape, gradient),
        }
    }
}

/// The state of a training before the first step.
fn begin<M: Module<T>, L: Loss<T>, T: Real>(
    setting: Setting<'_>,
    model: Model<M>,
    loss: L,
    optimizer: Box<dyn Optimizer<T>>,
) -> Of<M, L, T> {
    let params = setting.params(model.layout());
    let training = wengert::train::Training::new(model, loss, optimizer);
    training.seed(setting.seed).strategy(setting.strategy).start_from(params)
}

fn time_passes<M: Module<T>, L: Loss<T>, T: Real>(
    training: &Of<M, L, T>,
    loss: &L,
    Batch { data, indices }: Batch<'_, T>,
    tape: &mut ArrayTape<T>,
    gradient: &mut [T],
) -> [Duration; 2] {
    let begin = Instant::now();
    let (rows, width) = (indices.len(), data.width());
    let params = training.params().bind_for_evaluation(tape);
    let x = tape.constant_from(&[rows, width], |buffer| {
        indices.iter().for_each(|&row| buffer.extend_from_slice(data.row(row)));
    });
    let outputs = training.model().module().forward(&params, x);
    // The rows of the batch are the first ones.
    let targets = match data.targets() {
        Targets::Classes { labels, .. } => TargetBatch::Classes(&labels[..rows]),
        Targets::Values { values, width } => {
            let shape = [rows, *width];
            TargetBatch::Values(
                tape.constant_from(&shape, |to| to.extend_from_slice(&values[..rows * width])),
            )
        }
    };
    let total = loss.total(outputs, targets);
    let between = Instant::now();
    total.gradient_into(T::literal(1.0 / rows as f64), gradient);
    let passes = [between - begin, between.elapsed()];
    tape.clear();
    passes
}
