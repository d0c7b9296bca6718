//! Weights of classes.

use crate::error::TrainError;
use wengert_ad::Real;
use wengert_data::{Dataset, Targets};

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
    /// The training data with the factors in their weights; `None` if nothing changes.
    pub(crate) fn weighted<T: Real>(&self, data: &Dataset<T>) -> Result<Option<Dataset<T>>, TrainError> {
        if *self == Self::None {
            return Ok(None);
        }
        let Targets::Classes { labels, classes } = data.targets() else {
            return Err(TrainError::ClassWeightsWithoutClasses);
        };
        let factors = match self {
            Self::Given(factors) => factors.clone(),
            _ => balanced(labels, *classes),
        };
        if factors.len() != *classes {
            let (found, classes) = (factors.len(), *classes);
            return Err(TrainError::ClassWeightCount { found, classes });
        }
        let own = |i: usize| data.weights().map_or(1.0, |weights| weights[i]);
        let weights: Vec<f64> =
            labels.iter().enumerate().map(|(i, &label)| own(i) * factors[label as usize]).collect();
        let weighted = data.clone().with_weights(weights);
        weighted.map(Some).map_err(|source| TrainError::ClassWeights { source })
    }
}

/// The factors with which all classes count the same; 0 for a class without examples.
fn balanced(labels: &[u32], classes: usize) -> Vec<f64> {
    let mut counts = vec![0_usize; classes];
    for &label in labels {
        counts[label as usize] += 1;
    }
    let present = counts.iter().filter(|&&count| count > 0).count();
    let factor = |&count: &usize| {
        if count > 0 { labels.len() as f64 / (present * count) as f64 } else { 0.0 }
    };
    counts.iter().map(factor).collect()
}
