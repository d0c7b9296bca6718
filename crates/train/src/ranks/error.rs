//! The reasons why ranks cannot train together.

use std::fmt;
use std::time::Duration;

/// The reason why ranks cannot train together, or no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RankError {
    /// Another rank has ended, possibly with an error of its own.
    Ended {
        /// The number of the rank.
        rank: usize,
    },
    /// Nothing came from another rank within the time limit.
    Silent {
        /// The number of the rank.
        rank: usize,
        /// The time limit.
        limit: Duration,
    },
    /// A message has another length than the one that is expected: the ranks run different programs.
    Length {
        /// The number of the rank that sent it.
        rank: usize,
        /// The expected number of bytes.
        expected: usize,
        /// The number of bytes of the message.
        found: usize,
    },
    /// The library that carries the messages reports a failure.
    Transport {
        /// Its message.
        problem: String,
    },
    /// Rank 0 and another one would not train the same.
    Different {
        /// The number of the other rank.
        rank: usize,
        /// What rank 0 would train, as far as it is different.
        first: String,
        /// The same of the other rank.
        other: String,
    },
    /// A step has fewer shards than there are ranks.
    TooMany {
        /// The number of ranks.
        ranks: usize,
        /// The number of shards.
        shards: usize,
    },
    /// The model computes running statistics in training, or rows of a batch depend on each other, so that a
    /// batch cannot be divided.
    WholeBatches,
}

impl fmt::Display for RankError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended { rank } => {
                write!(f, "rank {rank} has ended; its own message says why, if it had time for one")
            }
            Self::Silent { rank, limit } => write!(
                f,
                "nothing came from rank {rank} within {} s: it has ended or hangs; if it needs more time, \
                 raise the limit (--rank-timeout)",
                limit.as_secs_f64()
            ),
            Self::Length { rank, expected, found } => write!(
                f,
                "a message of rank {rank} has {found} bytes instead of {expected}: start the same program \
                 with the same arguments on all ranks"
            ),
            Self::Transport { problem } => write!(f, "messages between ranks fail: {problem}"),
            Self::Different { rank, first, other } => write!(
                f,
                "rank 0 and rank {rank} would not train the same: {first} on rank 0, {other} on rank \
                 {rank}; start the same program with the same arguments and data on all ranks"
            ),
            Self::TooMany { ranks, shards } => write!(
                f,
                "a step has {shards} shard{}, too few for {ranks} ranks: divide it into {ranks} (--shards) \
                 or a multiple, on one machine too, as the result depends on it",
                if *shards == 1 { "" } else { "s" }
            ),
            Self::WholeBatches => f.write_str(
                "batch normalisation, and models or losses in which examples depend on each other, need \
                 whole batches, which several ranks do not have: use layer normalisation, or one rank",
            ),
        }
    }
}

impl std::error::Error for RankError {}
