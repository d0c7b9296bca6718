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

use ferrompi::{Communicator, Error, Mpi, Request, ThreadLevel, scope};
use std::fmt;
use std::hint::spin_loop;
use std::thread::yield_now;
use std::time::{Duration, Instant};
use wengert_train::{RankError, Ranks};

/// The tag of all messages, which arrive in the order in which they are sent.
const TAG: i32 = 0;
/// How often a message is looked for before other processes get the core.
const SPINS: usize = 1000;

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

    fn exchange(&self, to: usize, message: &[u8], from: usize, received: &mut [u8]) -> Result<(), RankError> {
        let expected = received.len();
        let found = scope(|scope| {
            let mut receipt = self.world.irecv(scope, received, from as i32, TAG)?;
            let mut dispatch = self.world.isend(scope, message, to as i32, TAG)?;
            let found = self.wait(&mut receipt, from)?;
            self.wait(&mut dispatch, to)?;
            Ok(found)
        });
        match found.map_err(|error| transport(&error))? {
            found if found == expected => Ok(()),
            found => Err(RankError::Length { rank: from, expected, found }),
        }
    }
}

impl MpiRanks {
    /// Waits until a request to or from `rank` is complete; returns the number of bytes that were received.
    ///
    /// After the time limit, this ends all processes: MPI has no way to give up a request whose other side is
    /// lost, and the scope would wait for it.
    fn wait(&self, request: &mut Request<'_>, rank: usize) -> Result<usize, Error> {
        let start = Instant::now();
        loop {
            for _ in 0..SPINS {
                if let Some(status) = request.test()? {
                    return Ok(status.count.unwrap_or(0));
                }
                spin_loop();
            }
            if start.elapsed() >= self.limit {
                let silent = RankError::Silent { rank, limit: self.limit };
                eprintln!("error: rank {}: {silent}", self.rank());
                self.world.abort(1);
            }
            yield_now();
        }
    }
}

fn transport(error: &Error) -> RankError {
    RankError::Transport { problem: error.to_string() }
}
