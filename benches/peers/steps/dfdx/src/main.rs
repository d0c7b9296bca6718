//! dfdx. `RAYON_NUM_THREADS=2 cargo run --release -p steps-dfdx -- W1 2`, then lines `20 100` on
//! standard input.
//!
//! Networks are types in dfdx, so each workload is a separate function.

use dfdx::optim::{Adam, AdamConfig, Momentum, Sgd, SgdConfig};
use dfdx::prelude::*;
use workloads::{Layer, Method, Training, Workload, serve};

enum Update<M> {
    Sgd(Sgd<M, f32, Cpu>),
    Adam(Adam<M, f32, Cpu>),
}

impl<M> Update<M> {
    fn new(workload: &Workload, network: &M) -> Self {
        let lr = f64::from(workload.rate);
        let sgd = |momentum| Self::Sgd(Sgd::new(network, SgdConfig { lr, momentum, weight_decay: None }));
        match workload.method {
            Method::Sgd => sgd(None),
            Method::Momentum => sgd(Some(Momentum::Classic(0.9))),
            Method::Adam => Self::Adam(Adam::new(network, AdamConfig { lr, ..Default::default() })),
        }
    }
}

/// Copies a layer. The weight is transposed in dfdx.
fn set<const I: usize, const O: usize>(to: &mut modules::Linear<I, O, f32, Cpu>, (weight, bias): &Layer) {
    let transposed: Vec<f32> = (0..I * O).map(|at| weight[at % I * O + at / I]).collect();
    to.weight.copy_from(&transposed);
    to.bias.copy_from(bias);
}

/// One row per label, with a 1 in its column.
fn one_hot(labels: &[u32], classes: usize) -> Vec<f32> {
    let row = |&label: &u32| (0..classes as u32).map(move |class| f32::from(u8::from(class == label)));
    labels.iter().flat_map(row).collect()
}

/// Defines the function of a workload:
/// `training!(name, batch, inputs, classes, network type, |network, layers| copy)`.
macro_rules! training {
    ($name:ident, $batch:literal, $inputs:literal, $classes:literal, $network:ty, $set:expr) => {
        fn $name(workload: &Workload) {
            type Network = <$network as BuildOnDevice<Cpu, f32>>::Built;
            type Data = (Tensor<Rank2<$batch, $inputs>, f32, Cpu>, Tensor<Rank2<$batch, $classes>, f32, Cpu>);
            struct Peer<'a> {
                network: Network,
                update: Update<Network>,
                gradients: Option<Gradients<f32, Cpu>>,
                batches: &'a [Data],
                loss: f32,
            }
            impl Training for Peer<'_> {
                fn step(&mut self, batch: usize) {
                    let gradients = self.gradients.take().expect("every step stores them again");
                    let (x, targets) = self.batches[batch].clone();
                    let outputs = self.network.forward_mut(x.traced(gradients));
                    let loss = cross_entropy_with_logits_loss(outputs, targets);
                    self.loss = loss.array();
                    let mut gradients = loss.backward();
                    match &mut self.update {
                        Update::Sgd(sgd) => sgd.update(&mut self.network, &gradients),
                        Update::Adam(adam) => adam.update(&mut self.network, &gradients),
                    }
                    .expect("every parameter is used");
                    self.network.zero_grads(&mut gradients);
                    self.gradients = Some(gradients);
                }
                fn loss(&mut self) -> f32 {
                    self.loss
                }
            }
            let device = Cpu::default();
            let data = |(x, labels): (Vec<f32>, Vec<u32>)| -> Data {
                let targets = one_hot(&labels, $classes);
                let (rows, classes) = (Const::<$batch>, Const::<$classes>);
                (
                    device.tensor_from_vec(x, (rows, Const::<$inputs>)),
                    device.tensor_from_vec(targets, (rows, classes)),
                )
            };
            let batches: Vec<Data> = workload.batches().into_iter().map(data).collect();
            let set_layers: fn(&mut Network, &[Layer]) = $set;
            serve(workload, || {
                let mut network = device.build_module::<$network, f32>();
                set_layers(&mut network, &workload.layers());
                let (gradients, update) = (Some(network.alloc_grads()), Update::new(workload, &network));
                Peer { network, update, gradients, batches: &batches, loss: f32::NAN }
            });
        }
    };
}

type Three<const A: usize, const B: usize, const C: usize, const D: usize> =
    ((Linear<A, B>, ReLU), (Linear<B, C>, ReLU), Linear<C, D>);
type Four<const A: usize, const B: usize, const C: usize, const D: usize, const E: usize> =
    ((Linear<A, B>, ReLU), (Linear<B, C>, ReLU), (Linear<C, D>, ReLU), Linear<D, E>);

macro_rules! set_three {
    () => {
        |network, layers| {
            set(&mut network.0.0, &layers[0]);
            set(&mut network.1.0, &layers[1]);
            set(&mut network.2, &layers[2]);
        }
    };
}

training!(w1, 32, 2, 2, Three<2, 16, 16, 2>, set_three!());
training!(w2, 64, 2, 3, Three<2, 64, 64, 3>, set_three!());
training!(w3, 64, 64, 10, Three<64, 128, 64, 10>, set_three!());
training!(w4, 64, 784, 10, Three<784, 128, 64, 10>, set_three!());
training!(w5, 256, 784, 10, Three<784, 512, 512, 10>, set_three!());
training!(w6, 512, 1024, 10, Four<1024, 2048, 2048, 2048, 10>, |network, layers| {
    set(&mut network.0.0, &layers[0]);
    set(&mut network.1.0, &layers[1]);
    set(&mut network.2.0, &layers[2]);
    set(&mut network.3, &layers[3]);
});

fn main() {
    let (workload, _) = Workload::from_arguments();
    match workload.name {
        "W1" => w1(workload),
        "W2" => w2(workload),
        "W3" => w3(workload),
        "W4" => w4(workload),
        "W5" => w5(workload),
        _ => w6(workload),
    }
}
