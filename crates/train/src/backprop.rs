//! Parallel backpropagation over batches.
//!
//! A batch is divided into shards. Each shard has its own tape and its own gradient, both reused in
//! the next step. The number of shards depends on the size of the work only, and their gradients
//! are summed over a fixed tree, so the result is the same, bit for bit, for any number of threads.
//! If the rows of a batch are not independent, as the layout of the model or the loss declares, the
//! batch stays in one shard.

use crate::batch::{ExampleBuffers, forward, gather, mean_weight};
use crate::keep_awake::KeepAwake;
use crate::metrics::{Totals, count_correct};
use crate::part_sums::{PartSums, add_gradients};
use crate::strategy::Strategy;
use std::mem::swap;
use wengert_ad::{ArrayTape, Element, Real};
use wengert_data::Batch;
use wengert_kernels::flush_subnormal;
use wengert_kernels::validate::assert_at_least_one;
use wengert_nn::{Loss, Module, Params, Penalty, TrainingPass};

/// Computes the mean loss over a batch and its gradient with respect to the parameters, on several threads.
///
/// Keeps its tapes and gradients between steps: after the first steps, a step allocates nothing.
/// Runs on the rayon pool in which it is called.
///
/// This computes gradients only. For steps of an optimizer, use [`Training`](crate::Training), which
/// also keeps frozen parameters where they are and updates running statistics.
///
/// ```
/// use wengert_data::moons;
/// use wengert_nn::{Architecture, CrossEntropy, Mlp};
/// use wengert_train::Backprop;
///
/// let data = moons(200, 0.1, 7);
/// let model = Mlp::new([2, 16, 2]).into_model();
/// let params = model.layout().initialise::<f32>(7);
/// let mut backprop = Backprop::for_evaluation();
/// let loss = backprop.value_and_grad(model.module(), &CrossEntropy, &params, data.batch(&[0, 7, 41]));
/// assert!(loss.is_finite() && backprop.gradient().len() == params.len());
/// ```
#[derive(Debug)]
pub struct Backprop<T: Element = f32> {
    shards: Vec<Shard<T>>,
    strategy: Strategy,
    /// The largest number of rows that are computed at a time.
    part_rows: usize,
    /// The sums of the gradients of the parts of a batch.
    parts: PartSums<T>,
    keep_awake: KeepAwake,
    /// In training mode: the seed, and the number of the next step.
    training: Option<(u64, u64)>,
    penalty: Option<Penalty>,
}

#[derive(Debug)]
struct Shard<T: Element> {
    tape: ArrayTape<T>,
    gradient: Vec<T>,
    examples: ExampleBuffers,
    /// The sum of the losses, and of the correct examples, with weights relative to the mean weight.
    sums: [f64; 2],
    penalty: f64,
    /// The running statistics after the pass; empty if the pass did not change them.
    statistics: Vec<T>,
}

impl<T: Real> Backprop<T> {
    /// Creates a `Backprop` in evaluation mode: without dropout, and with the running statistics in
    /// batch normalisation. For gradients of the model as it predicts, not for training.
    pub fn for_evaluation() -> Self {
        Self {
            shards: Vec::new(),
            strategy: Strategy::Automatic,
            part_rows: usize::MAX,
            parts: PartSums::default(),
            keep_awake: KeepAwake::default(),
            training: None,
            penalty: None,
        }
    }

    /// Creates a `Backprop` in training mode. The random numbers of a step, as dropout needs them,
    /// depend on the seed and on the number of the step only; the first step is step 0.
    pub fn for_training(seed: u64) -> Self {
        Self { training: Some((seed, 0)), ..Self::for_evaluation() }
    }

    /// Sets the number of the next step, to repeat a step or to continue a training run. Has no
    /// effect in evaluation mode.
    pub fn set_step(&mut self, step: u64) {
        if let Some((_, next)) = &mut self.training {
            *next = step;
        }
    }

    /// Sets how a step is divided among threads; [`Strategy::Automatic`] by default.
    ///
    /// # Panics
    /// If the strategy is 0 shards.
    #[must_use]
    #[track_caller]
    pub fn strategy(self, strategy: Strategy) -> Self {
        strategy.assert_valid("backprop");
        Self { strategy, ..self }
    }

    /// Computes batches of more than `rows` examples in parts of that many, which need the memory of one
    /// part. The gradient is that of the whole batch, up to rounding, with the same random numbers.
    /// Layers and losses that [mix rows](wengert_nn::RowMixing) see each part by itself; running statistics
    /// follow the last one.
    ///
    /// The gradients of the parts are added in a fixed tree: with one shard per part, a power of two of parts
    /// gives the same bits as the same number of [shards](Strategy::Shards).
    ///
    /// # Panics
    /// If `rows` is 0.
    #[must_use]
    #[track_caller]
    pub fn part_rows(self, rows: usize) -> Self {
        assert_at_least_one("backprop: the number of rows of a part", rows as u64);
        Self { part_rows: rows, ..self }
    }

