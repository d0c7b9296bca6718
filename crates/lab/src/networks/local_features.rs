//! The derivatives of a network with respect to its parameters, as functions of its input.

use super::curves::{column, even, examples, outputs};
use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits, short};
use crate::report::Report;
use crate::singular_values::SingularValues;
use clap::Args;
use ndarray::Array2;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};
use wengert_figures::LineChart;
use wengert_nn::diagnostics::stacked_gradients;
use wengert_nn::{Architecture, Bias, Mlp, MlpModule, Model, Params, SumSquared};
use wengert_optim::Sgd;
use wengert_train::Training;

/// The gradients of the output of a ReLU network with respect to its parameters, one row per example: its
/// columns are functions of the input, its singular values say which combinations of them gradient descent
/// on `sum (y - f(x))^2` fits first, and its rank is smaller than the number of parameters.
#[derive(Args, Clone, Debug)]
pub struct LocalFeatures {
    /// Number of hidden units.
    #[arg(
        long,
        value_name = "UNITS",
        default_value_t = 10,
        value_parser = clap::value_parser!(u32).range(1..=24)
    )]
    pub units: u32,
    /// Number of inputs of the network whose rank is counted.
    #[arg(
        long,
        value_name = "INPUTS",
        default_value_t = 3,
        value_parser = clap::value_parser!(u32).range(1..=5)
    )]
    pub inputs: u32,
    /// Seed of the weights and biases.
    #[arg(long, value_name = "SEED", default_value_t = 4)]
    pub seed: u64,
}

/// Half of the range of the inputs, and the number of examples.
const HALF: f64 = 2.0;
const EXAMPLES: usize = 101;

impl Experiment for LocalFeatures {
    const NAME: &'static str = "local-features";
    const ABOUT: &'static str = "Derivatives with respect to parameters are features of the input";
    const SHOWS: &'static [&'static str] = &["3.5", "3.6", "3.9"];
    const EXAMPLE: &'static str = "--units 3 --inputs 1";

    fn run(&self) -> Result<Report, LabError> {
        let (model, params) = network(1, self.units as usize, self.seed);
        let x = even(-HALF, HALF, EXAMPLES);
        let stacked = stacked_gradients(model.module(), &params, &column(&x));
        let decomposed = SingularValues::of(&stacked);
        let [rank, bound, parameters] = self.rank();
        let report = Report::new(format!(
            "With respect to the output weight v of a unit, the derivative of the output is the unit \
             itself, a corner; with respect to its bias, a step of height v; with respect to its weight w, \
             a ramp v x that starts with a jump. A small step of gradient descent adds a combination of \
             these functions, and it adds each left singular vector of the stacked gradients in proportion \
             to the square of its singular value: smooth ones first. Here the first is {} times the fifth.",
            decomposed
                .values
                .get(4)
                .map_or("more than 1e15".to_owned(), |fifth| short(decomposed.values[0] / fifth))
        ));
        Ok(report
            .text(format!(
                "A network of {} inputs and {} units has {} parameters, but rescaling a unit changes \
                 nothing, so that the gradients of all examples span at most {} dimensions: {} here.",
                self.inputs,
                self.units,
                digits(parameters),
                digits(bound),
                digits(rank)
            ))
            .numbers(self.columns(&model, &params, &x, &stacked))
            .numbers(self.first_step(&model, &params, &x, &decomposed))
            .number(Number::new("3.9", "rank of the stacked gradients", rank).between(1.0, bound))
            .number(
                Number::new("3.9", "number of parameters", parameters)
                    .exactly(bound + f64::from(self.units), 0.0),
            )
            .figure("features", &self.features(&params, &x, &stacked))
            .figure("singular-vectors", &vectors(&x, &decomposed))
            .figure("singular-values", &self.spectrum(&decomposed)))
    }
}

