//! The methods of a search, and the rounds of successive halving.

/// How a search chooses settings and divides epochs among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SearchMethod {
    /// All combinations.
    Grid,
    /// Random settings, each trained for all epochs.
    Random {
        /// The number of trials.
        trials: usize,
    },
    /// Successive halving (Jamieson and Talwalkar 2016) of random settings: all are trained for a few epochs,
    /// the best of them for `factor` times as many, and so on, until the last are trained for all epochs.
    /// Each round continues the runs of the one before, with the bits of runs that were not interrupted.
    Halving {
        /// The number of trials.
        trials: usize,
        /// The number of epochs of a whole run.
        epochs: usize,
        /// The number of epochs of the first round.
        first: usize,
        /// The number of times that a round has fewer trials and more epochs than the one before.
        factor: usize,
    },
}

/// A round of trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Round {
    /// The number of trials.
    pub(super) trials: usize,
    /// The number of epochs, counted from the start; `None` for those of the trainer.
    pub(super) epochs: Option<usize>,
}

impl SearchMethod {
    /// Successive halving whose last round has `factor` trials or fewer: of 27 trials with the factor 3, the
    /// rounds have 27, 9 and 3 trials.
    ///
    /// # Panics
    /// If the factor is less than 2.
    #[must_use]
    #[track_caller]
    pub fn halving(trials: usize, epochs: usize, factor: usize) -> Self {
        assert!(factor >= 2, "halving: the factor is {factor}, must be at least 2");
        let (mut first, mut left) = (epochs, trials);
        while left > factor && first > 1 {
            (left, first) = (left.div_ceil(factor), first.div_ceil(factor));
        }
        Self::Halving { trials, epochs, first, factor }
    }

    /// The rounds of a search with this many settings.
    pub(super) fn rounds(self, settings: usize) -> Vec<Round> {
        let Self::Halving { epochs: whole, first, factor, .. } = self else {
            return vec![Round { trials: settings, epochs: None }];
        };
        let (mut trials, mut epochs, factor) = (settings, first.clamp(1, whole.max(1)), factor.max(2));
        let mut rounds = vec![Round { trials, epochs: Some(epochs) }];
        while epochs < whole {
            (trials, epochs) = (trials.div_ceil(factor), epochs.saturating_mul(factor).min(whole));
            rounds.push(Round { trials, epochs: Some(epochs) });
        }
        rounds
    }

    /// The number of training runs of a search with this many settings: one per trial and round.
    #[must_use]
    pub fn runs(self, settings: usize) -> usize {
        self.rounds(settings).iter().map(|round| round.trials).sum()
    }

    /// The name of the method: `grid`, `random` or `halving`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Random { .. } => "random",
            Self::Halving { .. } => "halving",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halving_begins_so_that_the_last_round_has_as_many_trials_as_its_factor() {
        let rounds = |trials, epochs, factor| {
            let rounds = SearchMethod::halving(trials, epochs, factor).rounds(trials);
            rounds.iter().map(|round| (round.trials, round.epochs.unwrap())).collect::<Vec<_>>()
        };
        assert_eq!(rounds(27, 81, 3), [(27, 9), (9, 27), (3, 81)]);
        assert_eq!(rounds(64, 20, 4), [(64, 2), (16, 8), (4, 20)]);
        // A run of one epoch cannot be divided, and few trials need not be.
        assert_eq!(rounds(9, 1, 3), [(9, 1)]);
        assert_eq!(rounds(2, 10, 3), [(2, 10)]);
        // Epochs that run out before the trials leave more of these.
        assert_eq!(rounds(100, 2, 3), [(100, 1), (34, 2)]);
    }
}
