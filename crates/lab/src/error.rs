//! The reasons why an experiment cannot run.

use std::fmt;

/// The reason why an experiment cannot run.
#[derive(Debug)]
#[non_exhaustive]
pub enum LabError {
    /// The arguments are not those of the experiment.
    Arguments(clap::Error),
    /// A setting does not go together with the others.
    Setting {
        /// The name of the setting, as a flag: `"--rate"`.
        name: &'static str,
        /// What is wrong, and what would be right.
        problem: String,
    },
}

impl fmt::Display for LabError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arguments(error) => error.fmt(f),
            Self::Setting { name, problem } => write!(f, "{name}: {problem}"),
        }
    }
}

impl std::error::Error for LabError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Arguments(error) => Some(error),
            Self::Setting { .. } => None,
        }
    }
}

impl LabError {
    /// A setting that does not go together with the others.
    pub(crate) fn setting(name: &'static str, problem: impl Into<String>) -> Self {
        Self::Setting { name, problem: problem.into() }
    }
}
