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

use ferrompi::{Communicator, Error, Mpi, ThreadLevel, scope};
use std::fmt;
use std::hint::spin_loop;
use std::thread::{sleep, yield_now};
use std::time::{Duration, Instant};
use wengert_train::{RankError, Ranks};

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

    fn exchange(&self, to: usize, message: &[u8], from: usize, received: &mut [u8]) -> Result<(), RankError> {
        let expected = received.len();
        let found = scope(|scope| {
            let mut dispatch = self.world.isend(scope, message, to as i32, TAG)?;
            self.wait(from, || Ok(self.world.iprobe::<u8>(from as i32, TAG)?.map(|_| ())), true)?;
            let mut receipt = self.world.irecv(scope, received, from as i32, TAG)?;
            let status = self.wait(from, || receipt.test(), false)?;
            self.wait(to, || dispatch.test(), false)?;
            Ok(status.count)
        });
        match found.map_err(|error| transport(&error))? {
            Some(found) if found != expected => Err(RankError::Length { rank: from, expected, found }),
            _ => Ok(()),
        }
    }
}

impl MpiRanks {
    /// Asks MPI until it has an answer, with pauses if the answer takes long and needs no help of this rank.
    ///
    /// After the time limit, this ends all processes: MPI has no way to give up a request whose other side is
    /// lost, and the scope would wait for it.
    fn wait<A>(
        &self,
        rank: usize,
        mut ask: impl FnMut() -> Result<Option<A>, Error>,
        with_pauses: bool,
    ) -> Result<A, Error> {
        let start = Instant::now();
        loop {
            for _ in 0..SPINS {
                if let Some(answer) = ask()? {
                    return Ok(answer);
                }
                spin_loop();
            }
            let waited = start.elapsed();
            if waited >= self.limit {
                let silent = RankError::Silent { rank, limit: self.limit };
                eprintln!("error: rank {}: {silent}", self.rank());
                self.world.abort(1);
            }
            if with_pauses && waited >= PATIENCE { sleep(PAUSE) } else { yield_now() }
        }
    }
}

fn transport(error: &Error) -> RankError {
    RankError::Transport { problem: error.to_string() }
}
