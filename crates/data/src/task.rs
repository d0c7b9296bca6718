//! The task that a data set is for: classification or regression.

use std::fmt;

/// What a model learns from data: classes or values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Task {
    /// One of several classes per example.
    Classification,
    /// One or more numbers per example.
    Regression,
}

impl Task {
    /// All tasks.
    pub const ALL: [Self; 2] = [Self::Classification, Self::Regression];
}

/// `classification` or `regression`.
impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Classification => "classification",
            Self::Regression => "regression",
        })
    }
}
