//! The networks whose training is measured, from one that is all overhead to one that is all matrix product.

/// A ReLU classifier in training; the same six as in `peers/steps.py`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    /// Inputs first, classes last.
    pub(crate) widths: &'static [usize],
    /// Examples a step.
    pub(crate) batch: usize,
}

pub(crate) const WORKLOADS: [Workload; 6] = [
    Workload { name: "W1", widths: &[2, 16, 16, 2], batch: 32 },
    Workload { name: "W2", widths: &[2, 64, 64, 3], batch: 64 },
    Workload { name: "W3", widths: &[64, 128, 64, 10], batch: 64 },
    Workload { name: "W4", widths: &[784, 128, 64, 10], batch: 64 },
    Workload { name: "W5", widths: &[784, 512, 512, 10], batch: 256 },
    Workload { name: "W6", widths: &[1024, 2048, 2048, 2048, 10], batch: 512 },
];