    /// Adds a penalty on the parameters to the mean loss.
    #[must_use]
    pub fn penalty(self, penalty: Penalty) -> Self {
        Self { penalty: Some(penalty), ..self }
    }

    /// Returns the mean loss over the batch, `sum w_i l_i / sum w_i` if the examples have
    /// [weights](wengert_data::Dataset::weights), plus the penalty, and stores its gradient with respect
    /// to the parameters, which [`gradient`](Self::gradient) returns. In training mode, also stores
    /// the new running statistics, which [`update_statistics`](Self::update_statistics) writes to
    /// the parameters, and moves on to the next step.
    ///
    /// # Panics
    /// If the batch is empty, or if the shapes of module, loss and data do not match.
    #[track_caller]
    pub fn value_and_grad(
        &mut self,
        module: &impl Module<T>,
        loss: &impl Loss<T>,
        params: &Params<T>,
        batch: Batch<'_, T>,
    ) -> f64 {
        self.totals(module, loss, params, batch, false).mean_loss() + self.shards[0].penalty
    }

    /// As [`value_and_grad`](Self::value_and_grad), but returns sums without the penalty. Correct
    /// classifications are counted if `count` is set; otherwise their number is 0.
    pub(crate) fn totals(
        &mut self,
        module: &impl Module<T>,
        loss: &impl Loss<T>,
        params: &Params<T>,
        batch: Batch<'_, T>,
        count: bool,
    ) -> Totals {
        let rows = batch.indices.len();
        assert!(rows > 0, "backprop: the batch is empty, so it has no mean loss");
        let whole = Part { first_row: 0, of_rows: rows, mean_weight: mean_weight(batch) };
        if rows <= self.part_rows {
            self.part(module, loss, params, batch, whole, count);
        } else {
            self.in_parts(module, loss, params, batch, whole, count);
        }
        if let Some((_, step)) = &mut self.training {
            *step += 1;
        }
        let [loss, correct] = self.shards[0].sums;
        Totals::from_relative(loss, correct, whole.mean_weight, batch.weight())
    }

    /// Computes a batch in parts, and leaves the sums in the first shard.
    #[track_caller]
    fn in_parts(
        &mut self,
        module: &impl Module<T>,
        loss: &impl Loss<T>,
        params: &Params<T>,
        batch: Batch<'_, T>,
        whole: Part,
        count: bool,
    ) {
        let (mut sums, mut penalty) = ([0.0; 2], 0.0);
        for (index, indices) in batch.indices.chunks(self.part_rows).enumerate() {
            let part = Part { first_row: index * self.part_rows, ..whole };
            self.part(module, loss, params, Batch { indices, ..batch }, part, count);
            let shard = &mut self.shards[0];
            sums = add_sums(sums, shard.sums);
            penalty += shard.penalty;
            self.parts.add(index, &mut shard.gradient);
        }
        let shard = &mut self.shards[0];
        self.parts.finish(whole.of_rows.div_ceil(self.part_rows), &mut shard.gradient);
        (shard.sums, shard.penalty) = (sums, penalty);
    }

    /// Computes a part of a batch, and leaves the sums over it in the first shard.
    #[track_caller]
    fn part(
        &mut self,
        module: &impl Module<T>,
        loss: &impl Loss<T>,
        params: &Params<T>,
        batch: Batch<'_, T>,
        part: Part,
        count: bool,
    ) {
        let rows = batch.indices.len();
        let whole = loss.mixes_rows() || params.layout().row_mixing().applies(self.training.is_some());
        let shards = self.strategy.shards(rows, params.layout(), whole);
        if self.shards.len() < shards {
            self.shards.reserve_exact(shards - self.shards.len());
            self.shards.resize_with(shards, Shard::new);
        }
        if self.strategy.threads(rows, params.layout(), whole) > 1 {
            self.keep_awake.begin_step();
        }
        let training = self.training.map(|(seed, step)| TrainingPass::new(seed, step));
        let penalty = self.penalty.as_ref();
        let is_whole = shards == 1 && rows == part.of_rows;
        let Part { first_row, of_rows, mean_weight } = part;
        let step =
            Step { module, loss, params, rows: of_rows, mean_weight, is_whole, training, penalty, count };
        step.run(&mut self.shards[..shards], batch, first_row);
    }

    /// Exchanges the running statistics after the last pass.
    pub(crate) fn swap_statistics(&mut self, statistics: &mut Vec<T>) {
        if let Some(shard) = self.shards.first_mut() {
            swap(&mut shard.statistics, statistics);
        }
    }

