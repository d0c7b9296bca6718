//! Division of a step among threads.

use std::fmt;
use wengert_nn::Layout;

/// How a step is divided among threads. The strategy determines the bits of the result; the number
/// of threads does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// Shards if the gradient is small and the batch is large, otherwise operators: shards cost
    /// time even on one thread.
    #[default]
    Automatic,
    /// Divides the batch into this many shards, each with its own tape and gradient, and sums the
    /// gradients. Batches with fewer examples have one shard per example.
    Shards(usize),
    /// Uses one tape for the whole batch, and divides large matrix products by blocks of their output.
    Operators,
}

/// Steps with fewer floating-point operations than this, 60 to 120 microseconds, run on one thread:
/// on processors whose cores do not share a cache, moving activations and gradients between cores
/// costs more than a second thread saves.
const SERIAL_WORK: usize = 12_000_000;
/// Gradients with more elements than this are not kept per shard: summing them, and packing the
/// weights for each shard, costs what a second thread saves.
const LARGE_GRADIENT: usize = 65_536;
/// The number of rows per shard. With fewer rows, dividing the matrix products gains as much and
/// costs a single thread nothing.
const ROWS: usize = 128;
/// The maximum number of shards; a power of two, so that the tree of sums is balanced.
const MAX_SHARDS: usize = 8;

/// As in the metadata of a model: `automatic`, `8 shards` or `operators`.
impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Automatic => f.write_str("automatic"),
            Self::Shards(shards) => write!(f, "{shards} shards"),
            Self::Operators => f.write_str("operators"),
        }
    }
}

impl Strategy {
    /// Panics if the strategy is 0 shards. `caller` begins the message.
    #[track_caller]
    pub(crate) fn assert_valid(self, caller: &str) {
        assert!(self != Self::Shards(0), "{caller}: the number of shards is 0, must be at least 1");
    }

    /// The number of shards of a step on `rows` examples, which takes `6 x weights x rows`
    /// floating-point operations: a matrix product in the forward pass and two in the backward
    /// pass. 1 if the batch must stay `whole`, because the rows are not independent.
    pub(crate) fn shards(self, rows: usize, layout: &Layout, whole: bool) -> usize {
        match self {
            _ if whole => 1,
            Self::Operators => 1,
            Self::Shards(shards) => shards.clamp(1, rows),
            Self::Automatic if 6 * rows * layout.len() < SERIAL_WORK || layout.len() > LARGE_GRADIENT => 1,
            Self::Automatic => (rows / ROWS).clamp(1, MAX_SHARDS),
        }
    }

    /// The maximum number of threads that a step on `rows` examples can use.
    pub(crate) fn threads(self, rows: usize, layout: &Layout, whole: bool) -> usize {
        match self.shards(rows, layout, whole) {
            1 if 6 * rows * layout.len() < SERIAL_WORK => 1,
            1 => usize::MAX,
            shards => shards,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wengert_nn::{Architecture, Mlp};

    fn shards(widths: &[usize], rows: usize, strategy: Strategy) -> usize {
        strategy.shards(rows, Mlp::new(widths).into_model().layout(), false)
    }

    #[test]
    fn large_batches_of_models_with_small_gradients_are_divided_into_shards() {
        let automatic = |widths: &[usize], rows| shards(widths, rows, Strategy::Automatic);
        assert_eq!(automatic(&[2, 16, 16, 2], 32), 1);
        assert_eq!(automatic(&[64, 128, 64, 10], 64), 1);
        assert_eq!(automatic(&[64, 128, 64, 10], 256), 2);
        assert_eq!(automatic(&[64, 128, 64, 10], 1024), 8);
        assert_eq!(automatic(&[784, 512, 512, 10], 256), 1);
    }

    #[test]
    fn both_strategies_can_be_forced_and_no_shard_is_empty() {
        assert_eq!(shards(&[2, 16, 16, 2], 32, Strategy::Shards(4)), 4);
        assert_eq!(shards(&[2, 16, 16, 2], 3, Strategy::Shards(4)), 3);
        assert_eq!(shards(&[64, 128, 64, 10], 1024, Strategy::Operators), 1);
    }

    #[test]
    fn a_batch_whose_rows_are_not_independent_stays_whole() {
        let model = Mlp::new([64, 128, 64, 10]).into_model();
        for strategy in [Strategy::Automatic, Strategy::Shards(4), Strategy::Operators] {
            assert_eq!(strategy.shards(1024, model.layout(), true), 1);
        }
    }

    #[test]
    fn a_step_requests_no_more_threads_than_it_can_use() {
        let threads = |widths: &[usize], rows| {
            Strategy::Automatic.threads(rows, Mlp::new(widths).into_model().layout(), false)
        };
        assert_eq!(threads(&[2, 16, 16, 2], 32), 1);
        assert_eq!(threads(&[64, 128, 64, 10], 64), 1);
        assert_eq!(threads(&[64, 128, 64, 10], 256), 2);
        assert_eq!(threads(&[784, 128, 64, 10], 64), usize::MAX);
        assert_eq!(threads(&[784, 512, 512, 10], 256), usize::MAX);
    }
}
