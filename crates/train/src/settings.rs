//! The settings of a training run, apart from those of its steps.

/// The settings of a training run, apart from those of its steps.
pub(crate) struct Settings {
    pub(crate) batch_size: usize,
    pub(crate) epochs: usize,
    /// Under early stopping: the number of epochs without improvement after which training stops.
    pub(crate) patience: Option<usize>,
    pub(crate) parameter_limit: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { batch_size: 64, epochs: 30, patience: None, parameter_limit: 1e6 }
    }
}
