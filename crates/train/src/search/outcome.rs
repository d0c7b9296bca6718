//! What came out of the trials of a search, and their order.

use super::space::TrialSettings;
use crate::metrics::Metrics;
use crate::report::{StopReason, TrainingReport};
use std::cmp::Ordering;

/// What trials are compared by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChooseBy {
    /// The true loss on the validation data: of classifications the share of mistakes, and of equal ones the
    /// surrogate; of regressions the surrogate.
    #[default]
    True,
    /// The surrogate on the validation data: the mean of the loss that training minimises, such as the
    /// cross-entropy.
    Surrogate,
}

impl ChooseBy {
    /// All criteria.
    pub const ALL: [Self; 2] = [Self::True, Self::Surrogate];

    /// The name of the criterion: `true` or `surrogate`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::True => "true",
            Self::Surrogate => "surrogate",
        }
    }
}

/// How the training of a trial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrialStatus {
    /// All epochs were completed.
    Finished,
    /// Early stopping or a callback ended it.
    Stopped,
    /// Successive halving gave it no more epochs.
    Dropped,
    /// A loss became infinite or NaN. Such a trial is never the best.
    Diverged,
}

impl TrialStatus {
    /// All ways.
    pub const ALL: [Self; 4] = [Self::Finished, Self::Stopped, Self::Dropped, Self::Diverged];

    /// The name: `finished`, `stopped`, `dropped` or `diverged`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Stopped => "stopped",
            Self::Dropped => "dropped",
            Self::Diverged => "diverged",
        }
    }
}

/// The result of a trial.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialOutcome {
    /// The number of the trial, counted from 1.
    pub number: usize,
    /// Its settings.
    pub settings: TrialSettings,
    /// The number of epochs that it was trained for.
    pub epochs: usize,
    /// The metrics on the training data.
    pub train: Metrics,
    /// The metrics on the validation data.
    pub validation: Metrics,
    /// How its training ended.
    pub status: TrialStatus,
    /// The time of its training in seconds, on one thread; of successive halving, that of its last round.
    pub seconds: f64,
    /// The round of successive halving that it was in last, counted from 0; 0 for other methods.
    pub round: usize,
}

impl TrialOutcome {
    /// The outcome of a training run; `None` without validation data.
    pub(super) fn of<M, T>(
        number: usize,
        round: usize,
        settings: TrialSettings,
        report: &TrainingReport<M, T>,
    ) -> Option<Self> {
        let validation = report.validation?;
        let is_finite = report.train.loss.is_finite() && validation.loss.is_finite();
        let status = match report.stop {
            StopReason::NotFinite { .. } => TrialStatus::Diverged,
            _ if !is_finite => TrialStatus::Diverged,
            StopReason::Finished => TrialStatus::Finished,
            StopReason::EarlyStopping | StopReason::Callback => TrialStatus::Stopped,
        };
        let (train, epochs, seconds) = (report.train, report.history.len(), report.seconds);
        Some(Self { number, settings, epochs, train, validation, status, seconds, round })
    }

    /// The losses that trials are compared by: the first decides, and of equal ones the second.
    fn losses(&self, by: ChooseBy) -> (f64, f64) {
        let mistakes = match by {
            ChooseBy::True => self.validation.error_rate().unwrap_or(0.0),
            ChooseBy::Surrogate => 0.0,
        };
        (mistakes, self.validation.loss)
    }

    /// Whether the trial can be the best: it did not diverge, and its losses are finite.
    pub(super) fn is_good(&self, by: ChooseBy) -> bool {
        let (mistakes, loss) = self.losses(by);
        self.status != TrialStatus::Diverged && mistakes.is_finite() && loss.is_finite()
    }

    /// The order of trials, the best first: those of later rounds, then those with the smaller losses, then
    /// those with the smaller number. A trial that diverged, or has a NaN, is behind all others.
    pub(super) fn order(&self, other: &Self, by: ChooseBy) -> Ordering {
        let (own, others) = (self.losses(by), other.losses(by));
        other
            .is_good(by)
            .cmp(&self.is_good(by))
            .then(other.round.cmp(&self.round))
            .then(own.0.total_cmp(&others.0))
            .then(own.1.total_cmp(&others.1))
            .then(self.number.cmp(&other.number))
    }
}

/// The trials of a search.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchTable {
    /// All trials, in the order of their numbers.
    pub trials: Vec<TrialOutcome>,
    pub(super) by: ChooseBy,
}

impl SearchTable {
    /// The trials, the best first. Those that diverged are behind all others, and of successive halving,
    /// those that were trained longer come first.
    #[must_use]
    pub fn ranked(&self) -> Vec<&TrialOutcome> {
        let mut ranked: Vec<&TrialOutcome> = self.trials.iter().collect();
        ranked.sort_by(|a, b| a.order(b, self.by));
        ranked
    }

    /// The best trial; `None` if all diverged.
    #[must_use]
    pub fn best(&self) -> Option<&TrialOutcome> {
        self.ranked().into_iter().next().filter(|best| best.is_good(self.by))
    }
}
