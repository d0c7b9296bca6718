//! Batched backprop in parallel, to the same bits on any number of threads.
//!
//! A batch is cut into shards, each with its own tape and its own gradient, all of which are used again in the next
//! step. How many shards there are depends on the size of the work alone, and their gradients are added over a fixed
//! tree, so that the result does not depend on which thread did what. A model with a layer that needs the whole batch, as
//! batch normalisation does, is trained in one shard.

use crate::attendance::Attendance;
use crate::evaluate::hits;
use crate::strategy::Strategy;
use wengert_ad::{ArrayTape, Element, Real};
use wengert_data::{Dataset, Targets};
use wengert_kernels::{accumulate, unrolled};
use wengert_nn::{Loss, Module, Params, Penalty, TargetBatch, TrainingPass};

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
    /// The number of examples whose outputs choose their class.
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
#[derive(Debug)]
pub struct Backprop<T: Element = f32> {
    shards: Vec<Shard<T>>,
    strategy: Strategy,
    attendance: Attendance,
    /// Of training passes: their seed, and the number of the next.
    training: Option<(u64, u64)>,
    penalty: Option<Penalty>,
}

#[derive(Debug)]
struct Shard<T: Element> {
    tape: ArrayTape<T>,
    gradient: Vec<T>,
    labels: Vec<u32>,
    totals: Totals,
    penalty: f64,
    /// The running statistics after the pass; empty if it did not change them.
    statistics: Vec<T>,
}

impl<T: Real> Default for Backprop<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Real> Backprop<T> {
    /// Of evaluation passes: no dropout, and batch normalisation with the running statistics. Nothing is allocated yet.
    pub fn new() -> Self {
        Self {
            shards: Vec::new(),
            strategy: Strategy::Automatic,
            attendance: Attendance::default(),
            training: None,
            penalty: None,
        }
    }

    /// Of training passes under this seed, the first of which is step 0.
    pub fn in_training(seed: u64) -> Self {
        Self { training: Some((seed, 0)), ..Self::new() }
    }

    /// The next pass is this step: it has the random draws of that step.
    pub fn set_step(&mut self, step: u64) {
        if let Some((_, next)) = &mut self.training {
            *next = step;
        }
    }

    /// How the work is divided among threads; automatic, unless said otherwise.
    ///
    /// # Panics
    /// If it is 0 shards.
    #[must_use]
    #[track_caller]
    pub fn strategy(self, strategy: Strategy) -> Self {
        assert!(strategy != Strategy::Shards(0), "backprop: a step needs at least 1 shard");
        Self { strategy, ..self }
    }

    /// Adds a penalty on the parameters to the mean loss.
    #[must_use]
    pub fn penalty(self, penalty: Penalty) -> Self {
        Self { penalty: Some(penalty), ..self }
    }

    /// The mean loss over the batch, and the penalty if there is one; the gradient of their sum by the parameters is then in
    /// [`gradient`](Self::gradient). A pass of training is the next step, and leaves running statistics behind, which
    /// [`update_statistics`](Self::update_statistics) takes over.
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
        let mean = self.totals(module, loss, params, batch, false).loss / batch.indices.len() as f64;
        mean + self.shards[0].penalty
    }

    /// As [`value_and_grad`](Self::value_and_grad), but the total. The hits are counted if `count_hits`, else 0.
    pub(crate) fn totals(
        &mut self,
        module: &impl Module<T>,
        loss: &impl Loss<T>,
        params: &Params<T>,
        batch: Batch<'_, T>,
        count_hits: bool,
    ) -> Totals {
        let rows = batch.indices.len();
        assert!(rows > 0, "backprop: an empty batch has no mean loss");
        let shards = self.strategy.shards(rows, params.layout(), self.training.is_some());
        if self.shards.len() < shards {
            self.shards.reserve_exact(shards - self.shards.len());
            self.shards.resize_with(shards, Shard::new);
        }
        if self.strategy.threads(rows, params.layout()) > 1 {
            self.attendance.begin_step();
        }
        let training = self.training.map(|(seed, step)| TrainingPass::new(seed, step));
        let penalty = self.penalty.as_ref();
        let job = Job { module, loss, params, rows, shards, training, penalty, count_hits };
        pull_back(&mut self.shards[..shards], batch, 0, &job);
        if let Some((_, step)) = &mut self.training {
            *step += 1;
        }
        self.shards[0].totals
    }

    /// Takes the running statistics of the last pass of training over into the parameters.
    ///
    /// # Panics
    /// If these are not the parameters of that pass.
    #[track_caller]
    pub fn update_statistics(&self, params: &mut Params<T>) {
        let Some(new) = self.shards.first().map(|shard| &shard.statistics).filter(|new| !new.is_empty())
        else {
            return;
        };
        let (have, want) = (new.len(), params.statistics().len());
        assert!(have == want, "update statistics: the pass had {have}, these parameters have {want}");
        params.statistics_mut().copy_from_slice(new);
    }

    /// The gradient of the last pass, laid out as the parameters; 0 for frozen ones.
    pub fn gradient(&self) -> &[T] {
        self.shards.first().map_or(&[], |shard| &shard.gradient)
    }

    /// The gradient of the last pass, to be clipped.
    pub fn gradient_mut(&mut self) -> &mut [T] {
        self.shards.first_mut().map_or(&mut [], |shard| &mut shard.gradient)
    }
}

