//! The choices of examples and of epochs.

use crate::metrics::Metrics;

/// The order in which an epoch takes the training examples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sampling {
    /// Each epoch shuffles the examples anew, and takes each once.
    #[default]
    Reshuffle,
    /// The examples are shuffled once; all epochs take them in the same order.
    Once,
    /// Each epoch takes as many independent draws as there are examples, with replacement, as the theory of
    /// stochastic gradient descent assumes.
    Replacement,
}

impl Sampling {
    /// All ways.
    pub const ALL: [Self; 3] = [Self::Reshuffle, Self::Once, Self::Replacement];

    /// The name of the way: `reshuffle`, `once` or `replacement`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reshuffle => "reshuffle",
            Self::Once => "once",
            Self::Replacement => "replacement",
        }
    }
}

/// The criterion for the best epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BestBy {
    /// The smallest validation loss.
    #[default]
    Loss,
    /// The largest accuracy on the validation data; of equal ones, that with the smaller loss.
    Accuracy,
}

impl BestBy {
    /// All criteria.
    pub const ALL: [Self; 2] = [Self::Loss, Self::Accuracy];

    /// The name of the criterion: `loss` or `accuracy`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Accuracy => "accuracy",
        }
    }

    /// Whether these metrics are better than those of the best epoch so far. An infinite or NaN loss never
    /// is, nor an accuracy that is NaN.
    pub(crate) fn is_better(self, new: &Metrics, best: Option<&Metrics>) -> bool {
        let accuracy = |metrics: &Metrics| metrics.accuracy.unwrap_or(f64::NAN);
        if !new.loss.is_finite() || self == Self::Accuracy && accuracy(new).is_nan() {
            return false;
        }
        best.is_none_or(|best| match self {
            Self::Loss => new.loss < best.loss,
            Self::Accuracy => {
                let (new_accuracy, best_accuracy) = (accuracy(new), accuracy(best));
                new_accuracy > best_accuracy || new_accuracy == best_accuracy && new.loss < best.loss
            }
        })
    }
}
