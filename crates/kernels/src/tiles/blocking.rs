//! The sizes of blocks and panels.

/// The number of rows of a panel of `B` that are used at a time, so that they stay in the first-level cache.
pub(super) const DEPTH: usize = 256;
/// A right operand of at most this many bytes is read in place, since copying would gain nothing.
pub(super) const CACHED: usize = 1 << 21;
/// The number of rows of `B`, and of columns of `A`, in a copied block, if `B` is larger.
pub(super) const DEEP: usize = 1024;
