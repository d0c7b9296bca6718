//! A batch: some rows of a data set.

use crate::dataset::Dataset;
use wengert_kernels::Float;

/// The examples of one step: some rows of a data set.
#[derive(Debug)]
pub struct Batch<'a, F = f32> {
    /// The data set that holds the examples.
    pub data: &'a Dataset<F>,
    /// The numbers of the rows, in the order in which they enter the model.
    pub indices: &'a [usize],
}

impl<F> Clone for Batch<'_, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for Batch<'_, F> {}

impl<F> Dataset<F> {
    /// The batch of the rows with these numbers, which may repeat. Copies nothing.
    #[must_use]
    pub fn batch<'a>(&'a self, indices: &'a [usize]) -> Batch<'a, F> {
        Batch { data: self, indices }
    }
}

impl<F: Float> Batch<'_, F> {
    /// The sum of the [weights](Dataset::weights) of the examples, in the order of the indices, or their
    /// number if the data set has no weights.
    #[must_use]
    pub fn weight(&self) -> f64 {
        match self.data.weights() {
            Some(weights) => self.indices.iter().map(|&i| weights[i]).sum(),
            None => self.indices.len() as f64,
        }
    }
}
