//! Weights of classes.

use crate::error::TrainError;
use std::borrow::Cow;
use wengert_ad::Real;
use wengert_data::{Blocks, DataError, Dataset, Examples, Pass, Targets, checked_blocks};

/// The factors of the losses of the training examples, by their class.
///
/// They multiply the [weights](Dataset::weights) of the examples, so that the loss of a batch is
/// `sum_i c_i l_i / sum_i c_i` with the factor `c_i` of the class of example `i`. Validation and test parts
/// keep their weights: their metrics say what the model is worth on data as they come.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum ClassWeights {
    /// All classes count as many times as they have examples.
    #[default]
    None,
    /// All classes count the same: class `c` has the factor `n / (k n_c)`, where `n_c` of the `n` examples
    /// belong to it, and `k` classes have examples (King and Zeng 2001); scikit-learn's
    /// `class_weight="balanced"`.
    Balanced,
    /// One factor for each class.
    Given(Vec<f64>),
}

impl ClassWeights {
    /// The training data with the factors in their weights; `None` if nothing changes. Of data that are not
    /// in memory, the classes are counted in a pass.
    pub(crate) fn weighted<'a, T: Real>(
        &self,
        data: &'a dyn Examples<T>,
    ) -> Result<Option<Box<dyn Examples<T> + 'a>>, TrainError> {
        if *self == Self::None {
            return Ok(None);
        }
        let &Targets::Classes { classes, .. } = data.sample().targets() else {
            return Err(TrainError::ClassWeightsWithoutClasses);
        };
        let factors = match self {
            Self::Given(factors) => factors.clone(),
            _ => balanced(&counts(data, classes)?),
        };
        if factors.len() != classes {
            let found = factors.len();
            return Err(TrainError::ClassWeightCount { found, classes });
        }
        let sample = weighted(data.sample(), &factors);
        let sample = sample.map_err(|source| TrainError::ClassWeights { source })?;
        Ok(Some(match data.whole() {
            Some(_) => Box::new(sample),
            None => Box::new(Weighted { data, factors, sample }),
        }))
    }
}

/// A data set with the factors of the classes in its weights.
fn weighted<T: Real>(data: &Dataset<T>, factors: &[f64]) -> Result<Dataset<T>, DataError> {
    let Targets::Classes { labels, .. } = data.targets() else { unreachable!("the targets are classes") };
    let own = |i: usize| data.weights().map_or(1.0, |weights| weights[i]);
    let weights: Vec<f64> =
        labels.iter().enumerate().map(|(i, &label)| own(i) * factors[label as usize]).collect();
    data.clone().with_weights(weights)
}

/// The number of examples of each class.
fn counts<T: Real>(data: &dyn Examples<T>, classes: usize) -> Result<Vec<usize>, DataError> {
    let mut counts = vec![0; classes];
    for block in checked_blocks(data, Pass::Evaluation) {
        if let Targets::Classes { labels, .. } = block?.targets() {
            labels.iter().for_each(|&label| counts[label as usize] += 1);
        }
    }
    Ok(counts)
}

/// The factors with which all classes count the same; 0 for a class without examples.
fn balanced(counts: &[usize]) -> Vec<f64> {
    let present = counts.iter().filter(|&&count| count > 0).count();
    let examples: usize = counts.iter().sum();
    let factor = |&count: &usize| if count > 0 { examples as f64 / (present * count) as f64 } else { 0.0 };
    counts.iter().map(factor).collect()
}

/// Examples that are not in memory, with the factors of their classes in their weights.
struct Weighted<'a, T: Real> {
    data: &'a dyn Examples<T>,
    factors: Vec<f64>,
    sample: Dataset<T>,
}

impl<T: Real> Examples<T> for Weighted<'_, T> {
    fn examples(&self) -> usize {
        self.data.examples()
    }

    fn sample(&self) -> &Dataset<T> {
        &self.sample
    }

    fn blocks(&self, pass: Pass) -> Blocks<'_, T> {
        let blocks = checked_blocks(self.data, pass);
        Box::new(blocks.map(|block| Ok(Cow::Owned(weighted(&*block?, &self.factors)?))))
    }
}
