//! Ranks: the processes that train one model together, and how they exchange messages.
//!
//! What is computed on several ranks has the bits of one: gradients and totals are added in an order that
//! follows from the size of the work alone.

mod channels;
mod collective;
mod error;
mod handshake;
mod shard_tree;
mod tree_sum;

pub use channels::Channels;
pub(crate) use collective::{any, first, gather_numbers, gather_totals, of_first, share_slices};
pub use error::RankError;
pub(crate) use handshake::agree;
pub(crate) use shard_tree::own_share;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
pub(crate) use tree_sum::{Sums, TreeSum};

/// The processes that train one model together, as one of them sees them.
///
/// The message of one rank to another is bytes whose number both know. There is one operation, in which a
/// rank sends and receives at once, because two ranks that both send first could wait for each other. It
/// takes all messages that can be under way together, so that a rank waits for the network once.
///
/// [`Alone`] is the default, [`Channels`] connects the threads of one process, and the package `wengert-mpi`
/// the processes of MPI.
pub trait Ranks: Send + Sync {
    /// The number of this rank, counted from 0.
    fn rank(&self) -> usize;

    /// The number of ranks, at least 1.
    fn size(&self) -> usize;

    /// Sends messages, each to the rank before it, and fills each buffer with the next message of the rank
    /// before it. Messages between two ranks arrive in the order in which they were sent.
    ///
    /// # Errors
    /// If one of the ranks has ended or does not answer within the time limit, or if a message has another
    /// length than its buffer.
    fn exchange(&self, sent: &[Sent<'_>], received: &mut [Received<'_>]) -> Result<(), RankError>;
}

/// The rank to send a message to, and the message.
pub type Sent<'a> = (usize, &'a [u8]);

/// The rank to receive a message from, and the buffer for it.
pub type Received<'a> = (usize, &'a mut [u8]);

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

    #[inline(always)]
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
    /// If there is a message: there is no other rank.
    #[track_caller]
    fn exchange(&self, sent: &[Sent<'_>], received: &mut [Received<'_>]) -> Result<(), RankError> {
        assert!(sent.is_empty() && received.is_empty(), "ranks: a message, but there is only one rank");
        Ok(())
    }
}
