//! The reasons why a command cannot run on several ranks.

use std::process::ExitStatus;
use std::{fmt, io};
use wengert::train::RankError;

#[derive(Debug)]
pub(crate) enum RankProblem {
    /// MPI cannot begin.
    Connect(RankError),
    /// The program was compiled without MPI.
    WithoutMpi { ranks: usize },
    /// The launcher started another number of processes than MPI knows.
    OtherLauncher { started: usize, found: usize },
    /// Something works on one rank only.
    OneRank { what: &'static str },
    /// Another command than those for several ranks.
    OtherCommand,
    /// The launcher cannot be started.
    Launcher { program: String, error: io::Error },
    /// The launcher failed, as the ranks or the launcher itself have said.
    Launched { program: String, status: ExitStatus },
}

impl RankProblem {
    /// The exit code of the program.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::OneRank { .. } | Self::OtherCommand => 2,
            Self::Launched { status, .. } => status.code().map_or(1, |code| code as u8),
            _ => 1,
        }
    }
}

impl fmt::Display for RankProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(error) => error.fmt(f),
            Self::WithoutMpi { ranks } => write!(
                f,
                "this program was compiled without MPI and cannot be one of {ranks} ranks; in the folder of \
                 its source, `cargo install --path crates/mpi --features program` replaces it by one that can"
            ),
            Self::OtherLauncher { started, found } => write!(
                f,
                "the launcher started {started} processes, but MPI knows {found}: the program was compiled \
                 for another MPI than that of the launcher"
            ),
            Self::OneRank { what } => write!(f, "{what} works on one rank only: start it without a launcher"),
            Self::OtherCommand => {
                f.write_str("only `train` and `search` run on several ranks: write one of them after --")
            }
            Self::Launcher { program, error } => {
                write!(f, "cannot start {program}: {error}; install MPI, or name its launcher with --mpirun")
            }
            Self::Launched { program, status } => write!(f, "{program} failed ({status})"),
        }
    }
}
