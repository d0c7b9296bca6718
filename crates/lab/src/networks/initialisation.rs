//! The scale of initial weights: variances through deep layers, positions of corners, biases, and the largest
//! stable rate.

use super::curves::even;
use super::initial_gradients::InitialGradients;
use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, short};
use crate::relu_corners::relu_corners;
use crate::report::{Report, Table};
use clap::Args;
use ndarray::Array2;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};
use std::f64::consts::PI;
use wengert_figures::LineChart;
use wengert_nn::diagnostics::operation_statistics;
use wengert_nn::{Activation, Architecture, Bias, Init, Layout, Linear, Mlp, Model, Params, Sequential};

/// Initialisers as distributions, as variances through deep ReLU layers, as positions of corners, and as the
/// largest singular value of the stacked gradients.
#[derive(Args, Clone, Debug)]
pub struct Initialisation {
    /// Number of layers.
    #[arg(
        long,
        value_name = "LAYERS",
        default_value_t = 20,
        value_parser = clap::value_parser!(u32).range(2..=40)
    )]
    pub layers: u32,
    /// Number of inputs and of units per layer.
    #[arg(
        long,
        value_name = "WIDTH",
        default_value_t = 256,
        value_parser = clap::value_parser!(u32).range(16..=512)
    )]
    pub width: u32,
    /// Number of random networks of each kind.
    #[arg(
        long,
        value_name = "SEEDS",
        default_value_t = 2,
        value_parser = clap::value_parser!(u32).range(1..=20)
    )]
    pub seeds: u32,
    /// Factor of the weights that are too large.
    #[arg(long, value_name = "FACTOR", default_value_t = 10.0, value_parser = factor)]
    pub scale: f64,
    /// Seed of the first network; the others follow.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
}

fn factor(text: &str) -> Result<f64, String> {
    let number = text.trim().parse::<f64>().ok().filter(|x| (0.1..=1000.0).contains(x));
    number.ok_or_else(|| "must be a number from 0.1 to 1000".to_owned())
}

/// The initialisers with their names and their variances in layers of a width.
const KINDS: [(&str, Init); 3] =
    [("N(0, 1)", Init::Normal(1.0)), ("Xavier", Init::LecunNormal), ("He", Init::HeNormal)];
/// Corners of units, and those of a mean.
const CORNERS: usize = 40_000;
const BLOCK: usize = 100;

impl Experiment for Initialisation {
    const NAME: &'static str = "initialisation";
    const ABOUT: &'static str = "Initial weights decide whether signals explode, fade or pass";
    const SHOWS: &'static [&'static str] = &["4.1", "4.2", "4.3", "4.5", "4.6"];
    const EXAMPLE: &'static str = "--layers 10 --width 64";

    fn run(&self) -> Result<Report, LabError> {
        let sizes = KINDS.map(|(_, init)| self.mean_squares(init));
        let last = self.layers as usize - 1;
        let corners = self.corners(self.seed);
        let gradients = InitialGradients::new(self.scale, self.seed);
        Ok(Report::new(format!(
            "A ReLU layer halves the mean square of its input and multiplies it by n times the variance of \
             the weights. With {} layers of {} units, standard normal weights end at {}, weights of \
             variance 1/n at {}, and weights of variance 2/n at {}.",
            self.layers,
            self.width,
            short(sizes[0][last]),
            short(sizes[1][last]),
            short(sizes[2][last])
        ))
        .text(
            "The corner -b/w of a unit with normal weight and bias has a Cauchy distribution: most corners \
             are within 3, but the few that are far away keep the mean from settling, however many are \
             averaged.",
        )
        .text(gradients.story())
        .numbers(self.variances())
        .numbers(self.tops(&sizes))
        .numbers(cauchy(&corners))
        .numbers(self.biases())
        .numbers(gradients.numbers())
        .table(biases_table())
        .figure("variance", &variance_chart(&sizes))
        .figure("running-mean", &self.running_means())
        .figure("spectrum", &gradients.spectrum()))
    }
}

