//! The sum of the gradients of all shards, over ranks.
//!
//! Each rank is responsible for a slice of the gradient. It gets this slice of every subtree, and adds the
//! slices up over the tree of shards; what follows from the sum, each rank then sends to all others. With
//! `n` numbers on `R` ranks with one subtree each, a rank so sends `2 n (R - 1) / R` numbers, about two
//! gradients, whatever `R` is. The sums have the bits of one rank, since the tree is the same.

use super::collective::others;
use super::shard_tree::{middle, own_share, subtrees_of_ranks};
use super::{RankError, Ranks, Received, Sent};
use std::mem::take;
use std::ops::Range;
use wengert_ad::Real;
use wengert_kernels::{add_to, bytes_of, bytes_of_mut};

/// Numbers of a subtree that every rank gets: the sums of the losses and of the correct examples, and the
/// penalty.
pub(crate) type Sums = [f64; 3];

/// Numbers that are added up at a time, in the first-level cache.
const BLOCK: usize = 2048;

/// The sum over ranks, with buffers that are kept from step to step.
#[derive(Debug)]
pub(crate) struct TreeSum<T> {
    /// The number of shards of the last step.
    shards: usize,
    /// The subtrees of each rank.
    subtrees: Vec<Vec<Range<usize>>>,
    /// The subtrees of all ranks, in order.
    all: Vec<Range<usize>>,
    /// The slice of this rank of the gradient of each subtree of another rank.
    slices: Vec<Vec<T>>,
    sums: Vec<Sums>,
    scratch: Vec<T>,
}

impl<T> Default for TreeSum<T> {
    fn default() -> Self {
        let (subtrees, all, slices, sums) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { shards: 0, subtrees, all, slices, sums, scratch: Vec::new() }
    }
}

impl<T: Real> TreeSum<T> {
    /// The subtrees of this rank.
    pub(crate) fn own_subtrees(&mut self, ranks: &dyn Ranks, shards: usize) -> &[Range<usize>] {
        if self.shards != shards || self.subtrees.len() != ranks.size() {
            self.shards = shards;
            self.subtrees = subtrees_of_ranks(shards, ranks.size());
            self.all = self.subtrees.concat();
            self.slices.resize_with(self.all.len(), Vec::new);
            self.sums.resize(self.all.len(), [0.0; 3]);
        }
        &self.subtrees[ranks.rank()]
    }

    /// Adds up the slice of this rank of the gradients of all shards, given those of its subtrees and their
    /// sums. Leaves it in the first gradient, which is a place for it if the rank has no subtree. Returns the
    /// sums over all shards; the penalty is that of the first one.
    pub(crate) fn reduce(
        &mut self,
        ranks: &dyn Ranks,
        gradients: &mut [&mut [T]],
        sums: &[Sums],
    ) -> Result<Sums, RankError> {
        let own = own_share(gradients[0].len(), ranks.rank(), ranks.size());
        self.exchange(ranks, gradients, sums)?;
        let places = self.places(ranks.rank());
        // A block for the sum, and one for each right branch on the way down.
        let blocks = 2 + self.shards.ilog2() as usize;
        self.scratch.resize(blocks * BLOCK, T::literal(0.0));
        for start in own.clone().step_by(BLOCK) {
            let end = own.end.min(start + BLOCK);
            let (sum, scratch) = self.scratch.split_at_mut(end - start);
            let leaf = |slot: usize| match slot.checked_sub(places.start) {
                Some(index) if places.contains(&slot) => &gradients[index][start..end],
                _ => &self.slices[slot][start - own.start..end - own.start],
            };
            add_up(0..self.shards, 0..self.all.len(), &self.all, &leaf, sum, scratch);
            gradients[0][start..end].copy_from_slice(sum);
        }
        let (mut sum, mut scratch) = ([0.0; 3], vec![0.0; 3 * blocks]);
        let leaf = |slot: usize| &self.sums[slot][..];
        add_up(0..self.shards, 0..self.all.len(), &self.all, &leaf, &mut sum, &mut scratch);
        let [loss, correct, _] = sum;
        Ok([loss, correct, self.sums[0][2]])
    }

    /// Sends each rank its slices of the gradients of this one, and receives those of this one. Messages are
    /// views of the gradients: copies would take twice as long as the messages.
    fn exchange(&mut self, ranks: &dyn Ranks, gradients: &[&mut [T]], own: &[Sums]) -> Result<(), RankError> {
        let (rank, size, numbers) = (ranks.rank(), ranks.size(), gradients[0].len());
        let mut sent: Vec<Sent<'_>> = Vec::new();
        for to in others(ranks) {
            let slice = own_share(numbers, to, size);
            sent.extend(
                gradients.iter().zip(own).map(|(gradient, _)| (to, bytes_of(&gradient[slice.clone()]))),
            );
            sent.push((to, bytes_of(own.as_flattened())));
        }
        let mut received: Vec<Received<'_>> = Vec::new();
        let (mut slices, mut sums) = (&mut self.slices[..], &mut self.sums[..]);
        for (from, subtrees) in self.subtrees.iter().enumerate() {
            let (of_rank, later) = take(&mut slices).split_at_mut(subtrees.len());
            let (sums_of_rank, later_sums) = take(&mut sums).split_at_mut(subtrees.len());
            (slices, sums) = (later, later_sums);
            if from == rank {
                sums_of_rank.copy_from_slice(own);
                continue;
            }
            for slice in of_rank {
                slice.resize(own_share(numbers, rank, size).len(), T::literal(0.0));
                received.push((from, bytes_of_mut(slice)));
            }
            received.push((from, bytes_of_mut(sums_of_rank.as_flattened_mut())));
        }
        ranks.exchange(&sent, &mut received)
    }

    /// The places of the subtrees of a rank among those of all.
    fn places(&self, rank: usize) -> Range<usize> {
        let before = self.subtrees[..rank].iter().map(Vec::len).sum();
        before..before + self.subtrees[rank].len()
    }
}

/// Adds up a block of the subtrees of a node, those at these places among all.
fn add_up<'a, T: Real>(
    node: Range<usize>,
    places: Range<usize>,
    subtrees: &[Range<usize>],
    leaf: &dyn Fn(usize) -> &'a [T],
    sum: &mut [T],
    scratch: &mut [T],
) {
    if places.len() == 1 {
        return sum.copy_from_slice(leaf(places.start));
    }
    let middle = middle(&node);
    let right = places.start + subtrees[places.clone()].partition_point(|subtree| subtree.start < middle);
    add_up(node.start..middle, places.start..right, subtrees, leaf, sum, scratch);
    if places.end - right == 1 {
        return add_to(sum, leaf(right));
    }
    let (right_sum, scratch) = scratch.split_at_mut(sum.len());
    add_up(middle..node.end, right..places.end, subtrees, leaf, right_sum, scratch);
    add_to(sum, right_sum);
}
