//! Parallel backpropagation over batches.
//!
//! A batch is divided into shards. Each shard has its own tape and its own gradient, both reused in
//! the next step. The number of shards depends on the size of the work only, and their gradients
//! are summed over a fixed tree, so the result is the same, bit for bit, for any number of threads.
//! If the rows of a batch are not independent, as the layout of the model or the loss declares, the
//! batch stays in one shard.

use crate::batch::mean_weight;
use crate::keep_awake::KeepAwake;
use crate::metrics::Totals;
use crate::part_sums::PartSums;
use crate::ranks::{RankError, SharedRanks, Sums, TreeSum, own_share, share_slices};
use crate::shard::{Part, Shard, Step, add_sums};
use crate::strategy::Strategy;
use std::mem::swap;
use wengert_ad::{Element, Real};
use wengert_data::Batch;
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
    ranks: SharedRanks,
    tree_sum: TreeSum<T>,
    /// Whether each rank gets its own share of the gradient only.
    pub(crate) keeps_share: bool,
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
            ranks: SharedRanks::default(),
            tree_sum: TreeSum::default(),
            keeps_share: false,
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
        let totals = self.totals(module, loss, params, batch, false).expect("one rank waits for no other");
        totals.mean_loss() + self.shards[0].penalty
    }

    /// Divides the shards of each batch among ranks, all of which get the sum of the gradients.
    pub(crate) fn ranks(self, ranks: SharedRanks) -> Self {
        Self { ranks, ..self }
    }

    /// As [`value_and_grad`](Self::value_and_grad), but returns sums without the penalty. Correct
    /// classifications are counted if `count` is set; otherwise their number is 0.
    ///
    /// # Errors
    /// If there are several ranks, and one of them ends.
    pub(crate) fn totals(
        &mut self,
        module: &dyn Module<T>,
        loss: &dyn Loss<T>,
        params: &Params<T>,
        batch: Batch<'_, T>,
        count: bool,
    ) -> Result<Totals, RankError> {
        let rows = batch.indices.len();
        assert!(rows > 0, "backprop: the batch is empty, so it has no mean loss");
        let whole = Part { first_row: 0, of_rows: rows, mean_weight: mean_weight(batch) };
        if rows <= self.part_rows {
            self.part(module, loss, params, batch, whole, count)?;
        } else {
            self.in_parts(module, loss, params, batch, whole, count)?;
        }
        if let Some((_, step)) = &mut self.training {
            *step += 1;
        }
        let [loss, correct] = self.shards[0].sums;
        Ok(Totals::from_relative(loss, correct, whole.mean_weight, batch.weight()))
    }

    /// Computes a batch in parts, and leaves the sums in the first shard.
    #[track_caller]
    fn in_parts(
        &mut self,
        module: &dyn Module<T>,
        loss: &dyn Loss<T>,
        params: &Params<T>,
        batch: Batch<'_, T>,
        whole: Part,
        count: bool,
    ) -> Result<(), RankError> {
        let (mut sums, mut penalty) = ([0.0; 2], 0.0);
        for (index, indices) in batch.indices.chunks(self.part_rows).enumerate() {
            let part = Part { first_row: index * self.part_rows, ..whole };
            self.part(module, loss, params, Batch { indices, ..batch }, part, count)?;
            let shard = &mut self.shards[0];
            sums = add_sums(sums, shard.sums);
            penalty += shard.penalty;
            self.parts.add(index, &mut shard.gradient);
        }
        let shard = &mut self.shards[0];
        self.parts.finish(whole.of_rows.div_ceil(self.part_rows), &mut shard.gradient);
        (shard.sums, shard.penalty) = (sums, penalty);
        Ok(())
    }

    /// Computes a part of a batch, and leaves the sums over it in the first shard, on all ranks.
    #[track_caller]
    fn part(
        &mut self,
        module: &dyn Module<T>,
        loss: &dyn Loss<T>,
        params: &Params<T>,
        batch: Batch<'_, T>,
        part: Part,
        count: bool,
    ) -> Result<(), RankError> {
        let rows = batch.indices.len();
        let whole = loss.mixes_rows() || params.layout().row_mixing().applies(self.training.is_some());
        let shards = self.strategy.shards(rows, params.layout(), whole);
        let own = own_share(shards, self.ranks.rank(), self.ranks.size());
        // A rank without a shard in this batch still gets the sums.
        let kept = own.len().max(1);
        if self.shards.len() < kept {
            self.shards.reserve_exact(kept - self.shards.len());
            self.shards.resize_with(kept, Shard::new);
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
        step.run(&mut self.shards[..own.len()], own.clone(), 0..shards, batch, first_row);
        if self.ranks.size() > 1 { self.add_ranks(params.len(), own.start, shards) } else { Ok(()) }
    }

    /// Adds up the subtrees of all ranks, and leaves the sums in the first shard.
    fn add_ranks(&mut self, numbers: usize, first: usize, shards: usize) -> Result<(), RankError> {
        let Self { ranks, tree_sum, shards: own, keeps_share, .. } = self;
        own[0].gradient.resize(numbers, T::literal(0.0));
        let subtrees = tree_sum.own_subtrees(&**ranks, shards).to_vec();
        let is_root = |(index, _): &(usize, &mut Shard<T>)| {
            *index == 0 || subtrees.iter().any(|subtree| subtree.start == first + index)
        };
        let mut gradients = Vec::with_capacity(subtrees.len().max(1));
        let mut sums: Vec<Sums> = Vec::with_capacity(subtrees.len());
        for (_, Shard { gradient, sums: [loss, correct], penalty, .. }) in
            own.iter_mut().enumerate().filter(is_root)
        {
            gradients.push(&mut gradient[..]);
            sums.push([*loss, *correct, *penalty]);
        }
        sums.truncate(subtrees.len());
        let [loss, correct, penalty] = tree_sum.reduce(&**ranks, &mut gradients, &sums)?;
        if !*keeps_share {
            share_slices(&**ranks, gradients[0])?;
        }
        (own[0].sums, own[0].penalty) = ([loss, correct], penalty);
        Ok(())
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
