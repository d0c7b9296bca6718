//! Gradients in deep chains of sigmoid, tanh and ReLU layers.

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits, short};
use crate::report::Report;
use crate::singular_values::SingularValues;
use clap::Args;
use ndarray::{Array2, Ix2};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};
use std::sync::Arc;
use wengert_ad::rules::{Relu, Sigmoid, Tanh};
use wengert_ad::{ArrayTape, Dual, Elementary, Tape};
use wengert_figures::LineChart;
use wengert_nn::diagnostics::{gradient_norms, stacked_gradients};
use wengert_nn::{ActivationRule, Architecture, Init, Mlp, Model, Module, Params};

/// Deep networks at their initialisation: the norm of the gradient of an output with respect to the weights
/// of each layer, and the derivative of the last hidden layer along a direction of the input.
#[derive(Args, Clone, Debug)]
pub struct Saturation {
    /// Number of hidden layers.
    #[arg(
        long,
        value_name = "LAYERS",
        default_value_t = 20,
        value_parser = clap::value_parser!(u32).range(2..=50)
    )]
    pub layers: u32,
    /// Number of inputs and of units per layer.
    #[arg(
        long,
        value_name = "WIDTH",
        default_value_t = 32,
        value_parser = clap::value_parser!(u32).range(16..=64)
    )]
    pub width: u32,
    /// Number of random networks.
    #[arg(
        long,
        value_name = "SEEDS",
        default_value_t = 20,
        value_parser = clap::value_parser!(u32).range(2..=100)
    )]
    pub seeds: u32,
    /// Seed of the first network; the others follow.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
}

impl Experiment for Saturation {
    const NAME: &'static str = "saturation";
    const ABOUT: &'static str = "Sigmoid layers lose the gradient with depth, ReLU layers with He do not";
    const SHOWS: &'static [&'static str] = &["3.11"];
    const EXAMPLE: &'static str = "--layers 10";

    fn run(&self) -> Result<Report, LabError> {
        let sigmoid = self.norms(self.mlp(Sigmoid, Init::GlorotNormal));
        let tanh = self.norms(self.mlp(Tanh, Init::GlorotNormal));
        let relu = self.norms(self.mlp(Relu, Init::HeNormal));
        let share = |norms: &[f64]| norms[0] / norms[norms.len() - 1];
        let report = Report::new(format!(
            "The slope of the sigmoid is at most 1/4, so each layer takes at least three quarters of the \
             gradient, unless large weights give it back. With {} layers of {} units, the gradient of the \
             first layer is {} of that of the last one with sigmoid, {} with tanh, and {} with ReLU and He \
             initialisation.",
            self.layers,
            self.width,
            short(share(&sigmoid)),
            short(share(&tanh)),
            short(share(&relu))
        ));
        Ok(report
            .text(
                "With He initialisation, half of the units of a layer are off, and the weights of variance \
                 2/n make up for it: on average over networks, the squared length of a derivative stays \
                 the same from layer to layer, whatever the angle between the direction and the input.",
            )
            .numbers(self.chain())
            .number(self.bound())
            .number(self.mean_square())
            .numbers([
                Number::new("3.11", "gradient of the first layer by the last, sigmoid", share(&sigmoid)),
                Number::new("3.11", "the same with tanh", share(&tanh)),
                Number::new("3.11", "the same with ReLU and He", share(&relu)),
            ])
            .figure("gradients", &gradient_chart(&sigmoid, &tanh, &relu))
            .figure("slopes", &slopes()))
    }
}

impl Saturation {
    fn mlp<R: ActivationRule>(&self, activation: R, init: Init) -> Mlp<R> {
        let width = self.width as usize;
        let hidden = std::iter::repeat_n(width, self.layers as usize + 1);
        Mlp::new(hidden.chain([1]).collect::<Vec<_>>()).activation(activation).init(init)
    }

    fn input(&self, seed: u64) -> Array2<f64> {
        let mut random = StdRng::seed_from_u64(seed ^ 0x5EED);
        Array2::from_shape_simple_fn((1, self.width as usize), || StandardNormal.sample(&mut random))
    }

    fn all_seeds(&self) -> impl Iterator<Item = u64> {
        (0..u64::from(self.seeds)).map(|i| self.seed.wrapping_add(i))
    }

    /// The geometric means over the networks of the norms of the gradients of the weights, layer by layer.
    fn norms<R: ActivationRule>(&self, mlp: Mlp<R>) -> Vec<f64> {
        let model = mlp.into_model();
        let mut logarithms = vec![0.0; self.layers as usize];
        for seed in self.all_seeds() {
            let params = model.layout().initialise::<f64>(seed);
            let gradient = stacked_gradients(model.module(), &params, &self.input(seed));
            let norms = gradient_norms(&params, gradient.as_slice().expect("one row is contiguous"));
            let weights =
                norms.iter().filter(|norm| norm.name.starts_with("hidden") && norm.name.ends_with("weight"));
            logarithms.iter_mut().zip(weights).for_each(|(sum, norm)| *sum += norm.change.ln());
        }
        logarithms.into_iter().map(|sum| (sum / f64::from(self.seeds)).exp()).collect()
    }

