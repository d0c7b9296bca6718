//! Splits of a data set into training, validation and test parts.

use crate::dataset::Dataset;
use crate::error::{DataError, DataProblem, Role, SplitProblem};
use crate::partition::{Fractions, folds, partition};
use crate::precision::standardised;
use crate::scaling::Scaling;
use crate::scaling_method::ScalingMethod;
use crate::standardiser::Standardiser;
use crate::targets::Targets;
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
        self.partitioned(Fractions { train, validation, test }, seed, None)
    }

    /// Splits the examples as [`split`](Self::split), and so that each class has about the same share in all
    /// parts: in each part, the number of its examples differs from the fraction by less than two. The
    /// examples of a regression are split as by `split`.
    ///
    /// # Errors
    /// As [`split`](Self::split).
    pub fn split_stratified(
        &self,
        train: f64,
        validation: f64,
        test: f64,
        seed: u64,
    ) -> Result<Split<F>, DataError> {
        self.partitioned(Fractions { train, validation, test }, seed, self.labels())
    }

    fn partitioned(
        &self,
        fractions: Fractions,
        seed: u64,
        classes: Option<&[u32]>,
    ) -> Result<Split<F>, DataError> {
        let parts = partition(self.examples(), fractions, seed, classes);
        let parts = parts.map_err(|problem| problem.of(self.name()))?;
        let [train, validation, test] = parts.map(|part| self.select(&part));
        Ok(Split { train, validation, test })
    }

    /// The splits of a cross-validation: in each, another one of `count` parts, drawn by `seed`, is the
    /// validation part, and all others are the training part. The test part is empty. Classes are divided
    /// evenly.
    ///
    /// # Errors
    /// If there are fewer than two parts, or fewer examples than parts.
    pub fn folds(&self, count: usize, seed: u64) -> Result<impl Iterator<Item = Split<F>>, DataError> {
        let examples = self.examples();
        if !(2..=examples).contains(&count) {
            return Err(DataProblem::from(SplitProblem::Folds { count, examples }).of(self.name()));
        }
        let parts = folds(examples, count, seed, self.labels());
        Ok((0..count).map(move |held_out| {
            let others = parts.iter().enumerate().filter(|&(i, _)| i != held_out);
            let train: Vec<usize> = others.flat_map(|(_, part)| part.iter().copied()).collect();
            let (train, validation) = (self.select(&train), self.select(&parts[held_out]));
            Split { train, validation, test: self.select(&[]) }
        }))
    }

    /// The labels of a classification.
    fn labels(&self) -> Option<&[u32]> {
        match self.targets() {
            Targets::Classes { labels, .. } => Some(labels),
            Targets::Values { .. } => None,
        }
    }
}

impl Split<f64> {
    /// The split with [scaled](Self::scaled) features and, if there is a method for them,
    /// [scaled targets](Self::scaled_targets), in [another precision](Self::cast).
    ///
    /// The same numbers as those three calls give, without copies of the features in double precision: for
    /// data that are large and still needed in the user's units.
    ///
    /// # Panics
    /// If the targets are classes, and there is a method for targets.
    #[must_use]
    #[track_caller]
    pub fn scaled_cast<G: Float>(&self, features: ScalingMethod, targets: Option<ScalingMethod>) -> Split<G> {
        let scaled = |split: Self| match targets {
            Some(method) => split.scaled_targets(method),
            None => split,
        };
        let Some((map, stored)) = self.standardised_features(features) else {
            return scaled(self.clone().scaled(features)).cast();
        };
        let mut parts = [&self.train, &self.validation, &self.test].map(Dataset::without_features);
        parts.iter_mut().for_each(|part| part.standardise(Role::Features, &map));
        let [train, validation, test] = parts;
        let Split { train, validation, test } = scaled(Split { train, validation, test }).cast();
        Split {
            train: train.with_stored(stored),
            validation: validation.with_stored(map.applied(self.validation.features())),
            test: test.with_stored(map.applied(self.test.features())),
        }
    }

    /// The map of the features by a method, and the features of the training part by this map; `None` if
    /// there is no map, or if it is not all that brings the values of all parts to the stored numbers.
    fn standardised_features<G: Float>(&self, method: ScalingMethod) -> Option<(Standardiser, Vec<G>)> {
        let map = self.train.statistics(Role::Features, method).filter(|_| self.is_of_one_scaling())?;
        let stored = standardised(self.train.features(), &map)?;
        Some((map, stored))
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
        self.scaled(ScalingMethod::Standardise)
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
        self.scaled_targets(ScalingMethod::Standardise)
    }

    /// Scales the features of all parts by a method, fitted to the training part; as
    /// [`standardised`](Self::standardised), which is one of the methods.
    #[must_use]
    pub fn scaled(self, method: ScalingMethod) -> Self {
        self.scaled_role(Role::Features, method)
    }

    /// Scales the targets of a regression by a method, fitted to the training part; as
    /// [`standardised_targets`](Self::standardised_targets), which is one of the methods.
    ///
    /// # Panics
    /// If the targets are classes.
    #[must_use]
    #[track_caller]
    pub fn scaled_targets(self, method: ScalingMethod) -> Self {
        self.scaled_role(Role::Targets, method)
    }

    /// The split in another precision, all parts with the maps of the training part: see [`Dataset::cast`].
    #[must_use]
    pub fn cast<G: Float>(&self) -> Split<G> {
        let train = self.train.cast::<G>();
        let like_train = |part: &Dataset<F>| part.cast_as(train.scaling());
        Split { validation: like_train(&self.validation), test: like_train(&self.test), train }
    }

    /// Whether all parts are stored with the same maps.
    fn is_of_one_scaling(&self) -> bool {
        [&self.validation, &self.test].iter().all(|part| part.scaling() == self.train.scaling())
    }

    #[track_caller]
    fn scaled_role(mut self, table: Role, method: ScalingMethod) -> Self {
        let Some(statistics) = self.train.statistics(table, method) else { return self };
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