impl Initialisation {
    /// The mean squares of the elements of a matrix of fan-in 300 and fan-out 100, and of the first layer
    /// of a network with He initialisation.
    fn variances(&self) -> Vec<Number> {
        let kinds = [
            ("Xavier, fan-in form: 1/f_in", Init::LecunNormal, 1.0 / 300.0),
            ("Glorot: 2/(f_in + f_out)", Init::GlorotNormal, 2.0 / 400.0),
            ("He: 2/f_in", Init::HeNormal, 2.0 / 300.0),
        ];
        let numbers = kinds.map(|(name, init, variance)| {
            let mut layout = Layout::new();
            layout.parameter("weight", &[300, 100], init);
            let found = mean_square(layout.initialise::<f64>(self.seed).values());
            // The variance of the square of a normal number is twice that of its variance.
            let error = variance * (2.0 / 30_000.0_f64).sqrt();
            Number::new("4.1", format!("variance of 300 x 100 weights, {name}"), found)
                .estimates(variance, error)
        });
        let network = Mlp::new([300, 100, 1]).into_model();
        let first = network.layout().find("hidden.0.weight").expect("the network has a hidden layer");
        let deviation = first.init.standard_deviation(300, 100);
        let first = Number::new(
            "4.1",
            "variance in the first layer with He, whose inputs are data: 1/f_in",
            deviation * deviation,
        );
        numbers.into_iter().chain([first.exactly(1.0 / 300.0, 1e-17)]).collect()
    }

    /// The mean squares of the results of each layer, means over the seeds.
    fn mean_squares(&self, init: Init) -> Vec<f64> {
        let (width, layers) = (self.width as usize, self.layers as usize);
        let model: Model<Sequential<f64>> = Model::new(|layout| {
            (0..layers).fold(Sequential::new(), |all, i| {
                // The inputs of the first layer are not outputs of ReLU.
                let init = if i == 0 && init == Init::HeNormal { Init::LecunNormal } else { init };
                let all = if i > 0 { all.then(Activation(wengert_ad::rules::Relu)) } else { all };
                all.then(Linear::with_bias(layout, &format!("layer.{i}"), [width, width], init, Bias::None))
            })
        });
        let mut sums = vec![0.0; layers];
        for seed in (0..u64::from(self.seeds)).map(|i| self.seed.wrapping_add(i)) {
            let mut random = StdRng::seed_from_u64(seed ^ 0xDA7A);
            let x = Array2::from_shape_simple_fn((1, width), || StandardNormal.sample(&mut random));
            let all = operation_statistics(model.module(), &model.layout().initialise::<f64>(seed), &x);
            let results = all.iter().filter(|operation| operation.operator == "matmul");
            sums.iter_mut().zip(results).for_each(|(sum, result)| *sum += result.norm.powi(2) / width as f64);
        }
        sums.into_iter().map(|sum| sum / f64::from(self.seeds)).collect()
    }

    /// The mean squares of the last layer. Each is its mean times random factors of mean 1: the length of the
    /// input, of variance 2/n; each ReLU layer, of variance 5/n; and the last layer, of variance 2/n.
    fn tops(&self, sizes: &[Vec<f64>; 3]) -> Vec<Number> {
        let (n, relus) = (f64::from(self.width), self.layers as i32 - 1);
        let means = [n * (n / 2.0).powi(relus), 0.5f64.powi(relus), 1.0];
        let variance = (1.0 + 2.0 / n).powi(2) * (1.0 + 5.0 / n).powi(relus) - 1.0;
        let error = (variance / f64::from(self.seeds)).sqrt();
        let numbers = KINDS.iter().zip(sizes).zip(means).map(|(((name, _), sizes), mean)| {
            let name = format!("mean square of the results of layer {}, {name}", self.layers);
            Number::new("4.2", name, sizes[sizes.len() - 1]).estimates(mean, mean * error)
        });
        numbers.collect()
    }

    /// The positions of the corners of units with standard normal weight and bias.
    fn corners(&self, seed: u64) -> Vec<f64> {
        let mut layout = Layout::new();
        Linear::with_bias(&mut layout, "hidden", [1, CORNERS], Init::Normal(1.0), Bias::Random(1.0));
        let corners = relu_corners(&layout.initialise::<f64>(seed), "hidden");
        corners.iter().filter_map(|corner| corner.position).collect()
    }

