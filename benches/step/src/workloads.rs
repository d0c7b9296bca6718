//! The networks whose training steps are compared with other libraries.

/// A ReLU classifier in training.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// A short name, `W1` to `W6`.
    pub name: &'static str,
    /// The number of inputs, the widths of the hidden layers, and the number of classes.
    pub widths: &'static [usize],
    /// Examples per step.
    pub batch: usize,
}

/// From a network whose step is mostly overhead to one whose step is mostly matrix products; the
/// same six as in `benches/peers/steps.py`.
pub const WORKLOADS: [Workload; 6] = [
    Workload { name: "W1", widths: &[2, 16, 16, 2], batch: 32 },
    Workload { name: "W2", widths: &[2, 64, 64, 3], batch: 64 },
    Workload { name: "W3", widths: &[64, 128, 64, 10], batch: 64 },
    Workload { name: "W4", widths: &[784, 128, 64, 10], batch: 64 },
    Workload { name: "W5", widths: &[784, 512, 512, 10], batch: 256 },
    Workload { name: "W6", widths: &[1024, 2048, 2048, 2048, 10], batch: 512 },
];
