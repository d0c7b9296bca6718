//! burn, on its back end "flex". `RAYON_NUM_THREADS=2 cargo run --release -p steps-burn -- W1 2`,
//! then lines `20 100` on standard input.

use burn::module::{Module, Param};
use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn::nn::{Linear, LinearConfig, Relu};
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::{Device, Int, Tensor, TensorData};
use workloads::{Batch, Method, Training, Workload, serve};

#[derive(Module, Debug)]
struct Network {
    layers: Vec<Linear>,
    relu: Relu,
}

impl Network {
    fn new(workload: &Workload, device: &Device) -> Self {
        let layer = |(fan, (weight, bias)): (&[usize], (Vec<f32>, Vec<f32>))| {
            let mut layer = LinearConfig::new(fan[0], fan[1]).init(device);
            layer.weight = Param::from_data(TensorData::new(weight, [fan[0], fan[1]]), device);
            layer.bias = Some(Param::from_data(TensorData::new(bias, [fan[1]]), device));
            layer
        };
        let layers = workload.widths.windows(2).zip(workload.layers()).map(layer).collect();
        Self { layers, relu: Relu::new() }
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let (out, hidden) = self.layers.split_last().expect("there are layers");
        out.forward(hidden.iter().fold(x, |x, layer| self.relu.forward(layer.forward(x))))
    }
}

struct Peer<'a> {
    network: Option<Network>,
    update: ModuleOptimizer,
    rate: f64,
    loss: CrossEntropyLoss,
    batches: &'a [(Tensor<2>, Tensor<1, Int>)],
    last: Option<Tensor<1>>,
}

impl Training for Peer<'_> {
    fn step(&mut self, batch: usize) {
        let network = self.network.take().expect("every step stores it again");
        let (x, labels) = self.batches[batch].clone();
        let loss = self.loss.forward(network.forward(x), labels);
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        self.network = Some(self.update.step(self.rate, network, gradients));
        self.last = Some(loss);
    }
    fn loss(&mut self) -> f32 {
        let last = self.last.clone();
        last.map_or(f32::NAN, |loss| loss.into_data().iter::<f32>().next().expect("a loss is one number"))
    }
}

fn optimizer(method: Method) -> ModuleOptimizer {
    match method {
        Method::Sgd => SgdConfig::new().init(),
        Method::Momentum => {
            let momentum = MomentumConfig::new().with_momentum(0.9).with_dampening(0.0);
            SgdConfig::new().with_momentum(Some(momentum)).init()
        }
        Method::Adam => AdamConfig::new().with_epsilon(1e-8).init(),
    }
}

fn main() {
    let (workload, _) = Workload::from_arguments();
    let device = Device::flex().autodiff();
    let tensors = |(x, labels): Batch| {
        let labels: Vec<i32> = labels.into_iter().map(|label| label as i32).collect();
        let x = TensorData::new(x, [workload.batch, workload.widths[0]]);
        (Tensor::from_data(x, &device), Tensor::from_data(TensorData::new(labels, [workload.batch]), &device))
    };
    let batches: Vec<_> = workload.batches().into_iter().map(tensors).collect();
    serve(workload, || Peer {
        network: Some(Network::new(workload, &device)),
        update: optimizer(workload.method),
        rate: f64::from(workload.rate),
        loss: CrossEntropyLossConfig::new().init(&device),
        batches: &batches,
        last: None,
    });
}
