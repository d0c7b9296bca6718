//! The settings of one training pass.

use crate::draws::Draws;
use crate::layout::RandomSlot;

/// The settings of a forward pass in training mode: the seed of its random draws, and the rows of the batch
/// it sees.
///
/// A draw depends only on the seed, the step, the layer and the row of the batch, so that a batch that is
/// split into parts gets the same draws as the whole batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrainingPass {
    seed: u64,
    step: u64,
    first_row: usize,
    whole_batch: bool,
}

impl TrainingPass {
    /// A pass over a whole batch in step `step`.
    pub fn new(seed: u64, step: u64) -> Self {
        Self { seed, step, first_row: 0, whole_batch: true }
    }

    /// The same pass over a part of the batch that begins at row `first_row`.
    #[must_use]
    pub fn part_from(self, first_row: usize) -> Self {
        Self { first_row, whole_batch: false, ..self }
    }

    /// Whether the pass sees all examples of the batch.
    pub fn sees_whole_batch(&self) -> bool {
        self.whole_batch
    }

    /// The random numbers of a layer for row `row` of the examples that this pass sees.
    ///
    /// A layer declares its stream with [`Layout::random_slot`](crate::Layout::random_slot). Two requests for
    /// the same slot and row in one pass return the same numbers: a layer that draws at several places, or is
    /// applied several times, needs a slot for each.
    ///
    /// ```
    /// use wengert_nn::{Layout, TrainingPass};
    ///
    /// let slot = Layout::new().random_slot();
    /// let whole = TrainingPass::new(7, 3);
    /// // Row 5 of the batch is row 1 of a part that begins at row 4.
    /// let (one, other) = (whole.draws(slot, 5).normal(), whole.part_from(4).draws(slot, 1).normal());
    /// assert_eq!(one, other);
    /// ```
    pub fn draws(&self, slot: RandomSlot, row: usize) -> Draws {
        Draws::keyed([self.seed, self.step, u64::from(slot.0), (self.first_row + row) as u64])
    }
}
