//! The sum of the gradients of all shards, over ranks.
//!
//! Each rank is responsible for a slice of the gradient. It gets this slice of every subtree, adds the
//! slices up over the tree of shards, and sends the sum to all others. With `n` numbers on `R` ranks with
//! one subtree each, a rank so sends `2 n (R - 1) / R` numbers, about two gradients, whatever `R` is. The
//! sums have the bits of one rank, since the tree is the same.

use super::collective::rounds;
use super::shard_tree::{middle, own_share, subtrees_of_ranks};
use super::{RankError, Ranks, bytes};
use crate::part_sums::add_gradients;
use std::ops::Range;
use wengert_ad::Real;

/// Numbers of a subtree that every rank gets: the sums of the losses and of the correct examples, and the
/// penalty.
pub(crate) type Sums = [f64; 3];

/// What a rank has computed for one of its subtrees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term<'a, T> {
    pub(crate) gradient: &'a [T],
    pub(crate) sums: Sums,
}

/// The sum over ranks, with buffers that are kept from step to step.
#[derive(Debug)]
pub(crate) struct TreeSum<T> {
    /// The number of shards of the last step.
    shards: usize,
    /// The subtrees of each rank.
    subtrees: Vec<Vec<Range<usize>>>,
    /// The subtrees of all ranks, in order.
    all: Vec<Range<usize>>,
    /// The slice of this rank of the gradient of each subtree.
    slices: Vec<Vec<T>>,
    sums: Vec<Sums>,
    message: Vec<u8>,
    received: Vec<u8>,
}

impl<T> Default for TreeSum<T> {
    fn default() -> Self {
        let (subtrees, all, slices, sums) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { shards: 0, subtrees, all, slices, sums, message: Vec::new(), received: Vec::new() }
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

    /// Adds up the slice of this rank of a gradient with this many numbers, given the terms of its subtrees.
    /// Returns the sums over all shards; the penalty is that of the first one.
    pub(crate) fn reduce(
        &mut self,
        ranks: &dyn Ranks,
        numbers: usize,
        terms: &[Term<'_, T>],
    ) -> Result<Sums, RankError> {
        let (rank, size) = (ranks.rank(), ranks.size());
        let own = own_share(numbers, rank, size);
        let subtree_bytes = own.len() * bytes::size::<T>() + size_of::<Sums>();
        for (slot, term) in self.places(rank).zip(terms) {
            self.slices[slot].clear();
            self.slices[slot].extend_from_slice(&term.gradient[own.clone()]);
            self.sums[slot] = term.sums;
        }
        for (to, from) in rounds(ranks) {
            self.message.clear();
            for Term { gradient, sums } in terms {
                bytes::append(&gradient[own_share(numbers, to, size)], &mut self.message);
                bytes::append(sums, &mut self.message);
            }
            self.received.resize(self.subtrees[from].len() * subtree_bytes, 0);
            ranks.exchange(to, &self.message, from, &mut self.received)?;
            for (slot, part) in self.places(from).zip(self.received.chunks_exact(subtree_bytes)) {
                let (slice, sums) = part.split_at(subtree_bytes - size_of::<Sums>());
                self.slices[slot].resize(own.len(), T::literal(0.0));
                bytes::read(slice, &mut self.slices[slot]);
                bytes::read(sums, &mut self.sums[slot]);
            }
        }
        let penalty = self.sums[0][2];
        add_up(0..self.shards, &self.all, &mut self.slices, &mut self.sums);
        let [loss, correct, _] = self.sums[0];
        Ok([loss, correct, penalty])
    }

    /// Writes the sums of all slices, each from its rank.
    pub(crate) fn collect(&mut self, ranks: &dyn Ranks, gradient: &mut [T]) -> Result<(), RankError> {
        let (numbers, size) = (gradient.len(), ranks.size());
        let sum = &self.slices[0];
        gradient[own_share(numbers, ranks.rank(), size)].copy_from_slice(sum);
        self.message.clear();
        bytes::append(sum, &mut self.message);
        for (to, from) in rounds(ranks) {
            let slice = own_share(numbers, from, size);
            self.received.resize(slice.len() * bytes::size::<T>(), 0);
            ranks.exchange(to, &self.message, from, &mut self.received)?;
            bytes::read(&self.received, &mut gradient[slice]);
        }
        Ok(())
    }

    /// The places of the subtrees of a rank among those of all.
    fn places(&self, rank: usize) -> Range<usize> {
        let before = self.subtrees[..rank].iter().map(Vec::len).sum();
        before..before + self.subtrees[rank].len()
    }
}

/// Adds up the subtrees of a node, and leaves the sum where the first one was.
fn add_up<T: Real>(node: Range<usize>, subtrees: &[Range<usize>], slices: &mut [Vec<T>], sums: &mut [Sums]) {
    if subtrees.len() == 1 {
        return;
    }
    let middle = middle(&node);
    let left = subtrees.partition_point(|subtree| subtree.start < middle);
    let (left_slices, right_slices) = slices.split_at_mut(left);
    let (left_sums, right_sums) = sums.split_at_mut(left);
    add_up(node.start..middle, &subtrees[..left], left_slices, left_sums);
    add_up(middle..node.end, &subtrees[left..], right_slices, right_sums);
    add_gradients(&mut left_slices[0], &right_slices[0]);
    for (sum, term) in left_sums[0].iter_mut().zip(right_sums[0]) {
        *sum += term;
    }
}
