//! Which rank computes which shards of a batch.
//!
//! The gradients of shards are added over a binary tree that depends on the number of shards alone: a node
//! with more than one shard has the first half of them on its left. A rank adds up the nodes whose shards
//! are all its own, its subtrees; what is above them is added from the gradients of several ranks.

use std::ops::Range;

/// The part of `count` things that is this rank's own: thing `i` belongs to rank `i size / count`, rounded
/// down.
#[inline(always)]
pub(crate) fn own_share(count: usize, rank: usize, size: usize) -> Range<usize> {
    (rank * count).div_ceil(size)..((rank + 1) * count).div_ceil(size)
}

/// The shards on the left of a node.
pub(super) fn middle(node: &Range<usize>) -> usize {
    node.start + node.len() / 2
}

/// The largest nodes whose shards are all in `own`, in order.
fn subtrees(node: Range<usize>, own: &Range<usize>, found: &mut Vec<Range<usize>>) {
    if node.end <= own.start || own.end <= node.start || node.is_empty() {
        return;
    }
    if own.start <= node.start && node.end <= own.end {
        return found.push(node);
    }
    let middle = middle(&node);
    subtrees(node.start..middle, own, found);
    subtrees(middle..node.end, own, found);
}

/// The subtrees of each rank.
pub(super) fn subtrees_of_ranks(shards: usize, size: usize) -> Vec<Vec<Range<usize>>> {
    let of_rank = |rank| {
        let mut found = Vec::new();
        subtrees(0..shards, &own_share(shards, rank, size), &mut found);
        found
    };
    (0..size).map(of_rank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subtrees_of_all_ranks_have_each_shard_once_in_order() {
        for shards in 1..40 {
            for size in 1..12 {
                let all: Vec<usize> =
                    subtrees_of_ranks(shards, size).into_iter().flatten().flatten().collect();
                assert_eq!(all, (0..shards).collect::<Vec<_>>(), "{shards} shards on {size} ranks");
            }
        }
    }

    #[test]
    fn a_rank_has_one_subtree_if_both_numbers_are_powers_of_two_and_few_otherwise() {
        assert!(subtrees_of_ranks(64, 8).iter().all(|own| own.len() == 1));
        let starts: Vec<Vec<usize>> = subtrees_of_ranks(8, 3)
            .iter()
            .map(|own| own.iter().map(|subtree| subtree.start).collect())
            .collect();
        assert_eq!(starts, [vec![0, 2], vec![3, 4], vec![6]]);
        assert!(subtrees_of_ranks(64, 7).iter().all(|own| own.len() <= 8));
    }
}
