//! Training on the processes of MPI.
//!
//! A launcher such as `mpirun` or `srun` starts the same program several times. Each process opens a
//! [`Session`], and trains with its [`MpiRanks`].
//!
//! ```no_run
//! use std::sync::Arc;
//! use std::time::Duration;
//! use wengert_mpi::Session;
//! use wengert_train::Ranks;
//!
//! let session = Session::open()?;
//! let ranks = Arc::new(session.ranks(Duration::from_secs(300)));
//! println!("rank {} of {}", ranks.rank(), ranks.size());
//! // A `Trainer` takes them: `trainer.ranks(ranks).fit(&data)`.
//! # Ok::<(), wengert_train::RankError>(())
//! ```

use ferrompi::{Communicator, Error, Mpi, Request, Scope, ThreadLevel, scope};
use std::collections::BTreeMap;
use std::fmt;
use std::hint::spin_loop;
use std::thread::{sleep, yield_now};
use std::time::{Duration, Instant};
use wengert_train::{RankError, Ranks, Received, Sent};

/// The tag of all messages, which arrive in the order in which they are sent.
const TAG: i32 = 0;
/// How often MPI is asked before other threads get the core.
const SPINS: usize = 1000;
/// After this time without a message, its sender is still computing, and the core is left to others for a
/// while between two looks.
const PATIENCE: Duration = Duration::from_millis(1);
const PAUSE: Duration = Duration::from_micros(50);

/// The part of the program in which MPI can be used. It ends, on all ranks together, when it is dropped.
pub struct Session {
    mpi: Mpi,
}

impl Session {
    /// Begins to use MPI; possible once in a process. The session stays on its thread, and the ranks may be
    /// used on any, one at a time.
    ///
    /// # Errors
    /// If MPI cannot be initialised, or only for the use on one thread.
    pub fn open() -> Result<Self, RankError> {
        let mpi = Mpi::init_thread(ThreadLevel::Serialized).map_err(|error| transport(&error))?;
        if mpi.thread_level() < ThreadLevel::Serialized {
            let problem = "this MPI can be used on one thread only, and training has threads".to_owned();
            return Err(RankError::Transport { problem });
        }
        Ok(Self { mpi })
    }

    /// The ranks: all processes that the launcher started. A rank that waits for a message for as long as
    /// `limit` ends all processes with a message.
    #[must_use]
    pub fn ranks(&self, limit: Duration) -> MpiRanks {
        MpiRanks { world: self.mpi.world(), limit }
    }

    /// Ends all processes of the launcher with this exit code, for a rank that cannot go on: dropping the
    /// session would wait for the others, which may wait for this rank.
    pub fn abort(self, exit_code: u8) -> ! {
        self.mpi.world().abort(exit_code.into())
    }
}

/// All processes that the launcher started, as one of them sees them.
pub struct MpiRanks {
    world: Communicator,
    limit: Duration,
}

impl fmt::Debug for MpiRanks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MpiRanks").field("rank", &self.rank()).field("size", &self.size()).finish()
    }
}

impl Ranks for MpiRanks {
    fn rank(&self) -> usize {
        self.world.rank() as usize
    }

    fn size(&self) -> usize {
        self.world.size() as usize
    }

    fn exchange(&self, sent: &[Sent<'_>], received: &mut [Received<'_>]) -> Result<(), RankError> {
        let wrong = scope(|scope| {
            let mut messages =
                Messages { world: &self.world, scope, awaited: BTreeMap::new(), requests: Vec::new() };
            for &(to, message) in sent {
                messages.send(to, message)?;
            }
            for (from, buffer) in received {
                messages.awaited.entry(*from).or_default().push(buffer);
            }
            messages.complete(self.limit)
        });
        wrong.map_err(|error| transport(&error))?.map_or(Ok(()), Err)
    }
}

/// The messages of an exchange that have not arrived yet.
struct Messages<'s, 'a> {
    world: &'s Communicator,
    scope: &'s Scope<'s, 'a>,
    /// The buffers for the messages of ranks from which nothing has arrived.
    awaited: BTreeMap<usize, Vec<&'s mut [u8]>>,
    requests: Vec<Pending<'s>>,
}

/// A message that is under way.
struct Pending<'s> {
    /// The rank that sends or receives it.
    rank: usize,
    /// The length of the buffer of a message to this rank.
    expected: Option<usize>,
    request: Request<'s>,
}

impl<'s> Messages<'s, '_> {
    fn send(&mut self, rank: usize, message: &'s [u8]) -> Result<(), Error> {
        let request = self.world.isend(self.scope, message, rank as i32, TAG)?;
        self.requests.push(Pending { rank, expected: None, request });
        Ok(())
    }

    /// Asks MPI until all messages have arrived, with pauses if that takes long and needs no help of this
    /// rank. Returns the error if one has another length than its buffer.
    ///
    /// After the time limit without any progress, this ends all processes: MPI has no way to give up a
    /// request whose other side is lost, and the scope would wait for it.
    fn complete(&mut self, limit: Duration) -> Result<Option<RankError>, Error> {
        let (mut wrong, mut since, mut polls) = (None, Instant::now(), 0);
        loop {
            let left = self.awaited.len() + self.requests.len();
            let has_begun = self.receive_arrived()?;
            wrong = wrong.or(self.test_requests()?);
            let Some(rank) = self.next_rank() else { return Ok(wrong) };
            if has_begun || self.awaited.len() + self.requests.len() < left {
                (since, polls) = (Instant::now(), 0);
                continue;
            }
            polls += 1;
            if polls % SPINS != 0 {
                spin_loop();
                continue;
            }
            let waited = since.elapsed();
            if waited >= limit {
                eprintln!("error: rank {}: {}", self.world.rank(), RankError::Silent { rank, limit });
                self.world.abort(1);
            }
            let is_receiving = self.requests.iter().any(|pending| pending.expected.is_some());
            if waited >= PATIENCE && !is_receiving { sleep(PAUSE) } else { yield_now() }
        }
    }

    /// A rank whose message is not there yet.
    fn next_rank(&self) -> Option<usize> {
        self.awaited.keys().copied().next().or(self.requests.first().map(|pending| pending.rank))
    }

    /// Begins to receive all messages of the ranks whose first message has arrived; returns whether there are
    /// any.
    fn receive_arrived(&mut self) -> Result<bool, Error> {
        let mut arrived = Vec::new();
        for &rank in self.awaited.keys() {
            if self.world.iprobe::<u8>(rank as i32, TAG)?.is_some() {
                arrived.push(rank);
            }
        }
        for &rank in &arrived {
            for buffer in self.awaited.remove(&rank).into_iter().flatten() {
                let expected = Some(buffer.len());
                let request = self.world.irecv(self.scope, buffer, rank as i32, TAG)?;
                self.requests.push(Pending { rank, expected, request });
            }
        }
        Ok(!arrived.is_empty())
    }

    /// Removes the requests that are complete.
    fn test_requests(&mut self) -> Result<Option<RankError>, Error> {
        let (mut wrong, mut index) = (None, 0);
        while let Some(Pending { rank, expected, request }) = self.requests.get_mut(index) {
            let Some(status) = request.test()? else {
                index += 1;
                continue;
            };
            if let (Some(expected), Some(found)) = (*expected, status.count)
                && expected != found
            {
                wrong = Some(RankError::Length { rank: *rank, expected, found });
            }
            self.requests.swap_remove(index);
        }
        Ok(wrong)
    }
}

fn transport(error: &Error) -> RankError {
    RankError::Transport { problem: error.to_string() }
}