    fn running_means(&self) -> LineChart {
        let chart = LineChart::new("number of corners", "mean of their positions").log_x();
        let chart = chart.title("The mean of the corners never settles");
        (0..4).fold(chart, |chart, i| {
            let corners = self.corners(self.seed.wrapping_add(i));
            let mut sum = 0.0;
            let sums: Vec<f64> = corners
                .iter()
                .map(|x| {
                    sum += x;
                    sum
                })
                .collect();
            let counts = even(0.0, 4.6, 160).into_iter().map(|power| 10f64.powf(power) as usize);
            let mut counts: Vec<usize> = counts.filter(|&count| count <= sums.len()).collect();
            counts.dedup();
            let means: Vec<f64> = counts.iter().map(|&count| sums[count - 1] / count as f64).collect();
            chart.line(
                &format!("seed {}", self.seed.wrapping_add(i)),
                &counts.iter().map(|&n| n as f64).collect::<Vec<_>>(),
                &means,
            )
        })
    }

    /// The biases of a layer of 64 inputs and 1000 units.
    fn biases(&self) -> Vec<Number> {
        let drawn = |bias: Bias| -> Params<f64> {
            let mut layout = Layout::new();
            Linear::with_bias(&mut layout, "hidden", [64, 1000], Init::HeNormal, bias);
            layout.initialise(self.seed)
        };
        let values = |bias: Bias| {
            drawn(bias)
                .get("hidden.bias")
                .expect("the layer has biases")
                .to_owned()
                .into_raw_vec_and_offset()
                .0
        };
        let largest = |values: Vec<f64>| values.iter().map(|b| b.abs()).fold(0.0, f64::max);
        let rows = drawn(Bias::Input).get("hidden.weight").expect("the layer has weights").shape()[0];
        vec![
            Number::new("4.5", "largest bias, zero", largest(values(Bias::Zero))).exactly(0.0, 0.0),
            Number::new("4.5", "largest bias, small constant", largest(values(Bias::SMALL)))
                .exactly(0.01, 0.0),
            Number::new(
                "4.5",
                "variance of the biases, random of deviation 0.1",
                mean_square(&values(Bias::Random(0.1))),
            )
            .estimates(0.01, 0.01 * (2.0 / 1000.0_f64).sqrt()),
            Number::new("4.5", "rows of the weights of 64 inputs, bias as one more input", rows as f64)
                .exactly(65.0, 0.0),
        ]
    }
}

fn mean_square(values: &[f64]) -> f64 {
    values.iter().map(|x| x * x).sum::<f64>() / values.len() as f64
}

/// The shares of corners near the middle, and of means of corners.
fn cauchy(corners: &[f64]) -> Vec<Number> {
    let within = |values: &[f64], most: f64| {
        values.iter().filter(|x| x.abs() <= most).count() as f64 / values.len() as f64
    };
    let number = |name: String, values: &[f64], most: f64| {
        let share = 2.0 / PI * most.atan();
        let error = (share * (1.0 - share) / values.len() as f64).sqrt();
        Number::new("4.3", name, within(values, most)).estimates(share, error)
    };
    let means: Vec<f64> =
        corners.chunks(BLOCK).map(|block| block.iter().sum::<f64>() / block.len() as f64).collect();
    vec![
        number(format!("share of {CORNERS} corners within 3"), corners, 3.0),
        number(format!("share of {CORNERS} corners within 10"), corners, 10.0),
        number(format!("share of means of {BLOCK} corners within 3, the same"), &means, 3.0),
    ]
}

fn biases_table() -> Table {
    Table::new("Four ways to start the biases of ReLU units", &["bias", "in code", "reason"])
        .row(["zero", "Bias::Zero", "the default: weights alone break the symmetry"])
        .row(["small constant", "Bias::SMALL", "0.01: fewer units are off at first"])
        .row(["small random", "Bias::Random(0.1)", "corners differ even with one input"])
        .row(["one more input", "Bias::Input", "the bias is a weight like the others, with fan-in f_in + 1"])
}

fn variance_chart(sizes: &[Vec<f64>; 3]) -> LineChart {
    let layers: Vec<f64> = (1..=sizes[0].len()).map(|layer| layer as f64).collect();
    let chart = LineChart::new("layer", "mean square of its results before ReLU").log_y();
    let chart = chart.title("N(0, 1) explodes, Xavier fades, He stays");
    KINDS.iter().zip(sizes).fold(chart, |chart, ((name, _), sizes)| chart.line(name, &layers, sizes))
}
