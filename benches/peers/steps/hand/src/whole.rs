//! The batch in one piece: with several threads, they share the work of each product.

use crate::network::{Buffers, Network};
use crate::update::Update;
use gemm::Parallelism;
use workloads::{Batch, Training, Workload};

pub struct Whole<'a> {
    network: Network,
    update: Update,
    batches: &'a [Batch],
    parameters: Vec<f32>,
    gradient: Vec<f32>,
    states: [Vec<f32>; 2],
    buffers: Buffers,
    loss: f32,
}

impl<'a> Whole<'a> {
    pub fn start(workload: &Workload, batches: &'a [Batch], threads: usize) -> Self {
        let parallelism = if threads == 1 { Parallelism::None } else { Parallelism::Rayon(threads) };
        let network = Network::new(workload, parallelism);
        let parameters: Vec<f32> = workload.layers().into_iter().flat_map(|(w, b)| [w, b].concat()).collect();
        let zeros = || vec![0.0; parameters.len()];
        Self {
            update: Update::new(workload),
            batches,
            gradient: zeros(),
            states: [zeros(), zeros()],
            buffers: network.buffers(workload.batch),
            loss: f32::NAN,
            network,
            parameters,
        }
    }
}

impl Training for Whole<'_> {
    fn step(&mut self, batch: usize) {
        let (x, labels) = &self.batches[batch];
        let gradient = &mut self.gradient;
        self.loss = self.network.value_and_grad(&self.parameters, (x, labels), &mut self.buffers, gradient);
        let [first, second] = &mut self.states;
        self.update.apply(&mut self.parameters, gradient.iter().copied(), [first, second]);
        self.update.advance();
    }
    fn loss(&mut self) -> f32 {
        self.loss
    }
}
