//! Ranks: the processes that train one model together, and how they exchange messages.
//!
//! What is computed on several ranks has the bits of one: gradients and totals are added in an order that
//! follows from the size of the work alone.

mod bytes;
mod channels;
mod collective;
mod error;
mod handshake;
mod shard_tree;
mod tree_sum;

pub use channels::Channels;
pub(crate) use collective::{any, first, gather_numbers, gather_totals};
pub use error::RankError;
pub(crate) use handshake::agree;
pub(crate) use shard_tree::own_share;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
pub(crate) use tree_sum::{Term, TreeSum};

/// The processes that train one model together, as one of them sees them.
///
/// The message of one rank to another is bytes whose number both know. There is one operation, in which a
/// rank sends and receives at once, because two ranks that both send first could wait for each other.
///
/// [`Alone`] is the default, [`Channels`] connects the threads of one process, and the package `wengert-mpi`
/// the processes of MPI.
pub trait Ranks: Send + Sync {
    /// The number of this rank, counted from 0.
    fn rank(&self) -> usize;

    /// The number of ranks, at least 1.
    fn size(&self) -> usize;

    /// Sends `message` to rank `to`, and fills `received` with the message of rank `from`. Messages between
    /// two ranks arrive in the order in which they were sent.
    ///
    /// # Errors
    /// If one of the ranks has ended or does not answer within the time limit, or if the message has
    /// another length than `received`.
    fn exchange(&self, to: usize, message: &[u8], from: usize, received: &mut [u8]) -> Result<(), RankError>;
}

/// The ranks of a run, for everything in it that uses them.
#[derive(Clone, Debug)]
pub(crate) struct SharedRanks(pub(crate) Arc<dyn Ranks>);

impl Default for SharedRanks {
    fn default() -> Self {
        Self(Arc::new(Alone))
    }
}

impl Deref for SharedRanks {
    type Target = dyn Ranks;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl fmt::Debug for dyn Ranks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rank {} of {}", self.rank(), self.size())
    }
}

/// A single rank, without others.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alone;

impl Ranks for Alone {
    fn rank(&self) -> usize {
        0
    }

    fn size(&self) -> usize {
        1
    }

    /// # Panics
    /// Always: there is no other rank.
    #[track_caller]
    fn exchange(&self, to: usize, _: &[u8], _: usize, _: &mut [u8]) -> Result<(), RankError> {
        panic!("ranks: a message to rank {to}, but there is only one rank")
    }
}
