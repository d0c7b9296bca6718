//! Batched backprop in parallel, to the same bits on any number of threads.
//!
//! A batch is cut into shards, each with its own tape and its own gradient, all of which are used again in the next
//! step. How many shards there are depends on the size of the work alone, and their gradients are added over a fixed
//! tree, so that the result does not depend on which thread did what.

use crate::evaluate::hits;
use wengert_ad::{ArrayTape, Element, Real};
use wengert_data::{Dataset, Targets as DataTargets};
use wengert_nn::{Loss, Module, Params, Targets};

/// Work in floating-point operations below which a step runs as one shard: about what it takes to wake a thread.
const SERIAL_WORK: usize = 2_000_000;
/// The number of shards of larger steps; a power of two, so that the tree is balanced.
const SHARDS: usize = 4;

/// The examples of one step: rows of a data set, by index.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a, T> {
    /// Where the rows are taken from.
    pub data: &'a Dataset<T>,
    /// Which rows, in order.
    pub indices: &'a [usize],
}

/// What one pass over a batch found.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Totals {
    /// The sum of the losses of the examples.
    pub(crate) loss: f64,
    /// The number of examples whose largest output is their class.
    pub(crate) hits: usize,
}

impl std::ops::Add for Totals {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { loss: self.loss + other.loss, hits: self.hits + other.hits }
    }
}

/// The gradient of a mean loss over batches, computed by several threads.
///
/// Holds tapes and gradients from step to step: a steady step allocates nothing. Runs on the rayon pool it is called
/// in.
#[derive(Debug, Default)]
pub struct Backprop<T: Element = f32> {
    shards: Vec<Shard<T>>,
}

#[derive(Debug)]
struct Shard<T: Element> {
    tape: ArrayTape<T>,
    gradient: Vec<T>,
    labels: Vec<u32>,
    totals: Totals,
}

impl<T: Real> Backprop<T> {
    /// Nothing allocated yet.
    pub fn new() -> Self {
        Self { shards: Vec::new() }
    }

    /// The mean loss over the batch; its gradient by the parameters is then in [`gradient`](Self::gradient).
    ///
    /// # Panics
    /// If the batch is empty, or if module, loss and data do not fit together.
    pub fn value_and_grad(
        &mut self,
        module: &impl Module<T>,
        loss: &impl Loss<T>,
        params: &Params<T>,
        batch: Batch<'_, T>,
    ) -> f64 {
        self.totals(module, loss, params, batch).loss / batch.indices.len() as f64
    }

    pub(crate) fn totals(
        &mut self,
        module: &impl Module<T>,
        loss: &impl Loss<T>,
        params: &Params<T>,
        batch: Batch<'_, T>,
    ) -> Totals {
        let rows = batch.indices.len();
        assert!(rows > 0, "backprop: an empty batch has no mean loss");
        let shards = shard_count(rows, params.len());
        if self.shards.len() < shards {
            self.shards.resize_with(shards, Shard::new);
        }
        let factor = T::literal(1.0 / rows as f64);
        let job = Job { module, loss, params, factor };
        pull_back(&mut self.shards[..shards], batch, &job);
        self.shards[0].totals
    }

    /// The gradient of the last mean loss, laid out as the parameters.
    pub fn gradient(&self) -> &[T] {
        self.shards.first().map_or(&[], |shard| &shard.gradient)
    }
}

/// The number of shards a step is cut into, of `6 x weights x rows` operations: two passes of gemm back and one forward.
pub(crate) fn shard_count(rows: usize, parameters: usize) -> usize {
    if 6 * rows * parameters < SERIAL_WORK { 1 } else { SHARDS.min(rows) }
}

struct Job<'a, M, L, T> {
    module: &'a M,
    loss: &'a L,
    params: &'a Params<T>,
    factor: T,
}

/// Runs the batch on the shards and leaves the sum of their gradients in the first.
fn pull_back<T: Real, M: Module<T>, L: Loss<T>>(
    shards: &mut [Shard<T>],
    batch: Batch<'_, T>,
    job: &Job<'_, M, L, T>,
) {
    if let [shard] = shards {
        return shard.run(batch, job);
    }
    let count = shards.len();
    let (left, right) = shards.split_at_mut(count / 2);
    let (first, second) = batch.indices.split_at(batch.indices.len() * left.len() / count);
    rayon::join(
        || pull_back(left, Batch { indices: first, ..batch }, job),
        || pull_back(right, Batch { indices: second, ..batch }, job),
    );
    left[0].absorb(&right[0]);
}

impl<T: Real> Shard<T> {
    fn new() -> Self {
        Self { tape: ArrayTape::new(), gradient: Vec::new(), labels: Vec::new(), totals: Totals::default() }
    }

    fn run<M: Module<T>, L: Loss<T>>(&mut self, batch: Batch<'_, T>, job: &Job<'_, M, L, T>) {
        let params = job.params.bind(&self.tape);
        let (outputs, total) = forward(&self.tape, job.module, job.loss, &params, batch, &mut self.labels);
        self.gradient.resize(job.params.len(), T::literal(0.0));
        total.gradient_into(job.factor, &mut self.gradient);
        self.totals = Totals { loss: total.item().value(), hits: hits(outputs, &self.labels) };
        // The tape shares the parameters' buffer, and the optimizer is about to write to it.
        self.tape.clear();
    }

    fn absorb(&mut self, other: &Self) {
        wengert_ad::kernels::accumulate(&mut self.gradient, other.gradient.iter().copied());
        self.totals = self.totals + other.totals;
    }
}

/// The outputs for a batch and the sum of its losses. `labels` is a buffer for the classes of the batch; it stays empty
/// where the targets are values.
pub(crate) fn forward<'t, T: Real>(
    tape: &'t ArrayTape<T>,
    module: &impl Module<T>,
    loss: &impl Loss<T>,
    params: &wengert_nn::Bound<'t, T>,
    Batch { data, indices }: Batch<'_, T>,
    labels: &mut Vec<u32>,
) -> (wengert_ad::Tensor<'t, T>, wengert_ad::Tensor<'t, T>) {
    let rows_of = |width: usize, values: &[T]| {
        tape.constant_from(&[indices.len(), width], |buffer| {
            for &i in indices {
                buffer.extend_from_slice(&values[i * width..][..width]);
            }
        })
    };
    let outputs = module.forward(params, rows_of(data.width(), data.features()));
    labels.clear();
    let targets = match data.targets() {
        DataTargets::Classes { labels: all, .. } => {
            labels.extend(indices.iter().map(|&i| all[i]));
            Targets::Classes(labels)
        }
        DataTargets::Values { values, width } => Targets::Values(rows_of(*width, values)),
    };
    (outputs, loss.total(outputs, targets))
}
