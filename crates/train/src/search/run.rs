//! The search: one training run per setting, and the choice of the best.

use super::error::SearchError;
use crate::error::TrainError;
use crate::metrics::Metrics;
use crate::report::{StopReason, TrainingReport};
use rayon::prelude::*;
use wengert_ad::Real;
use wengert_data::Split;

/// A setting and the metrics of the model trained with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial<S> {
    /// The setting.
    pub setting: S,
    /// The metrics on the training data.
    pub train: Metrics,
    /// The metrics on the validation data, on which the choice is based.
    pub validation: Metrics,
    /// The reason why its training stopped. A trial that diverged is not chosen.
    pub stop: StopReason,
}

/// The result of [`search_settings`].
#[derive(Clone, Debug)]
pub struct SearchReport<S, M, T = f32> {
    /// All trials, in the order of the settings.
    pub trials: Vec<Trial<S>>,
    /// The index of the best trial: of those that did not diverge, the one with the smallest validation loss,
    /// the first in case of a tie.
    pub best: usize,
    /// The training report of the best trial. It has no metrics on the test part: call
    /// [`evaluate`](crate::TrainedModel::evaluate) for these, once, at the end.
    pub report: TrainingReport<M, T>,
}

impl<S, M, T> SearchReport<S, M, T> {
    /// The best setting.
    pub fn best_setting(&self) -> &S {
        &self.trials[self.best].setting
    }
}

/// Trains one model per setting, in parallel, and chooses the setting with the smallest validation loss.
///
/// The split that `train` receives has an empty test part. The result is the same for any number of
/// threads. As the trials run in parallel, the trainers in `train` should use one thread each.
///
/// ```
/// use wengert_data::moons;
/// use wengert_nn::{CrossEntropy, Mlp};
/// use wengert_optim::Adam;
/// use wengert_train::{Trainer, grid, search_settings};
///
/// let data = moons(200, 0.2, 7).split(0.6, 0.2, 0.2, 7)?.standardised();
/// let search = search_settings(&grid(&[1e-3, 1e-2], &[4, 16]), &data, |&(rate, width), data| {
///     Trainer::new(Mlp::new([2, width, 2]), CrossEntropy, Adam::new(rate)).epochs(10).threads(1).fit(data)
/// })?;
/// let (rate, width) = search.best_setting();
/// println!("best: learning rate {rate}, {width} hidden units");
/// let test = search.report.model.evaluate(&CrossEntropy, &data.test);
/// assert!(search.trials.len() == 4 && test.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If there are no settings or no validation data, if a training run cannot begin, or if all trials
/// diverged.
pub fn search_settings<S: Clone + Send + Sync, M: Send, T: Real>(
    settings: &[S],
    data: &Split<T>,
    train: impl Fn(&S, &Split<T>) -> Result<TrainingReport<M, T>, TrainError> + Sync,
) -> Result<SearchReport<S, M, T>, SearchError> {
    if settings.is_empty() {
        return Err(SearchError::NoSettings);
    }
    if data.validation.examples() == 0 {
        return Err(SearchError::NoValidation);
    }
    let visible = data.without_test();
    let reports: Result<Vec<_>, _> = settings.par_iter().map(|setting| train(setting, &visible)).collect();
    let reports = reports.map_err(|source| SearchError::Train { source })?;
    let trials: Vec<Trial<S>> = settings.iter().zip(&reports).map(|(s, report)| trial(s, report)).collect();
    let converged = |trial: &Trial<S>| {
        trial.validation.loss.is_finite() && !matches!(trial.stop, StopReason::NotFinite { .. })
    };
    let finite = trials.iter().enumerate().filter(|(_, trial)| converged(trial));
    let best = finite.min_by(|a, b| a.1.validation.loss.total_cmp(&b.1.validation.loss));
    let best = best.map(|(i, _)| i).ok_or(SearchError::AllDiverged)?;
    let report = reports.into_iter().nth(best).expect("there is one report per trial");
    Ok(SearchReport { trials, best, report })
}

fn trial<S: Clone, M, T>(setting: &S, report: &TrainingReport<M, T>) -> Trial<S> {
    let validation = report.validation.expect("the validation part is not empty");
    Trial { setting: setting.clone(), train: report.train, validation, stop: report.stop }
}
