//! A batch: some rows of a data set.

use crate::dataset::Dataset;

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
