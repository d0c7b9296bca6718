//! A network and its linearisation around the initial parameters, in training.

use super::curves::{column, even, examples, outputs, root_mean_square};
use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, short};
use crate::report::Report;
use clap::Args;
use ndarray::{Array1, Array2};
use wengert_ad::rules::Tanh;
use wengert_figures::LineChart;
use wengert_nn::diagnostics::stacked_gradients;
use wengert_nn::{Architecture, Bias, HalfSquared, Mlp, MlpModule, Model, Params};
use wengert_optim::Sgd;
use wengert_train::Training;

/// A network of one hidden layer of tanh units is trained by gradient descent; its linearisation
/// `f(x; w0) + grad f . (w - w0)` is evaluated at the same parameters `w`.
#[derive(Args, Clone, Debug)]
pub struct Linearised {
    /// Number of hidden units.
    #[arg(
        long,
        value_name = "UNITS",
        default_value_t = 20,
        value_parser = clap::value_parser!(u32).range(1..=200)
    )]
    pub units: u32,
    /// Number of steps of the longest run.
    #[arg(
        long,
        value_name = "STEPS",
        default_value_t = 30,
        value_parser = clap::value_parser!(u32).range(3..=300)
    )]
    pub steps: u32,
    /// Largest learning rate of the figure.
    #[arg(long, value_name = "RATE", default_value_t = 0.2, value_parser = rate)]
    pub rate: f64,
    /// Seed of the initial weights.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
}

fn rate(text: &str) -> Result<f64, String> {
    let number = text.trim().parse::<f64>().ok().filter(|x| (0.01..=10.0).contains(x));
    number.ok_or_else(|| "must be a number from 0.01 to 10".to_owned())
}

/// A larger gap means that training has diverged.
const DIVERGED: f64 = 1e3;
/// The rates differ by factors of 2.
const RATES: i32 = 11;

impl Experiment for Linearised {
    const NAME: &'static str = "linearised";
    const ABOUT: &'static str = "A network leaves its linearisation as the steps grow";
    const SHOWS: &'static [&'static str] = &["3.12"];
    const EXAMPLE: &'static str = "--rate 2 --steps 10";

    fn run(&self) -> Result<Report, LabError> {
        let start = Start::new(self);
        let rates: Vec<f64> = (0..RATES).rev().map(|i| self.rate / 2f64.powi(i)).collect();
        let counts = [1, 3.max(self.steps / 10), self.steps];
        let gaps =
            counts.map(|steps| -> Vec<f64> { rates.iter().map(|&rate| start.gap(rate, steps)).collect() });
        // So small that terms of third order do not matter, and so large that rounding does not.
        let small = 1e-5;
        let growth = start.gap(small, 1) / start.gap(small / 2.0, 1);
        let text = format!(
            "To first order in the change of the parameters, a network is a linear function of them. After \
             one step, what it leaves out is of second order: half of the rate gives a quarter of the gap. \
             At the rate {} the gap is {} after one step and {} after {} steps, with targets between -1 \
             and 1.",
            short(self.rate),
            short(gaps[0][rates.len() - 1]),
            size(gaps[2][rates.len() - 1]),
            self.steps
        );
        let last = |i: usize| gaps[i][rates.len() - 1];
        Ok(Report::new(text)
            .numbers([
                Number::new(
                    "3.12",
                    "gap after a step, divided by that for half of the rate, at 1e-5",
                    growth,
                )
                .exactly(4.0, 0.01),
                Number::new("3.12", "gap after no step", start.gap(small, 0)).exactly(0.0, 0.0),
                Number::new("3.12", format!("gap after one step at the rate {}", short(self.rate)), last(0)),
                Number::new(
                    "3.12",
                    format!("gap after {} steps at the rate {}", self.steps, short(self.rate)),
                    last(2),
                ),
            ])
            .figure("gap", &gap_chart(&rates, &counts, &gaps))
            .figure("fit", &self.fit_chart(&start)))
    }
}

/// The network before training.
struct Start {
    mlp: Mlp<Tanh>,
    model: Model<MlpModule<Tanh>>,
    params: Params<f64>,
    x: Vec<f64>,
    y: Vec<f64>,
    outputs: Array1<f64>,
    /// The gradients of the outputs, one row per example.
    gradients: Array2<f64>,
}

impl Start {
    fn new(settings: &Linearised) -> Self {
        let mlp = Mlp::new([1, settings.units as usize, 1]).activation(Tanh).bias(Bias::Random(1.0));
        let model = mlp.clone().into_model();
        let params = model.layout().initialise::<f64>(settings.seed);
        let x = even(-2.0, 2.0, 41);
        let y = x.iter().map(|x| (2.0 * x).sin()).collect();
        let gradients = stacked_gradients(model.module(), &params, &column(&x));
        let outputs = outputs(model.module(), &params, &column(&x)).into();
        Self { mlp, model, params, x, y, outputs, gradients }
    }

    /// The outputs after some steps: of the network, and of the linearisation at the same parameters.
    fn after(&self, rate: f64, steps: u32) -> [Vec<f64>; 2] {
        let data = examples(&self.x, &self.y);
        let all: Vec<usize> = (0..self.x.len()).collect();
        let training = Training::new(self.mlp.clone(), HalfSquared, Sgd::new(rate));
        let mut training = training.start_from(self.params.clone());
        for _ in 0..steps {
            training.step(&data.batch(&all));
        }
        let change =
            training.params().values().iter().zip(self.params.values()).map(|(now, before)| now - before);
        let linear = &self.outputs + &self.gradients.dot(&change.collect::<Array1<f64>>());
        [outputs(self.model.module(), training.params(), &column(&self.x)), linear.to_vec()]
    }

    /// The root mean square difference between them.
    fn gap(&self, rate: f64, steps: u32) -> f64 {
        let [network, linear] = self.after(rate, steps);
        root_mean_square(&network, &linear)
    }
}

impl Linearised {
    fn fit_chart(&self, start: &Start) -> LineChart {
        let [network, linear] = start.after(self.rate, self.steps);
        LineChart::new("x", "output")
            .title(&format!("After {} steps at the rate {}, the two differ", self.steps, short(self.rate)))
            .line("target", &start.x, &start.y)
            .line("network", &start.x, &network)
            .line("linearisation", &start.x, &linear)
            .line("before training", &start.x, &start.outputs.to_vec())
    }
}

/// A gap, or that training diverged.
fn size(gap: f64) -> String {
    if gap < DIVERGED { short(gap) } else { "beyond all bounds, as training diverges,".to_owned() }
}

fn gap_chart(rates: &[f64], counts: &[u32; 3], gaps: &[Vec<f64>; 3]) -> LineChart {
    let chart = LineChart::new("learning rate", "gap to the linearisation, root mean square").log_x().log_y();
    let chart = chart.title("The gap grows with the square of the rate");
    counts.iter().zip(gaps).fold(chart, |chart, (steps, gaps)| {
        let name = if *steps == 1 { "1 step".to_owned() } else { format!("{steps} steps") };
        let drawn = gaps.iter().take_while(|gap| **gap < DIVERGED).count();
        chart.line(&name, &rates[..drawn], &gaps[..drawn])
    })
}