struct Job<'a, M, L, T> {
    module: &'a M,
    loss: &'a L,
    params: &'a Params<T>,
    /// Of the whole batch.
    rows: usize,
    shards: usize,
    training: Option<TrainingPass>,
    penalty: Option<&'a Penalty>,
    count_hits: bool,
}

/// Runs the batch, whose first example is row `first_row` of the whole, on the shards and leaves the sum of their gradients
/// in the first.
fn pull_back<T: Real, M: Module<T>, L: Loss<T>>(
    shards: &mut [Shard<T>],
    batch: Batch<'_, T>,
    first_row: usize,
    job: &Job<'_, M, L, T>,
) {
    if let [shard] = shards {
        return shard.run(batch, first_row, job);
    }
    let count = shards.len();
    let (left, right) = shards.split_at_mut(count / 2);
    let (first, second) = batch.indices.split_at(batch.indices.len() * left.len() / count);
    rayon::join(
        || pull_back(left, Batch { indices: first, ..batch }, first_row, job),
        || pull_back(right, Batch { indices: second, ..batch }, first_row + first.len(), job),
    );
    left[0].absorb(&right[0]);
}

impl<T: Real> Shard<T> {
    fn new() -> Self {
        let (gradient, labels, statistics) = (Vec::new(), Vec::new(), Vec::new());
        let (totals, penalty) = (Totals::default(), 0.0);
        Self { tape: ArrayTape::new(), gradient, labels, totals, penalty, statistics }
    }

    fn run<M: Module<T>, L: Loss<T>>(
        &mut self,
        batch: Batch<'_, T>,
        first_row: usize,
        job: &Job<'_, M, L, T>,
    ) {
        let mut params = job.params.bind(&self.tape);
        if let Some(training) = job.training {
            let whole = job.shards == 1;
            params = params.in_training(if whole { training } else { training.part_from(first_row) });
        }
        let (outputs, total) = forward(&self.tape, job.module, job.loss, &params, batch, &mut self.labels);
        let hits = if job.count_hits { hits(outputs, &self.labels) } else { 0 };
        self.totals = Totals { loss: total.item().value(), hits };
        // The penalty counts once: with the first row.
        let penalty = job.penalty.filter(|_| first_row == 0).map(|penalty| penalty.value(&params));
        self.penalty = penalty.map_or(0.0, |penalty| penalty.item().value());
        let objective = penalty.map_or(total, |penalty| total + penalty * job.rows as f64);
        self.statistics.clear();
        if params.has_updates() {
            self.statistics.extend_from_slice(job.params.statistics());
            params.write_updates(&mut self.statistics);
        }
        let objective = objective.node();
        self.gradient.resize(job.params.len(), T::literal(0.0));
        // The tape is cleared with it: it shares the parameters' buffer, and the optimizer is about to write to that.
        self.tape.gradient_into_and_clear(objective, T::literal(1.0 / job.rows as f64), &mut self.gradient);
    }

    fn absorb(&mut self, other: &Self) {
        accumulate(&mut self.gradient, other.gradient.iter().copied());
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
        tape.constant_filled_by(&[indices.len(), width], |rows| gather(rows, width, indices, values))
    };
    let outputs = module.forward(params, rows_of(data.width(), data.features()));
    labels.clear();
    let targets = match data.targets() {
        Targets::Classes { labels: all, .. } => {
            labels.extend(indices.iter().map(|&i| all[i]));
            TargetBatch::Classes(labels)
        }
        Targets::Values { values, width } => TargetBatch::Values(rows_of(*width, values)),
    };
    (outputs, loss.total(outputs, targets))
}

/// Rows with more numbers together are gathered by two threads.
const GATHERED: usize = 1 << 15;

/// Copies the rows of these indices out of a table of this width.
fn gather<T: Real>(rows: &mut [T], width: usize, indices: &[usize], table: &[T]) {
    if rows.len() > GATHERED && indices.len() > 1 && rayon::current_thread_index().is_some() {
        let (first, second) = indices.split_at(indices.len() / 2);
        let (front, back) = rows.split_at_mut(first.len() * width);
        rayon::join(|| gather(front, width, first, table), || gather(back, width, second, table));
        return;
    }
    unrolled(
        width.max(1),
        #[inline(always)]
        |width| {
            for (row, &i) in rows.chunks_exact_mut(width).zip(indices) {
                row.copy_from_slice(&table[i * width..][..width]);
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_gathered_by_several_threads_are_the_rows_asked_for() {
        let (width, examples) = (100, 700);
        let table: Vec<f32> = (0..examples * width).map(|i| i as f32).collect();
        let indices: Vec<usize> = (0..examples).map(|i| (i * 37 + 5) % examples).collect();
        let expected: Vec<f32> =
            indices.iter().flat_map(|&i| &table[i * width..][..width]).copied().collect();
        assert!(expected.len() > 2 * GATHERED);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("threads start");
        let mut rows = vec![f32::NAN; expected.len()];
        pool.install(|| gather(&mut rows, width, &indices, &table));
        assert_eq!(rows, expected);
    }
}
