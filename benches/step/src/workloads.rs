//! The networks whose training steps are compared with other libraries.

use Task::{Classification, Regression};

/// What a network computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Classes: hidden layers with ReLU, and softmax cross-entropy.
    Classification,
    /// The sine of each input: hidden layers with tanh, and the mean squared error.
    Regression,
}

impl Task {
    /// All tasks.
    pub const ALL: [Self; 2] = [Classification, Regression];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Classification => "classification",
            Regression => "regression",
        }
    }
}

/// A network in training.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// A short name, `W0` to `W6`.
    pub name: &'static str,
    /// What the network computes.
    pub task: Task,
    /// The number of inputs, the widths of the hidden layers, and the number of outputs.
    pub widths: &'static [usize],
    /// Examples per step.
    pub batch: usize,
}

/// From a network whose step is mostly elementwise functions, over one whose step is mostly overhead, to one
/// whose step is mostly matrix products; the same as in `benches/peers/steps.py`.
pub const WORKLOADS: [Workload; 7] = [
    Workload { name: "W0", task: Regression, widths: &[4, 32, 16, 4], batch: 10_000 },
    Workload { name: "W1", task: Classification, widths: &[2, 16, 16, 2], batch: 32 },
    Workload { name: "W2", task: Classification, widths: &[2, 64, 64, 3], batch: 64 },
    Workload { name: "W3", task: Classification, widths: &[64, 128, 64, 10], batch: 64 },
    Workload { name: "W4", task: Classification, widths: &[784, 128, 64, 10], batch: 64 },
    Workload { name: "W5", task: Classification, widths: &[784, 512, 512, 10], batch: 256 },
    Workload { name: "W6", task: Classification, widths: &[1024, 2048, 2048, 2048, 10], batch: 512 },
];
