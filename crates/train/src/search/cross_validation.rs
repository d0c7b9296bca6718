//! Cross-validation: each example is held out once.

use super::error::SearchError;
use crate::error::TrainError;
use crate::metrics::Metrics;
use crate::report::TrainingReport;
use rayon::prelude::*;
use wengert_ad::Real;
use wengert_data::Split;

/// The result of [`cross_validate`].
#[derive(Clone, Debug, PartialEq)]
pub struct CrossValidation {
    /// For each fold, the metrics on its validation part with the model that was trained on the others.
    pub folds: Vec<Metrics>,
}

/// A mean over folds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FoldMean {
    /// The mean.
    pub mean: f64,
    /// The deviation of the folds, divided by the root of their number. The folds share training examples, so
    /// that this understates the error of the mean (Bengio and Grandvalet 2004).
    pub standard_error: f64,
}

impl CrossValidation {
    /// The mean loss of the folds.
    #[must_use]
    pub fn loss(&self) -> FoldMean {
        mean(&self.folds.iter().map(|fold| fold.loss).collect::<Vec<f64>>())
    }

    /// The mean accuracy of the folds; `None` if the targets are not classes.
    #[must_use]
    pub fn accuracy(&self) -> Option<FoldMean> {
        let shares: Option<Vec<f64>> = self.folds.iter().map(|fold| fold.accuracy).collect();
        shares.map(|shares| mean(&shares))
    }
}

fn mean(values: &[f64]) -> FoldMean {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    FoldMean { mean, standard_error: (squares / (count - 1.0) / count).sqrt() }
}

/// Trains one model per fold, in parallel, and evaluates each on the validation part of its fold.
///
/// The splits are those of [`Dataset::folds`](wengert_data::Dataset::folds), scaled by their own training
/// parts. As the runs are parallel, the trainers in `train` should use one thread each. With early stopping
/// or a choice of the best epoch, the validation parts also choose the epochs, so that the means are
/// optimistic.
///
/// ```
/// use wengert_data::{Split, moons};
/// use wengert_nn::{CrossEntropy, Mlp};
/// use wengert_optim::Adam;
/// use wengert_train::{Trainer, cross_validate};
///
/// let folds: Vec<Split> = moons(200, 0.1, 7).folds(5, 7)?.map(Split::standardised).collect();
/// let result = cross_validate(&folds, |fold| {
///     Trainer::new(Mlp::new([2, 32, 2]), CrossEntropy, Adam::new(3e-2)).epochs(60).threads(1).fit(fold)
/// })?;
/// assert!(result.accuracy().is_some_and(|accuracy| accuracy.mean > 0.95));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If there are fewer than two folds, if one has no validation part, or if a training run cannot begin.
pub fn cross_validate<M: Send, T: Real>(
    folds: &[Split<T>],
    train: impl Fn(&Split<T>) -> Result<TrainingReport<M, T>, TrainError> + Sync,
) -> Result<CrossValidation, SearchError> {
    if folds.len() < 2 {
        return Err(SearchError::TooFewFolds { folds: folds.len() });
    }
    if folds.iter().any(|fold| fold.validation.examples() == 0) {
        return Err(SearchError::NoValidation);
    }
    let metrics = folds.par_iter().map(|fold| {
        let report = train(fold).map_err(|source| SearchError::Train { source })?;
        report.validation.ok_or(SearchError::NoValidation)
    });
    Ok(CrossValidation { folds: metrics.collect::<Result<_, SearchError>>()? })
}
