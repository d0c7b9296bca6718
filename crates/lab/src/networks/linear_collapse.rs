//! Deep networks without activations, which are single affine maps.

use super::curves::{column, even, largest_difference, outputs};
use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits};
use crate::report::Report;
use crate::singular_values::SingularValues;
use clap::Args;
use ndarray::{Array1, Array2, Ix1, Ix2};
use wengert_figures::LineChart;
use wengert_nn::{Activation, Bias, Init, Linear, Model, Params, Sequential};

/// A network of linear layers with random weights and biases, with and without ReLU between them; and the
/// singular values of the product of its matrices.
#[derive(Args, Clone, Debug)]
pub struct LinearCollapse {
    /// Number of layers.
    #[arg(
        long,
        value_name = "LAYERS",
        default_value_t = 8,
        value_parser = clap::value_parser!(u32).range(2..=40)
    )]
    pub layers: u32,
    /// Number of units per layer.
    #[arg(
        long,
        value_name = "WIDTH",
        default_value_t = 16,
        value_parser = clap::value_parser!(u32).range(2..=64)
    )]
    pub width: u32,
    /// Number of units of the layer in the middle.
    #[arg(
        long,
        value_name = "WIDTH",
        default_value_t = 4,
        value_parser = clap::value_parser!(u32).range(1..=64)
    )]
    pub bottleneck: u32,
    /// Seed of the weights and biases.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
}

impl Experiment for LinearCollapse {
    const NAME: &'static str = "linear-collapse";
    const ABOUT: &'static str = "Without activations, a network of any depth is one affine map";
    const SHOWS: &'static [&'static str] = &["3.3"];
    const EXAMPLE: &'static str = "--layers 20 --bottleneck 2";

    fn run(&self) -> Result<Report, LabError> {
        let widths = self.widths();
        let (linear, deep) = (network(&widths, false), network(&widths, true));
        let params = linear.layout().initialise::<f64>(self.seed);
        let products = products(&params, widths.len() - 1);
        let (matrix, offset) = &products[products.len() - 1];
        let rank = SingularValues::of(matrix).rank(1e-10);
        let difference = difference(&linear, &params, &widths, (matrix, offset));
        let (x, lines) = along_a_line(&linear, &deep, &params, &widths);
        let [straight, bent] = lines.each_ref().map(|y| bend(y));
        let least = widths.iter().copied().min().unwrap_or(1);
        let report = Report::new(format!(
            "{} layers of {} units without an activation compute x W + b with a single matrix W, the \
             product of their matrices: the {} weights and biases describe a map of {}. Along any line, \
             its outputs are straight. With ReLU between the layers, the same weights bend the line.",
            self.layers,
            self.width,
            params.len(),
            matrix.len() + offset.len()
        ));
        Ok(report
            .text(format!(
                "The product has at most the rank of its narrowest layer, {least}; and the ratio of its \
                 largest to its least singular value grows with the number of factors, so that depth makes \
                 a linear map harder to train without making it more general."
            ))
            .numbers([
                // The rounding of sums of `width` products through each of the layers.
                Number::new("3.3", "largest difference from the composed affine map, relative", difference)
                    .exactly(0.0, 1e-14 * f64::from(self.layers) * f64::from(self.width)),
                Number::new("3.3", "rank of the product of the matrices", rank as f64)
                    .between(1.0, least as f64),
                Number::new("3.3", "largest second difference along a line without ReLU, relative", straight)
                    .exactly(0.0, 1e-12 * f64::from(self.width)),
                Number::new("3.3", "largest second difference along a line with ReLU, relative", bent),
            ])
            .figure("line", &line_chart(&x, &lines))
            .figure("singular-values", &spectrum(&products, least)))
    }
}

impl LinearCollapse {
    fn widths(&self) -> Vec<usize> {
        let middle = self.layers as usize / 2;
        let width = |i: usize| if i == middle { self.bottleneck as usize } else { self.width as usize };
        (0..=self.layers as usize).map(width).collect()
    }
}

fn network(widths: &[usize], bent: bool) -> Model<Sequential<f64>> {
    Model::new(|layout| {
        let layers = widths.windows(2).enumerate();
        layers.fold(Sequential::new(), |all, (i, fans)| {
            let name = format!("layer.{i}");
            let all = all.then(Linear::with_bias(
                layout,
                &name,
                [fans[0], fans[1]],
                Init::HeNormal,
                Bias::Random(0.5),
            ));
            if bent && i + 2 < widths.len() { all.then(Activation(wengert_ad::rules::Relu)) } else { all }
        })
    })
}

