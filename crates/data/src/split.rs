//! Splits of a data set into training, validation and test parts.

use crate::dataset::Dataset;
use crate::error::{DataError, DataProblem, Role};
use crate::permutation::{Purpose, permute};
use crate::scaling::Scaling;
use std::borrow::Cow;
use wengert_kernels::Float;

/// A data set in three parts: train on the first, choose hyper-parameters on the second, report results on
/// the third.
///
/// A part with fraction 0 has no examples.
#[derive(Clone, Debug, PartialEq)]
pub struct Split<F = f32> {
    /// The examples that the model is trained on.
    pub train: Dataset<F>,
    /// The examples that hyper-parameters and the epoch to stop at are chosen on.
    pub validation: Dataset<F>,
    /// The examples that the reported results are computed on; no choice depends on them.
    pub test: Dataset<F>,
}

impl<F: Float> Dataset<F> {
    /// Shuffles the examples by `seed` and splits them into three parts by fractions that add up to 1.
    ///
    /// The parts end after `round(n train)`, `round(n (train + validation))` and `n` examples: each differs
    /// from its fraction by less than one example, and each example is in one part.
    ///
    /// # Errors
    /// If a fraction is not from 0 to 1, if their sum differs from 1 by more than 1e-9, if `train` is 0, or
    /// if a part with a positive fraction would be empty.
    pub fn split(&self, train: f64, validation: f64, test: f64, seed: u64) -> Result<Split<F>, DataError> {
        let fractions = [train, validation, test];
        let whole = (train + validation + test - 1.0).abs() <= 1e-9;
        if !whole || train == 0.0 || !fractions.iter().all(|x| (0.0..=1.0).contains(x)) {
            return Err(DataProblem::Fractions { train, validation, test }.of(self.name()));
        }
        let n = self.examples();
        let end = |fraction: f64| ((n as f64 * fraction).round() as usize).min(n);
        let (train_end, validation_end) = (end(train), if test == 0.0 { n } else { end(train + validation) });

        let mut order = vec![0; n];
        permute(&mut order, seed, Purpose::Split);
        let part = |part, fraction, range: std::ops::Range<usize>| {
            if fraction > 0.0 && range.is_empty() {
                return Err(DataProblem::EmptyPart { part, fraction, examples: n }.of(self.name()));
            }
            Ok(self.select(&order[range]))
        };
        Ok(Split {
            train: part("train", train, 0..train_end)?,
            validation: part("validation", validation, train_end..validation_end)?,
            test: part("test", test, validation_end..n)?,
        })
    }
}

impl<F: Float> Split<F> {
    /// Standardises the features of all parts with the statistics of the training part.
    ///
    /// Each feature gets mean 0 and population variance 1 on the training part. The statistics do not depend
    /// on the other parts, so that nothing about them leaks into training. A feature that is constant on the
    /// training part is centred and not scaled, so that it becomes 0 there. Targets do not change: see
    /// [`standardised_targets`](Self::standardised_targets). Features that are already standardised do not
    /// change.
    ///
    /// The statistics become part of the [`scaling`](Dataset::scaling) of the parts, and of the model that is
    /// trained on them, which predicts from features in the user's units.
    #[must_use]
    pub fn standardised(self) -> Self {
        self.with_standardised(Role::Features)
    }

    /// Standardises the targets of a regression in all parts with the statistics of the training part; each
    /// column of the targets as [`standardised`](Self::standardised) does with features.
    ///
    /// Networks learn targets near 0 and of size 1 well, but not prices of houses. The trained model predicts
    /// in the user's units. The loss and its settings (such as the threshold of the Huber loss), and the
    /// metrics that training reports, are in units of the standard deviation. Only for losses of the
    /// difference between outputs and targets: probabilities, for example, would no longer be probabilities,
    /// so that training refuses standardised targets for other losses.
    ///
    /// # Panics
    /// If the targets are classes.
    #[must_use]
    #[track_caller]
    pub fn standardised_targets(self) -> Self {
        self.with_standardised(Role::Targets)
    }

    #[track_caller]
    fn with_standardised(mut self, table: Role) -> Self {
        let Some(statistics) = self.train.statistics(table) else { return self };
        let stored_as = self.train.scaling().clone();
        for part in [&mut self.train, &mut self.validation, &mut self.test] {
            if let Cow::Owned(scaled) = part.scaled_as(&stored_as) {
                *part = scaled;
            }
            part.standardise(table, &statistics);
        }
        self
    }

    /// The same examples, stored with these maps: for fine-tuning, those of the model.
    ///
    /// # Panics
    /// As [`Dataset::scaled_as`].
    #[must_use]
    #[track_caller]
    pub fn scaled_as(&self, scaling: &Scaling) -> Self {
        let scaled = |part: &Dataset<F>| part.scaled_as(scaling).into_owned();
        Self { train: scaled(&self.train), validation: scaled(&self.validation), test: scaled(&self.test) }
    }

    /// Moves a fraction of the training part, drawn by `seed`, to the validation part; for data that come in
    /// two parts.
    ///
    /// # Errors
    /// If the fraction is not in `[0, 1)`, or if it is positive and one of both parts would be empty.
    ///
    /// # Panics
    /// If the validation part is not empty; or if the split is standardised, because then the statistics
    /// depend on the examples that move.
    #[track_caller]
    pub fn with_validation(self, fraction: f64, seed: u64) -> Result<Self, DataError> {
        let found = self.validation.examples();
        assert!(found == 0, "with_validation: the split already has {found} validation examples");
        assert!(
            !self.train.is_standardised(),
            "with_validation: the split is standardised; standardise it afterwards"
        );
        if fraction == 0.0 {
            return Ok(self);
        }
        let parts = self.train.split(1.0 - fraction, fraction, 0.0, seed)?;
        Ok(Self { test: self.test, ..parts })
    }

    /// The split with an empty test part, for the choice of hyper-parameters, which must not depend on it.
    #[must_use]
    pub fn without_test(&self) -> Self {
        let (train, validation) = (self.train.clone(), self.validation.clone());
        Self { train, validation, test: self.test.select(&[]) }
    }
}
