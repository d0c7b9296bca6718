//! The ranks of a run: the processes that one command was started as.

use crate::error::CliError;
use crate::rank_problem::RankProblem;
use std::sync::Arc;
use std::time::Duration;
use wengert::train::{Alone, RankError, Ranks};

/// Connects this process with the others of its run, given the time to wait for a message of another rank.
pub type Connect<'a> = &'a mut dyn FnMut(Duration) -> Result<Arc<dyn Ranks>, RankError>;

/// The variables in which the launchers of OpenMPI, of MPICH and Intel MPI, and of SLURM say how many
/// processes they started.
const VARIABLES: [&str; 3] = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"];
/// The time to wait for a message of another rank, unless it is said.
const LIMIT: Duration = Duration::from_secs(300);

/// How this process finds the other ranks.
pub(crate) struct Launcher<'a> {
    /// `None` in a program that was compiled without MPI.
    pub(crate) connect: Option<Connect<'a>>,
}

impl Launcher<'_> {
    /// Runs a command that works on several ranks; says of which rank an error is. Without a launcher, there
    /// is one rank.
    pub(crate) fn run(
        &mut self,
        seconds: Option<f64>,
        command: impl FnOnce(&Arc<dyn Ranks>) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let ranks = self.connected(seconds.map_or(LIMIT, Duration::from_secs_f64))?;
        let of_rank = |error| match (ranks.rank(), ranks.size()) {
            (_, 1) => error,
            (rank, _) => CliError::OfRank { rank, error: Box::new(error) },
        };
        command(&ranks).map_err(of_rank)
    }

    fn connected(&mut self, limit: Duration) -> Result<Arc<dyn Ranks>, CliError> {
        let started = launched();
        let Some(connect) = self.connect.as_mut().filter(|_| started.is_some()) else {
            return match started {
                Some(ranks) if ranks > 1 => Err(RankProblem::WithoutMpi { ranks }.into()),
                _ => Ok(Arc::new(Alone)),
            };
        };
        let ranks = connect(limit).map_err(RankProblem::Connect)?;
        match started {
            Some(started) if started != ranks.size() => {
                Err(RankProblem::OtherLauncher { started, found: ranks.size() }.into())
            }
            _ => Ok(ranks),
        }
    }
}

/// The number of processes that a launcher started; `None` without one.
fn launched() -> Option<usize> {
    VARIABLES.iter().find_map(|name| std::env::var(name).ok()?.parse().ok())
}
