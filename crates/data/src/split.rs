//! Splitting a data set into what is trained on, what is chosen on and what is reported.

use num_traits::Float;

use crate::permutation::{Purpose, permute};
use crate::{DataError, Dataset, Standardiser};

/// A data set in three parts. Train on the first, choose hyper-parameters on the second, report the third.
///
/// A part whose fraction was 0 is empty: it has no examples.
#[derive(Clone, Debug, PartialEq)]
pub struct Split<F = f32> {
    /// What the model learns from.
    pub train: Dataset<F>,
    /// What hyper-parameters and the moment to stop are chosen on.
    pub validation: Dataset<F>,
    /// What is reported; it takes no part in any choice.
    pub test: Dataset<F>,
    /// How the features were standardised, if they were.
    pub standardiser: Option<Standardiser<F>>,
}

impl<F: Float> Dataset<F> {
    /// Splits the examples, shuffled by `seed`, into three parts by fractions that sum to 1.
    ///
    /// The parts end after `round(n train)`, `round(n (train + validation))` and `n` examples, so that each
    /// has its share to within one, and together they have every example once.
    ///
    /// # Errors
    /// If a fraction is outside 0 to 1, if they do not sum to 1 to within 1e-9, if `train` is 0, or if a part
    /// of positive fraction would be empty.
    pub fn split(&self, train: f64, validation: f64, test: f64, seed: u64) -> Result<Split<F>, DataError> {
        let fractions = [train, validation, test];
        let whole = (train + validation + test - 1.0).abs() <= 1e-9;
        if !whole || train == 0.0 || !fractions.iter().all(|x| (0.0..=1.0).contains(x)) {
            return Err(DataError::Fractions { train, validation, test });
        }
        let n = self.examples();
        let end = |fraction: f64| ((n as f64 * fraction).round() as usize).min(n);
        let (train_end, validation_end) = (end(train), if test == 0.0 { n } else { end(train + validation) });

        let mut order = vec![0; n];
        permute(&mut order, seed, Purpose::Split);
        let part = |name, fraction, range: std::ops::Range<usize>| {
            if fraction > 0.0 && range.is_empty() {
                let (examples, name, part) = (n, self.name().to_owned(), name);
                return Err(DataError::TooFewExamples { name, examples, part, fraction });
            }
            Ok(self.select(&order[range]))
        };
        Ok(Split {
            train: part("train", train, 0..train_end)?,
            validation: part("validation", validation, train_end..validation_end)?,
            test: part("test", test, validation_end..n)?,
            standardiser: None,
        })
    }
}

impl<F: Float> Split<F> {
    /// Standardises the features of all parts with the statistics of the train part alone, and remembers
    /// them.
    ///
    /// The train part gets mean 0 and variance 1 (of the population) in each feature, the others nearly so:
    /// statistics that saw them would leak what is to be predicted. A feature that is constant on the train
    /// part is centred and left unscaled. Targets stay as they are. A split that is standardised already is
    /// returned unchanged.
    #[must_use]
    pub fn standardised(mut self) -> Self {
        if self.standardiser.is_some() {
            return self;
        }
        let standardiser = Standardiser::fit(self.train.features(), self.train.width());
        for part in [&mut self.train, &mut self.validation, &mut self.test] {
            standardiser.apply(part.features_mut());
        }
        Self { standardiser: Some(standardiser), ..self }
    }

    /// Moves a share of the train part, drawn by `seed`, to the validation part; for data that come in two parts.
    ///
    /// # Errors
    /// If the fraction is outside 0 to 1, or 1, or positive and one of both parts would be empty.
    ///
    /// # Panics
    /// If there is a validation part already, or if the split is standardised, since the statistics saw what is moved.
    #[track_caller]
    pub fn with_validation(self, fraction: f64, seed: u64) -> Result<Self, DataError> {
        let found = self.validation.examples();
        assert!(found == 0, "with_validation: the split has {found} validation examples already");
        assert!(
            self.standardiser.is_none(),
            "with_validation: the split is standardised; do that afterwards"
        );
        if fraction == 0.0 {
            return Ok(self);
        }
        let parts = self.train.split(1.0 - fraction, fraction, 0.0, seed)?;
        Ok(Self { test: self.test, ..parts })
    }

    /// The same with an empty test part: for choosing hyper-parameters, in which it must take no part.
    #[must_use]
    pub fn without_test(&self) -> Self {
        let (train, validation) = (self.train.clone(), self.validation.clone());
        Self { train, validation, test: self.test.select(&[]), standardiser: self.standardiser.clone() }
    }
}