    /// One unit per layer, weights 1, biases 0.
    fn chain(&self) -> [Number; 2] {
        let derivative = |layers: u32, x: f64| {
            let tape = Tape::new();
            let x = tape.var(x);
            (0..layers).fold(x, |y, _| y.sigmoid()).gradient().wrt(x)
        };
        let name = format!("derivative of {} sigmoids in a chain, at 0.5", self.layers);
        [
            Number::new("3.11", "slope of the sigmoid at 0, its largest", derivative(1, 0.0))
                .exactly(0.25, 0.0),
            Number::new("3.11", name, derivative(self.layers, 0.5))
                .between(0.0, 0.25f64.powi(self.layers as i32)),
        ]
    }

    /// The derivative of a sigmoid network along a direction, as a share of the product of the largest
    /// singular values of its weights and of the slopes 1/4.
    fn bound(&self) -> Number {
        let model = self.mlp(Sigmoid, Init::GlorotNormal).into_model().features();
        let params = model.layout().initialise::<f64>(self.seed);
        let matrices = params.iter().filter(|(name, _)| name.ends_with("weight"));
        let gains = matrices.map(|(_, matrix)| {
            let matrix = matrix.to_owned().into_dimensionality::<Ix2>().expect("a weight is a matrix");
            SingularValues::of(&matrix).values[0] / 4.0
        });
        let (found, most) = (self.squared_gain(&model, &params, self.seed).sqrt(), gains.product::<f64>());
        Number::new("3.11", "derivative of the sigmoid layers, as a share of the bound by 1/4", found / most)
            .between(0.0, 1.0 + 1e-12)
    }

    /// The mean over the networks of the squared length of the derivative along a direction of length 1.
    /// The first layer halves it, as its weights have variance 1/n; each further one multiplies it by a
    /// random number of mean 1 and variance 5/n, `2/n sum_j [g_j > 0] z_j^2` with pairs of standard normal
    /// `g_j, z_j`.
    fn mean_square(&self) -> Number {
        let model = self.mlp(Relu, Init::HeNormal).into_model().features();
        let squares =
            self.all_seeds().map(|seed| self.squared_gain(&model, &model.layout().initialise(seed), seed));
        let mean = squares.sum::<f64>() / f64::from(self.seeds);
        let variance = (1.0 + 5.0 / f64::from(self.width)).powi(self.layers as i32) - 1.0;
        let name = format!("mean squared derivative through {} ReLU layers", digits(f64::from(self.layers)));
        Number::new("3.11", name, mean).estimates(0.5, 0.5 * (variance / f64::from(self.seeds)).sqrt())
    }

    /// The squared length of the derivative of the outputs along a direction of length 1, by forward mode.
    fn squared_gain(&self, model: &Model<impl Module<Dual<f64>>>, params: &Params<f64>, seed: u64) -> f64 {
        let values = params.values().iter().map(|&value| Dual { primal: value, tangent: 0.0 }).collect();
        let params = Params::new(Arc::new(model.layout().clone()), values);
        let (x, mut direction) = (self.input(seed), self.input(!seed));
        let length = direction.iter().map(|u| u * u).sum::<f64>().sqrt();
        direction /= length;
        let x = Array2::from_shape_fn(x.dim(), |at| Dual { primal: x[at], tangent: direction[at] });
        let tape = ArrayTape::new();
        let y = model.module().forward(&params.bind_constant(&tape), tape.constant(&x)).value();
        y.iter().map(|y| y.tangent * y.tangent).sum()
    }
}

fn gradient_chart(sigmoid: &[f64], tanh: &[f64], relu: &[f64]) -> LineChart {
    let layers: Vec<f64> = (1..=sigmoid.len()).map(|layer| layer as f64).collect();
    let chart = LineChart::new("hidden layer, from the input", "norm of the gradient of its weights").log_y();
    let chart = chart.title("The gradient of sigmoid layers vanishes on its way back");
    chart
        .line("sigmoid, Glorot", &layers, sigmoid)
        .line("tanh, Glorot", &layers, tanh)
        .line("ReLU, He", &layers, relu)
}

fn slopes() -> LineChart {
    let z = super::curves::even(-6.0, 6.0, 121);
    let slope = |function: fn(wengert_ad::Var<'_>) -> wengert_ad::Var<'_>| -> Vec<f64> {
        let at = |&z: &f64| {
            let tape = Tape::new();
            let z = tape.var(z);
            function(z).gradient().wrt(z)
        };
        z.iter().map(at).collect()
    };
    LineChart::new("input of the unit", "slope of the unit")
        .title("Sigmoid and tanh are flat where their inputs are large")
        .line("sigmoid", &z, &slope(|z| z.sigmoid()))
        .line("tanh", &z, &slope(|z| z.tanh()))
        .line("ReLU", &z, &slope(|z| z.relu()))
}