/// A network with random biases, so that its corners differ.
fn network(inputs: usize, units: usize, seed: u64) -> (Model<MlpModule>, Params<f64>) {
    let model = Mlp::new([inputs, units, 1]).bias(Bias::Random(1.0)).into_model();
    let params = model.layout().initialise(seed);
    (model, params)
}

impl LocalFeatures {
    /// The largest differences between the columns and what they should be.
    fn columns(
        &self,
        model: &Model<MlpModule>,
        params: &Params<f64>,
        x: &[f64],
        stacked: &Array2<f64>,
    ) -> Vec<Number> {
        let (units, values) = (self.units as usize, params.values());
        let mut errors = [0.0_f64; 4];
        for (row, &x) in stacked.rows().into_iter().zip(x) {
            for unit in 0..units {
                let (w, b, v) = (values[unit], values[units + unit], values[2 * units + unit]);
                let z = w * x + b;
                let on = if z > 0.0 { 1.0 } else { 0.0 };
                let exact = [v * x * on, v * on, z.max(0.0)];
                for (i, exact) in exact.into_iter().enumerate() {
                    errors[i] = errors[i].max((row[i * units + unit] - exact).abs());
                }
            }
            errors[3] = errors[3].max((row[3 * units] - 1.0).abs());
        }
        let features = model.features();
        let kept = params.pick(features.layout()).expect("the features are a part of the network");
        let penultimate = outputs(features.module(), &kept, &column(x));
        let last = stacked.slice(ndarray::s![.., 2 * units..3 * units]);
        let apart = last.iter().zip(&penultimate).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        let names = [
            "d/dw is v x where the unit is on",
            "d/db is v where the unit is on",
            "d/dv is the unit",
            "the output bias has derivative 1",
        ];
        let numbers = names.iter().zip(errors).map(|(name, error)| {
            Number::new("3.5", format!("largest error: {name}"), error).exactly(0.0, 1e-14)
        });
        let last = Number::new("3.5", "largest difference of d/dv from the last hidden outputs", apart)
            .exactly(0.0, 1e-13);
        numbers.chain([last]).collect()
    }

    /// What one small step of gradient descent fits of each of the first singular vectors. Its error is of
    /// second order: a quarter for half of the rate.
    fn first_step(
        &self,
        model: &Model<MlpModule>,
        params: &Params<f64>,
        x: &[f64],
        decomposed: &SingularValues,
    ) -> Vec<Number> {
        let y: Vec<f64> = x.iter().map(|x| (3.0 * x).sin()).collect();
        let data = examples(x, &y);
        let all: Vec<usize> = (0..x.len()).collect();
        let residual = |params: &Params<f64>| -> Vec<f64> {
            y.iter().zip(outputs(model.module(), params, &column(x))).map(|(y, f)| y - f).collect()
        };
        let along = |mode: usize, residual: &[f64]| -> f64 {
            decomposed.left.column(mode).iter().zip(residual).map(|(u, r)| u * r).sum()
        };
        let before = residual(params);
        let modes = decomposed.values.len().min(5).min(decomposed.rank(1e-10));
        let largest = decomposed.values[0].powi(2);
        // The largest stable rate of the linearised model is 1 / sigma^2.
        let found = |share: f64| -> (Vec<f64>, f64) {
            let rate = share / largest;
            // A step takes the mean over the examples.
            let mut training = Training::new(self.mlp(), SumSquared, Sgd::new(rate * EXAMPLES as f64))
                .start_from(params.clone());
            training.step(&data.batch(&all));
            let after = residual(training.params());
            let fitted: Vec<f64> =
                (0..modes).map(|mode| along(mode, &before) - along(mode, &after)).collect();
            let expected = |mode: usize| 2.0 * rate * decomposed.values[mode].powi(2) * along(mode, &before);
            let errors = (0..modes).map(|mode| (fitted[mode] - expected(mode)).powi(2));
            (fitted.clone(), errors.sum::<f64>().sqrt())
        };
        let share = 1e-4;
        let ((fitted, error), (_, half)) = (found(share), found(share / 2.0));
        let numbers = (0..modes.min(3)).map(|mode| {
            let rate = share / largest;
            let name = format!("share of singular vector {} fitted by a step of 1e-4 / sigma_1^2", mode + 1);
            // Relative to the largest residual, the second-order term is of the order of the square of the
            // share.
            let size = before.iter().map(|r| r * r).sum::<f64>().sqrt() / along(mode, &before).abs();
            let exact = 2.0 * rate * decomposed.values[mode].powi(2);
            Number::new("3.6", name, fitted[mode] / along(mode, &before))
                .exactly(exact, 100.0 * share * share * size)
        });
        let order = Number::new(
            "3.6",
            "error of this prediction, divided by that for half of the rate",
            error / half,
        );
        numbers.chain([order.exactly(4.0, 0.1)]).collect()
    }

