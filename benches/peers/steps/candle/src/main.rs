//! candle. `RAYON_NUM_THREADS=2 cargo run --release -p steps-candle -- W1 2`, then lines `20 100`
//! on standard input.
//!
//! candle has no SGD with momentum; it is implemented here with tensor operations.

use candle_core::backprop::GradStore;
use candle_core::{Device, Result, Tensor, Var};
use candle_nn::loss::cross_entropy;
use candle_nn::{AdamW, Linear, Module, Optimizer, ParamsAdamW, SGD};
use workloads::{Batch, Method, Training, Workload, serve};

enum Update {
    Sgd(SGD),
    Momentum { parameters: Vec<Var>, velocities: Vec<Tensor>, rate: f64 },
    Adam(AdamW),
}

impl Update {
    fn new(workload: &Workload, parameters: Vec<Var>) -> Result<Self> {
        let rate = f64::from(workload.rate);
        Ok(match workload.method {
            Method::Sgd => Self::Sgd(SGD::new(parameters, rate)?),
            Method::Momentum => {
                let velocities = parameters.iter().map(|p| p.zeros_like()).collect::<Result<_>>()?;
                Self::Momentum { parameters, velocities, rate }
            }
            Method::Adam => {
                let settings = ParamsAdamW { lr: rate, weight_decay: 0.0, ..ParamsAdamW::default() };
                Self::Adam(AdamW::new(parameters, settings)?)
            }
        })
    }

    fn step(&mut self, gradients: &GradStore) -> Result<()> {
        match self {
            Self::Sgd(sgd) => sgd.step(gradients),
            Self::Adam(adam) => adam.step(gradients),
            Self::Momentum { parameters, velocities, rate } => {
                for (parameter, velocity) in parameters.iter().zip(velocities) {
                    let gradient = gradients.get(parameter).expect("every parameter is used");
                    *velocity = ((&*velocity * 0.9)? + gradient)?;
                    parameter.set(&parameter.sub(&(&*velocity * *rate)?)?)?;
                }
                Ok(())
            }
        }
    }
}

struct Peer<'a> {
    layers: Vec<Linear>,
    update: Update,
    batches: &'a [(Tensor, Tensor)],
    last: Option<Tensor>,
}

impl<'a> Peer<'a> {
    fn start(workload: &Workload, batches: &'a [(Tensor, Tensor)]) -> Result<Self> {
        let (mut parameters, mut layers) = (Vec::new(), Vec::new());
        for (fan, (weight, bias)) in workload.widths.windows(2).zip(workload.layers()) {
            let weight = Tensor::from_vec(weight, (fan[0], fan[1]), &Device::Cpu)?.t()?.contiguous()?;
            let bias = Tensor::from_vec(bias, fan[1], &Device::Cpu)?;
            let [weight, bias] = [Var::from_tensor(&weight)?, Var::from_tensor(&bias)?];
            layers.push(Linear::new(weight.as_tensor().clone(), Some(bias.as_tensor().clone())));
            parameters.extend([weight, bias]);
        }
        Ok(Self { layers, update: Update::new(workload, parameters)?, batches, last: None })
    }

    fn train(&mut self, (x, labels): &(Tensor, Tensor)) -> Result<()> {
        let (out, hidden) = self.layers.split_last().expect("there are layers");
        let hidden = hidden.iter().try_fold(x.clone(), |x, layer| layer.forward(&x)?.relu())?;
        let loss = cross_entropy(&out.forward(&hidden)?, labels)?;
        self.update.step(&loss.backward()?)?;
        self.last = Some(loss);
        Ok(())
    }
}

impl Training for Peer<'_> {
    fn step(&mut self, batch: usize) {
        let batches = self.batches;
        self.train(&batches[batch]).expect("shapes fit");
    }
    fn loss(&mut self) -> f32 {
        self.last.as_ref().map_or(f32::NAN, |loss| loss.to_scalar().expect("a loss is one number"))
    }
}

fn main() -> Result<()> {
    let (workload, _) = Workload::from_arguments();
    let tensors = |(x, labels): Batch| {
        let shape = (workload.batch, workload.widths[0]);
        Ok((
            Tensor::from_vec(x, shape, &Device::Cpu)?,
            Tensor::from_vec(labels, workload.batch, &Device::Cpu)?,
        ))
    };
    let batches = workload.batches().into_iter().map(tensors).collect::<Result<Vec<_>>>()?;
    serve(workload, || Peer::start(workload, &batches).expect("shapes fit"));
    Ok(())
}
