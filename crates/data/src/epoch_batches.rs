//! The batches of an epoch over examples that come in blocks.

use crate::batch::Batch;
use crate::batches::Batches;
use crate::dataset::Dataset;
use crate::error::DataError;
use crate::examples::{Blocks, Examples, Pass, checked_blocks};
use crate::permutation::{Purpose, draw, permute};
use std::borrow::Cow;
use wengert_kernels::Float;

/// The batches of an epoch over examples that need not be in memory: see [`Batches::over`].
pub struct EpochBatches<'a, F: Float = f32> {
    batches: &'a mut Batches,
    epoch: u64,
    /// The blocks that were not read yet; `None` after the last.
    blocks: Option<Blocks<'a, F>>,
    block: Option<Cow<'a, Dataset<F>>>,
    /// The number of blocks that were read.
    read: u64,
    /// The place of the next batch in the order of the block.
    next: usize,
    /// The number of examples in the batches so far.
    taken: usize,
}

impl Batches {
    /// The batches of an epoch over these examples, which need not be in memory.
    ///
    /// The rows of each block are shuffled; what is left of a block for less than a batch joins the next one.
    /// A data set is one block: its batches are those of [`epoch`](Self::epoch). The order depends only on
    /// the examples, the seed and the number of the epoch.
    ///
    /// ```
    /// use wengert_data::{Batches, moons};
    ///
    /// let (data, mut batches) = (moons(100, 0.1, 7), Batches::new(100, 32, 7));
    /// let (mut sizes, mut epoch) = (Vec::new(), batches.over(&data, 1));
    /// while let Some(batch) = epoch.next_batch()? {
    ///     sizes.push(batch.indices.len());
    /// }
    /// assert_eq!(sizes, [32, 32, 32, 4]);
    /// # Ok::<(), wengert_data::DataError>(())
    /// ```
    ///
    /// # Panics
    /// If these batches are for another number of examples; or if they are draws with replacement, and the
    /// examples are not in memory as [one data set](Examples::whole).
    #[track_caller]
    pub fn over<'a, F: Float>(
        &'a mut self,
        examples: &'a dyn Examples<F>,
        epoch: u64,
    ) -> EpochBatches<'a, F> {
        let (own, given) = (self.examples, examples.examples());
        assert!(own == given, "batches: these are for {own} examples, but there are {given}");
        assert!(
            !self.with_replacement || examples.whole().is_some(),
            "batches: draws with replacement need all examples in memory"
        );
        let blocks = Some(checked_blocks(examples, Pass::Epoch(epoch)));
        EpochBatches { batches: self, epoch, blocks, block: None, read: 0, next: 0, taken: 0 }
    }
}

impl<F: Float> EpochBatches<'_, F> {
    /// The next batch; `None` at the end of the epoch.
    ///
    /// # Errors
    /// If a block cannot be read.
    ///
    /// # Panics
    /// If the columns or the scaling of a block differ from those of the sample, or if the blocks do not have
    /// the number of examples that they promise.
    #[track_caller]
    pub fn next_batch(&mut self) -> Result<Option<Batch<'_, F>>, DataError> {
        let size = self.batches.batch_size;
        while self.left() < size && self.blocks.is_some() {
            self.join_next_block()?;
        }
        let (start, rows) = (self.next, self.left().min(size));
        self.next += rows;
        self.taken += rows;
        let Some(data) = self.block.as_deref().filter(|_| rows > 0) else {
            let (taken, promised) = (self.taken, self.batches.examples);
            assert!(
                taken == promised,
                "examples: {taken} in the blocks of an epoch, but {promised} promised"
            );
            return Ok(None);
        };
        Ok(Some(data.batch(&self.batches.order[start..start + rows])))
    }

    /// The number of rows of the block that are in no batch yet.
    fn left(&self) -> usize {
        self.block.as_ref().map_or(0, |_| self.batches.order.len() - self.next)
    }

    /// Replaces the block by what is left of it and the next one, if there is one.
    fn join_next_block(&mut self) -> Result<(), DataError> {
        let Some(new) = self.blocks.as_mut().and_then(Iterator::next).transpose()? else {
            self.blocks = None;
            return Ok(());
        };
        let left = &self.batches.order[self.next.min(self.batches.order.len())..];
        let joined = match &self.block {
            Some(block) if !left.is_empty() => Cow::Owned(block.select(left).followed_by(&new)),
            _ => new,
        };
        let Batches { order, seed, with_replacement, .. } = &mut *self.batches;
        order.resize(joined.examples(), 0);
        let purpose = match self.read {
            0 if *with_replacement => Purpose::Draws(self.epoch),
            0 => Purpose::Epoch(self.epoch),
            block => Purpose::Block(self.epoch, block),
        };
        if *with_replacement {
            draw(order, *seed, purpose);
        } else {
            permute(order, *seed, purpose);
        }
        (self.block, self.next, self.read) = (Some(joined), 0, self.read + 1);
        Ok(())
    }
}
