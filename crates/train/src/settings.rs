//! The settings of a training run, apart from those of its steps.

use crate::class_weights::ClassWeights;
use crate::selection::{BestBy, Sampling};

/// The settings of a training run, apart from those of its steps.
pub(crate) struct Settings {
    pub(crate) batch_size: usize,
    /// The number of parts in which a batch is computed.
    pub(crate) accumulate: usize,
    pub(crate) sampling: Sampling,
    pub(crate) class_weights: ClassWeights,
    pub(crate) epochs: usize,
    /// Under early stopping: the number of epochs without improvement after which training stops.
    pub(crate) patience: Option<usize>,
    /// The criterion for the best epoch, whose parameters are the result; `None` for the last epoch, unless
    /// there is early stopping.
    pub(crate) best_by: Option<BestBy>,
    pub(crate) parameter_limit: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            batch_size: 64,
            accumulate: 1,
            sampling: Sampling::default(),
            class_weights: ClassWeights::default(),
            epochs: 30,
            patience: None,
            best_by: None,
            parameter_limit: 1e6,
        }
    }
}

impl Settings {
    /// The criterion for the best epoch, if its parameters are the result.
    pub(crate) fn keeps_best(&self) -> Option<BestBy> {
        self.best_by.or_else(|| self.patience.map(|_| BestBy::default()))
    }

    /// The settings that say which examples are in which batch, as texts by name.
    pub(crate) fn of_batches(&self) -> [(&'static str, String); 3] {
        [
            ("batch_size", self.batch_size.to_string()),
            ("accumulate", self.accumulate.to_string()),
            ("sampling", self.sampling.name().to_owned()),
        ]
    }

    /// The number of examples per update.
    pub(crate) fn examples_per_update(&self) -> usize {
        self.batch_size.saturating_mul(self.accumulate)
    }
}
