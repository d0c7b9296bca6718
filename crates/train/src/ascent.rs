//! What is kept during a step uphill.

/// What is kept while the parameters are elsewhere; reused in each step.
pub(crate) struct Ascent<T> {
    pub(crate) values: Vec<T>,
    pub(crate) statistics: Vec<T>,
}

impl<T> Default for Ascent<T> {
    fn default() -> Self {
        Self { values: Vec::new(), statistics: Vec::new() }
    }
}
