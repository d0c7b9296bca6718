//! The parts of the data of a training run, in memory or not.

use crate::examples::Examples;
use crate::split::Split;
use wengert_kernels::Float;

/// The parts of the data of a training run: those of a [`Split`], or others, in memory or not.
///
/// ```
/// use wengert_data::{Parts, moons};
///
/// let (train, fresh) = (moons(400, 0.1, 7), moons(100, 0.1, 8));
/// let parts = Parts::new(&train).validation(&fresh);
/// assert_eq!((parts.train.examples(), parts.test.is_some()), (400, false));
/// ```
pub struct Parts<'a, F: Float = f32> {
    /// The examples that the model is trained on.
    pub train: &'a dyn Examples<F>,
    /// The examples that hyper-parameters and the epoch to stop at are chosen on.
    pub validation: Option<&'a dyn Examples<F>>,
    /// The examples that the reported results are computed on; no choice depends on them.
    pub test: Option<&'a dyn Examples<F>>,
}

impl<F: Float> Clone for Parts<'_, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F: Float> Copy for Parts<'_, F> {}

impl<'a, F: Float> Parts<'a, F> {
    /// A training part only.
    #[must_use]
    pub fn new(train: &'a dyn Examples<F>) -> Self {
        Self { train, validation: None, test: None }
    }

    /// Sets the validation part.
    #[must_use]
    pub fn validation(self, validation: &'a dyn Examples<F>) -> Self {
        Self { validation: Some(validation), ..self }
    }

    /// Sets the test part.
    #[must_use]
    pub fn test(self, test: &'a dyn Examples<F>) -> Self {
        Self { test: Some(test), ..self }
    }
}

impl<'a, F: Float> From<&'a Split<F>> for Parts<'a, F> {
    fn from(split: &'a Split<F>) -> Self {
        Self::new(&split.train).validation(&split.validation).test(&split.test)
    }
}
