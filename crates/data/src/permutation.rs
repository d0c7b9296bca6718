//! Seeded permutations and draws, from one random stream per purpose.

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

/// The purpose of a random order. Each purpose has its own random stream, so that a split and the batches of
/// one seed do not have the same order.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Split,
    Folds,
    Epoch(u64),
    Draws(u64),
    /// The rows of a block of examples after the first, by epoch and block.
    Block(u64, u64),
    /// The blocks of a file in an epoch.
    Blocks(u64),
    /// The rows of a piece of the file, by epoch and piece.
    #[cfg(feature = "csv")]
    Rows(u64, u64),
    /// A part of a file that stands for the whole.
    #[cfg(feature = "csv")]
    Sample,
}

/// Overwrites `order` with a permutation of its indices, which depends only on its length, the seed and the
/// purpose.
pub(crate) fn permute(order: &mut [usize], seed: u64, purpose: Purpose) {
    for (i, index) in order.iter_mut().enumerate() {
        *index = i;
    }
    order.shuffle(&mut stream(seed, purpose));
}

/// Overwrites `drawn` with independent draws of its indices, which depend only on its length, the seed and
/// the purpose.
pub(crate) fn draw(drawn: &mut [usize], seed: u64, purpose: Purpose) {
    let (examples, mut random) = (drawn.len(), stream(seed, purpose));
    drawn.fill_with(|| random.random_range(0..examples));
}

fn stream(seed: u64, purpose: Purpose) -> StdRng {
    let (tag, index, second): ([u8; 8], u64, u64) = match purpose {
        Purpose::Split => (*b"split---", 0, 0),
        Purpose::Folds => (*b"folds---", 0, 0),
        Purpose::Epoch(epoch) => (*b"epoch---", epoch, 0),
        Purpose::Draws(epoch) => (*b"draws---", epoch, 0),
        Purpose::Block(epoch, block) => (*b"block---", epoch, block),
        Purpose::Blocks(epoch) => (*b"blocks--", epoch, 0),
        #[cfg(feature = "csv")]
        Purpose::Rows(epoch, piece) => (*b"rows----", epoch, piece),
        #[cfg(feature = "csv")]
        Purpose::Sample => (*b"sample--", 0, 0),
    };
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&tag);
    key[16..24].copy_from_slice(&index.to_le_bytes());
    key[24..].copy_from_slice(&second.to_le_bytes());
    StdRng::from_seed(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permutation(n: usize, seed: u64, purpose: Purpose) -> Vec<usize> {
        let mut order = vec![0; n];
        permute(&mut order, seed, purpose);
        order
    }

    #[test]
    fn every_index_occurs_once() {
        for n in [0, 1, 2, 100] {
            let mut order = permutation(n, 7, Purpose::Split);
            order.sort_unstable();
            assert_eq!(order, (0..n).collect::<Vec<_>>());
        }
    }

    #[test]
    fn seed_purpose_and_epoch_each_change_the_order() {
        let orders = [
            permutation(100, 7, Purpose::Split),
            permutation(100, 8, Purpose::Split),
            permutation(100, 7, Purpose::Epoch(0)),
            permutation(100, 7, Purpose::Epoch(1)),
            (0..100).collect(),
        ];
        for (i, order) in orders.iter().enumerate() {
            assert!(!orders[..i].contains(order), "order {i} occurs twice");
        }
    }

    #[test]
    fn every_position_is_equally_likely() {
        let mut landings = [0_u32; 4];
        for seed in 0..4000 {
            let order = permutation(4, seed, Purpose::Split);
            landings[order.iter().position(|&i| i == 0).unwrap()] += 1;
        }
        // 1000 expected each, standard deviation 27; five deviations.
        assert!(landings.iter().all(|&count| count.abs_diff(1000) < 137), "{landings:?}");
    }
}