    fn mlp(&self) -> Mlp {
        Mlp::new([1, self.units as usize, 1]).bias(Bias::Random(1.0))
    }

    /// The rank of the stacked gradients on random inputs, its bound and the number of parameters.
    fn rank(&self) -> [f64; 3] {
        let (inputs, units) = (self.inputs as usize, self.units as usize);
        let (model, params) = network(inputs, units, self.seed);
        let mut random = StdRng::seed_from_u64(self.seed);
        let x = Array2::from_shape_simple_fn((2 * params.len(), inputs), || {
            // So wide that most units are on for some examples and off for others.
            let z: f64 = StandardNormal.sample(&mut random);
            3.0 * z
        });
        let rank = SingularValues::of(&stacked_gradients(model.module(), &params, &x)).rank(1e-10);
        [rank as f64, ((inputs + 1) * units + 1) as f64, params.len() as f64]
    }

    /// The three features of the unit with the highest jump in the middle of the range.
    fn features(&self, params: &Params<f64>, x: &[f64], stacked: &Array2<f64>) -> LineChart {
        let (units, values) = (self.units as usize, params.values());
        let jump = |unit: &usize| {
            let corner = -values[units + unit] / values[*unit];
            if corner.abs() <= 0.5 * HALF { (values[2 * units + unit] * corner).abs() } else { 0.0 }
        };
        let unit = (0..units).max_by(|a, b| jump(a).total_cmp(&jump(b))).unwrap_or(0);
        let of = |start: usize| stacked.column(start + unit).to_vec();
        LineChart::new("x", "derivative of the output")
            .title("Each parameter of a unit adds a corner, a step or a ramp")
            .line("output weight v: corner", x, &of(2 * units))
            .line("bias b: step", x, &of(units))
            .line("weight w: ramp", x, &of(0))
    }

    fn spectrum(&self, decomposed: &SingularValues) -> LineChart {
        let largest = decomposed.values[0];
        let shares: Vec<f64> = decomposed.values.iter().map(|value| (value / largest).max(1e-17)).collect();
        let places: Vec<f64> = (1..=shares.len()).map(|i| i as f64).collect();
        let bound = f64::from(2 * self.units + 1) + 0.5;
        LineChart::new("number of the singular value", "share of the largest one")
            .log_y()
            .title("Only 2h + 1 of the singular values are more than rounding")
            .points("singular values", &places, &shares)
            .at_x("their bound, 2h + 1", bound)
    }
}

fn vectors(x: &[f64], decomposed: &SingularValues) -> LineChart {
    let chart =
        LineChart::new("x", "left singular vector").title("Gradient descent fits smooth features first");
    (0..decomposed.values.len().min(4)).fold(chart, |chart, mode| {
        let column = decomposed.left.column(mode);
        let sign = if column.sum() < 0.0 { -1.0 } else { 1.0 };
        let name = format!("number {}, sigma {}", mode + 1, short(decomposed.values[mode]));
        chart.line(&name, x, &column.iter().map(|u| sign * u).collect::<Vec<_>>())
    })
}