/// The matrix and the offset of the first layers, for each number of layers.
fn products(params: &Params<f64>, layers: usize) -> Vec<(Array2<f64>, Array1<f64>)> {
    let mut all: Vec<(Array2<f64>, Array1<f64>)> = Vec::new();
    for i in 0..layers {
        let found =
            |name: &str| params.get(&format!("layer.{i}.{name}")).expect("each layer has both").to_owned();
        let weight = found("weight").into_dimensionality::<Ix2>().expect("a weight is a matrix");
        let bias = found("bias").into_dimensionality::<Ix1>().expect("a bias is a vector");
        let next = match all.last() {
            Some((matrix, offset)) => (matrix.dot(&weight), offset.dot(&weight) + bias),
            None => (weight, bias),
        };
        all.push(next);
    }
    all
}

/// Between the network and its affine map, relative to the largest output.
fn difference(
    linear: &Model<Sequential<f64>>,
    params: &Params<f64>,
    widths: &[usize],
    (matrix, offset): (&Array2<f64>, &Array1<f64>),
) -> f64 {
    let x = Array2::from_shape_fn((50, widths[0]), |(row, column)| ((row * widths[0] + column) as f64).sin());
    let found = outputs(linear.module(), params, &x);
    let expected: Vec<f64> = (x.dot(matrix) + offset).into_iter().collect();
    let largest = expected.iter().map(|y| y.abs()).fold(f64::MIN_POSITIVE, f64::max);
    largest_difference(&found, &expected) / largest
}

/// The first output of both networks along a line through the space of inputs.
fn along_a_line(
    linear: &Model<Sequential<f64>>,
    deep: &Model<Sequential<f64>>,
    params: &Params<f64>,
    widths: &[usize],
) -> (Vec<f64>, [Vec<f64>; 2]) {
    let x = even(-3.0, 3.0, 121);
    let direction = Array2::from_shape_fn((1, widths[0]), |(_, column)| (1.0 + column as f64).cos());
    let places = column(&x).dot(&direction);
    let first = |module: &Sequential<f64>| {
        let all = outputs(module, params, &places);
        all.into_iter().step_by(widths[widths.len() - 1]).collect()
    };
    (x, [first(linear.module()), first(deep.module())])
}

/// The largest second difference, relative to the range.
fn bend(y: &[f64]) -> f64 {
    let largest = y.iter().map(|y| y.abs()).fold(f64::MIN_POSITIVE, f64::max);
    let second = y.windows(3).map(|triple| (triple[0] - 2.0 * triple[1] + triple[2]).abs());
    second.fold(0.0, f64::max) / largest
}

fn line_chart(x: &[f64], [straight, bent]: &[Vec<f64>; 2]) -> LineChart {
    LineChart::new("position along a line through the inputs", "first output")
        .title("Without ReLU the output is straight, whatever the depth")
        .line("without activations", x, straight)
        .line("ReLU between layers", x, bent)
}

fn spectrum(products: &[(Array2<f64>, Array1<f64>)], least: usize) -> LineChart {
    let of = |(matrix, _): &(Array2<f64>, Array1<f64>)| SingularValues::of(matrix).values;
    let all: Vec<Vec<f64>> = products.iter().map(of).collect();
    let depth: Vec<f64> = (1..=all.len()).map(|depth| depth as f64).collect();
    let chart = LineChart::new(
        "number of layers multiplied",
        "singular value of the product, as a share of the first",
    )
    .log_y();
    let chart = chart.title("The deeper the product, the more its singular values differ");
    let shown = [0, 1, 3, 7].into_iter().filter(|&i| i == 0 || i < least.max(2));
    shown.fold(chart, |chart, i| {
        let share = |values: &Vec<f64>| values.get(i).map_or(f64::NAN, |value| value / values[0]);
        let values: Vec<f64> = all.iter().map(share).filter(|share| *share > 1e-14).collect();
        chart.line(&format!("number {}", digits(i as f64 + 1.0)), &depth[..values.len()], &values)
    })
}
