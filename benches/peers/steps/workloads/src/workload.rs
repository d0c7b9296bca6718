//! The workloads: networks and the settings of their training.

use crate::synthetic;

/// The optimizer. Momentum is always 0.9; Adam has its default settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    Sgd,
    Momentum,
    Adam,
}

/// A ReLU network trained as a classifier with softmax cross-entropy, the mean over the batch.
#[derive(Debug)]
pub struct Workload {
    pub name: &'static str,
    /// The number of inputs, the widths of the hidden layers, and the number of classes.
    pub widths: &'static [usize],
    pub batch: usize,
    pub method: Method,
    pub rate: f32,
}

/// Features, row-major of shape `(batch, inputs)`, and labels.
pub type Batch = (Vec<f32>, Vec<u32>);
/// A weight, row-major of shape `(fan_in, fan_out)`, and a bias.
pub type Layer = (Vec<f32>, Vec<f32>);

const ALL: [Workload; 6] = [
    Workload { name: "W1", widths: &[2, 16, 16, 2], batch: 32, method: Method::Sgd, rate: 0.1 },
    Workload { name: "W2", widths: &[2, 64, 64, 3], batch: 64, method: Method::Adam, rate: 1e-3 },
    Workload { name: "W3", widths: &[64, 128, 64, 10], batch: 64, method: Method::Momentum, rate: 0.01 },
    Workload { name: "W4", widths: &[784, 128, 64, 10], batch: 64, method: Method::Adam, rate: 1e-3 },
    Workload { name: "W5", widths: &[784, 512, 512, 10], batch: 256, method: Method::Adam, rate: 1e-3 },
    Workload {
        name: "W6",
        widths: &[1024, 2048, 2048, 2048, 10],
        batch: 512,
        method: Method::Momentum,
        rate: 0.01,
    },
];

impl Workload {
    /// The workload and the number of threads from the command line, `PROGRAM W1 2`.
    pub fn from_arguments() -> (&'static Self, usize) {
        let mut arguments = std::env::args().skip(1);
        let name = arguments.next().unwrap_or_default();
        let workload = ALL.iter().find(|workload| workload.name == name);
        let threads = arguments.next().and_then(|threads| threads.parse().ok());
        let (Some(workload), Some(threads)) = (workload, threads) else {
            panic!("usage: PROGRAM W1..W6 THREADS");
        };
        (workload, threads)
    }

    pub fn classes(&self) -> usize {
        self.widths[self.widths.len() - 1]
    }

    /// The batches, which training cycles through.
    pub fn batches(&self) -> Vec<Batch> {
        let batch = |k| synthetic::batch(0, k, self.batch, self.widths[0], self.classes());
        (0..synthetic::BATCHES).map(batch).collect()
    }

    /// The initial parameters; the biases are 0.
    pub fn layers(&self) -> Vec<Layer> {
        let layer =
            |(l, fan): (usize, &[usize])| (synthetic::weights(0, l, fan[0], fan[1]), vec![0.0; fan[1]]);
        self.widths.windows(2).enumerate().map(layer).collect()
    }
}
