//! How a step is divided among threads.

use wengert_nn::Layout;

/// How the work of a step is divided among threads. It decides the bits of the result; the number of threads does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// In shards where the gradient is small and the batch large, else inside the operators: one thread pays for shards too.
    #[default]
    Automatic,
    /// The batch is cut into this many shards, each with a tape and a gradient of its own; the gradients are added up.
    Shards(usize),
    /// One tape for the whole batch; matrix products that are large enough are divided over their output.
    Operators,
}

/// Work in floating-point operations below which a step runs on one thread, for 60 to 120 microseconds: where the caches of the cores
/// are far apart, moving activations and gradients between them costs more than a second thread saves.
const SERIAL_WORK: usize = 12_000_000;
/// Gradients of more numbers than this are not kept once a shard: adding them up, and packing the weights for each shard,
/// costs what a second thread saves.
const LARGE_GRADIENT: usize = 65_536;
/// The rows of a shard. With fewer, dividing the matrix products gains as much, and costs a single thread nothing.
const ROWS: usize = 128;
/// The most shards; a power of two, so that the tree is balanced.
const MOST: usize = 8;

impl Strategy {
    /// The number of shards of a step over `rows` examples, which takes `6 x weights x rows` operations: two passes of gemm
    /// back and one forward. In training, one if a layer needs the whole batch.
    pub(crate) fn shards(self, rows: usize, layout: &Layout, training: bool) -> usize {
        if training && layout.needs_whole_batch() {
            return 1;
        }
        match self {
            Self::Operators => 1,
            Self::Shards(shards) => shards.clamp(1, rows),
            Self::Automatic if 6 * rows * layout.len() < SERIAL_WORK || layout.len() > LARGE_GRADIENT => 1,
            Self::Automatic => (rows / ROWS).clamp(1, MOST),
        }
    }

    /// The most threads that a step can use.
    pub(crate) fn threads(self, rows: usize, layout: &Layout) -> usize {
        match self.shards(rows, layout, true) {
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
        strategy.shards(rows, Mlp::new(widths).into_model().layout(), true)
    }

    #[test]
    fn small_gradients_of_large_batches_are_made_in_shards() {
        let automatic = |widths: &[usize], rows| shards(widths, rows, Strategy::Automatic);
        assert_eq!(automatic(&[2, 16, 16, 2], 32), 1);
        assert_eq!(automatic(&[64, 128, 64, 10], 64), 1);
        assert_eq!(automatic(&[64, 128, 64, 10], 256), 2);
        assert_eq!(automatic(&[64, 128, 64, 10], 1024), 8);
        assert_eq!(automatic(&[784, 512, 512, 10], 256), 1);
    }

    #[test]
    fn either_way_can_be_forced_and_no_shard_is_empty() {
        assert_eq!(shards(&[2, 16, 16, 2], 32, Strategy::Shards(4)), 4);
        assert_eq!(shards(&[2, 16, 16, 2], 3, Strategy::Shards(4)), 3);
        assert_eq!(shards(&[64, 128, 64, 10], 1024, Strategy::Operators), 1);
    }

    #[test]
    fn a_step_asks_for_no_more_threads_than_it_can_use() {
        let threads = |widths: &[usize], rows| {
            Strategy::Automatic.threads(rows, Mlp::new(widths).into_model().layout())
        };
        assert_eq!(threads(&[2, 16, 16, 2], 32), 1);
        assert_eq!(threads(&[64, 128, 64, 10], 64), 1);
        assert_eq!(threads(&[64, 128, 64, 10], 256), 2);
        assert_eq!(threads(&[784, 128, 64, 10], 64), usize::MAX);
        assert_eq!(threads(&[784, 512, 512, 10], 256), usize::MAX);
    }
}