    /// Writes the running statistics after the last training pass to the parameters.
    ///
    /// # Panics
    /// If these are not the parameters of that pass.
    #[track_caller]
    pub fn update_statistics(&self, params: &mut Params<T>) {
        let Some(new) = self.shards.first().map(|shard| &shard.statistics).filter(|new| !new.is_empty())
        else {
            return;
        };
        let (pass, given) = (new.len(), params.statistics().len());
        assert!(pass == given, "update statistics: the pass had {pass}, these parameters have {given}");
        params.statistics_mut().copy_from_slice(new);
    }

    /// The gradient of the last pass, in the layout of the parameters; 0 for frozen parameters.
    /// Empty before the first pass.
    pub fn gradient(&self) -> &[T] {
        self.shards.first().map_or(&[], |shard| &shard.gradient)
    }

    /// The gradient of the last pass, for example to clip it.
    pub fn gradient_mut(&mut self) -> &mut [T] {
        self.shards.first_mut().map_or(&mut [], |shard| &mut shard.gradient)
    }
}

/// The place of a part in its batch.
#[derive(Clone, Copy)]
struct Part {
    /// The row of the batch with which the part begins.
    first_row: usize,
    /// The number of rows of the batch.
    of_rows: usize,
    /// The mean weight of the examples of the batch.
    mean_weight: f64,
}

/// Sums of losses and of correct examples.
fn add_sums(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [a[0] + b[0], a[1] + b[1]]
}

/// The inputs of one step that all shards share.
struct Step<'a, M, L, T> {
    module: &'a M,
    loss: &'a L,
    params: &'a Params<T>,
    /// The number of examples in the whole batch.
    rows: usize,
    /// The mean weight of the examples in the whole batch.
    mean_weight: f64,
    /// Whether one shard computes the whole batch.
    is_whole: bool,
    training: Option<TrainingPass>,
    penalty: Option<&'a Penalty>,
    /// Whether to count correct classifications.
    count: bool,
}

impl<T: Real, M: Module<T>, L: Loss<T>> Step<'_, M, L, T> {
    /// Runs a part of the batch, which begins at row `first_row` of the batch, on these shards, and
    /// leaves the sum of their gradients in the first shard.
    fn run(&self, shards: &mut [Shard<T>], batch: Batch<'_, T>, first_row: usize) {
        if let [shard] = shards {
            return shard.run(batch, first_row, self);
        }
        let count = shards.len();
        let (left, right) = shards.split_at_mut(count / 2);
        let (first, second) = batch.indices.split_at(batch.indices.len() * left.len() / count);
        rayon::join(
            || self.run(left, Batch { indices: first, ..batch }, first_row),
            || self.run(right, Batch { indices: second, ..batch }, first_row + first.len()),
        );
        left[0].add(&right[0]);
    }
}

impl<T: Real> Shard<T> {
    fn new() -> Self {
        let (gradient, examples, statistics) = (Vec::new(), ExampleBuffers::default(), Vec::new());
        Self { tape: ArrayTape::new(), gradient, examples, sums: [0.0; 2], penalty: 0.0, statistics }
    }

    fn run<M: Module<T>, L: Loss<T>>(
        &mut self,
        batch: Batch<'_, T>,
        first_row: usize,
        step: &Step<'_, M, L, T>,
    ) {
        let params = match step.training {
            Some(pass) if step.is_whole => step.params.bind_for_training(&self.tape, pass),
            Some(pass) => step.params.bind_for_training(&self.tape, pass.part_from(first_row)),
            None => step.params.bind_for_evaluation(&self.tape),
        };
        let examples = &mut self.examples;
        let (outputs, total) =
            forward(step.module, step.loss, &params, batch, Some(step.mean_weight), examples, gather);
        let correct = if step.count { count_correct(outputs, examples) } else { 0.0 };
        self.sums = [total.item().value(), correct];
        // The penalty is added once, by the shard with the first row.
        let penalty = step.penalty.filter(|_| first_row == 0).map(|penalty| penalty.value(&params));
        self.penalty = penalty.map_or(0.0, |penalty| penalty.item().value());
        let objective = penalty.map_or(total, |penalty| total + penalty * step.rows as f64);
        self.statistics.clear();
        if params.has_updates() {
            self.statistics.extend_from_slice(step.params.statistics());
            params.write_updates(&mut self.statistics);
            self.statistics.iter_mut().for_each(|x| *x = flush_subnormal(*x));
        }
        let objective = objective.node();
        self.gradient.resize(step.params.len(), T::literal(0.0));
        // This clears the tape too: the tape shares the buffer of the parameters, to which the
        // optimizer writes next.
        self.tape.gradient_into_and_clear(objective, T::literal(1.0 / step.rows as f64), &mut self.gradient);
    }

    fn add(&mut self, other: &Self) {
        add_gradients(&mut self.gradient, &other.gradient);
        self.sums = add_sums(self.sums, other.sums);
    }
}
