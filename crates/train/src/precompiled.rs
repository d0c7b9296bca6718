//! Runs of a [`DefaultTrainer`] that are compiled in this crate.
//!
//! The methods of [`Trainer`](crate::Trainer) are generic, and are compiled in each program that calls them,
//! with the optimisation of that program. These functions do the same as the methods of their names, and are
//! compiled once, with the optimisation of this crate.
//!
//! ```
//! use wengert_data::moons;
//! use wengert_train::{Defaults, precompiled};
//!
//! let data = moons(200, 0.1, 7).split(0.8, 0.0, 0.2, 7)?.standardised();
//! let defaults = Defaults { epochs: 3, ..Defaults::of(&data.train) };
//! let trainer = || defaults.trainer(&data.train);
//! let report = precompiled::fit(trainer()?, (&data).into())?;
//! assert_eq!(report.model.params, trainer()?.fit(&data)?.model.params);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::batch_fit::BatchFit;
use crate::defaults::DefaultTrainer;
use crate::error::TrainError;
use crate::report::TrainingReport;
use crate::search::TrialRun;
#[cfg(feature = "safetensors")]
use std::path::Path;
use wengert_data::Parts;
use wengert_nn::{AnyActivation, MlpModule};
use wengert_optim::RateFinder;

/// The report of a [`DefaultTrainer`].
pub type DefaultReport = TrainingReport<MlpModule<AnyActivation>>;

/// [`Trainer::fit`](crate::Trainer::fit).
///
/// # Errors
/// As that.
#[inline(never)]
#[track_caller]
pub fn fit(trainer: DefaultTrainer, data: Parts<'_>) -> Result<DefaultReport, TrainError> {
    trainer.fit(data)
}

/// [`Trainer::resume_from`](crate::Trainer::resume_from).
///
/// # Errors
/// As that.
#[cfg(feature = "safetensors")]
#[cfg_attr(docsrs, doc(cfg(feature = "safetensors")))]
#[inline(never)]
#[track_caller]
pub fn resume_from(
    trainer: DefaultTrainer,
    checkpoint: &Path,
    data: Parts<'_>,
) -> Result<DefaultReport, TrainError> {
    trainer.resume_from(checkpoint, data)
}

/// [`Trainer::overfit_batch`](crate::Trainer::overfit_batch).
///
/// # Errors
/// As that.
#[inline(never)]
#[track_caller]
pub fn overfit_batch(trainer: DefaultTrainer, steps: usize, data: Parts<'_>) -> Result<BatchFit, TrainError> {
    trainer.overfit_batch(steps, data)
}

/// [`Trainer::find_rate`](crate::Trainer::find_rate).
///
/// # Errors
/// As that.
#[inline(never)]
#[track_caller]
pub fn find_rate(
    trainer: DefaultTrainer,
    finder: RateFinder,
    data: Parts<'_>,
) -> Result<RateFinder, TrainError> {
    trainer.find_rate(finder, data)
}

/// [`TrialRun::fit`].
///
/// # Errors
/// As that.
#[inline(never)]
#[track_caller]
pub fn fit_trial(
    run: TrialRun<'_>,
    trainer: DefaultTrainer,
    data: Parts<'_>,
) -> Result<DefaultReport, TrainError> {
    run.fit(trainer, data)
}
