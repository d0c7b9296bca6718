//! The batch size, at a fixed rate and at a rate that grows with it.

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits};
use crate::report::{Report, Table};
use crate::statistics::{mean, mean_and_error};
use clap::Args;
use wengert_data::{Batches, Split, digits as handwritten_digits};
use wengert_figures::LineChart;
use wengert_nn::{CrossEntropy, Mlp};
use wengert_optim::Sgd;
use wengert_train::Training;

/// Digits, a 64-64-10 network and plain SGD: at a fixed rate, larger batches take fewer steps per epoch and
/// learn less; if the rate grows with the batch size, the result stays nearly the same (Goyal et al. 2017).
#[derive(Args, Clone, Debug)]
pub struct BatchSize {
    /// Number of epochs.
    #[arg(long, value_name = "EPOCHS", default_value_t = 10,
        value_parser = clap::value_parser!(u32).range(1..=50))]
    pub epochs: u32,
    /// Number of seeds that are averaged.
    #[arg(long, value_name = "SEEDS", default_value_t = 2,
        value_parser = clap::value_parser!(u32).range(2..=20))]
    pub seeds: u32,
    /// First seed of the starts and of the order of the examples.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
}

/// The rate of the smallest batch.
const RATE: f64 = 0.1;
const SIZES: [usize; 4] = [16, 32, 64, 256];
/// The test errors that the lectures show after 30 epochs, in percent, in the order of the settings.
const LECTURE: [f64; 7] = [3.03, 3.07, 3.07, 3.11, 3.29, 3.75, 5.76];

/// The test errors of one setting, in percent.
struct Errors {
    batch: usize,
    rate: f64,
    each: Vec<f64>,
}

impl Errors {
    fn mean(&self) -> f64 {
        mean(&self.each)
    }

    /// The standard error of the mean, from the spread of the seeds.
    fn standard_error(&self) -> f64 {
        mean_and_error(&self.each).1
    }
}

impl Experiment for BatchSize {
    const NAME: &'static str = "batch-size";
    const ABOUT: &'static str = "If the rate grows with the batch size, training stays nearly the same";
    const SHOWS: &'static [&'static str] = &["7.16"];
    const EXAMPLE: &'static str = "--epochs 5 --seed 3";

    fn run(&self) -> Result<Report, LabError> {
        let data =
            handwritten_digits().split(0.8, 0.0, 0.2, 1).expect("there are enough digits").standardised();
        let scaled: Vec<Errors> =
            SIZES.iter().map(|&size| self.errors(&data, size, RATE * size as f64 / 16.0)).collect();
        let fixed: Vec<Errors> = SIZES[1..].iter().map(|&size| self.errors(&data, size, RATE)).collect();
        let report = Report::new(format!(
            "With the rate {RATE} and batches of 16, {} epochs end at a test error of {} %. Batches of 256 \
             with the same rate end at {} %, as they take 16 times fewer steps; with a rate that is 16 times \
             larger, at {} %.",
            self.epochs,
            digits(scaled[0].mean()),
            digits(fixed[2].mean()),
            digits(scaled[3].mean()),
        ))
        .text(
            "The mean update over an epoch is proportional to eta times the number of steps, so to eta/B, \
             and so is the variance of its noise: while the weights hardly move within an epoch, only eta/B \
             matters.",
        );
        Ok(report
            .numbers(self.numbers(&data, &scaled, &fixed))
            .table(table(&scaled, &fixed))
            .figure("error", &figure(&scaled, &fixed)))
    }
}

impl BatchSize {
    /// The test errors with all seeds.
    fn errors(&self, data: &Split, batch: usize, rate: f64) -> Errors {
        let error = |seed: u64| {
            let mut training = Training::new(Mlp::new([64, 64, 10]), CrossEntropy, Sgd::new(rate)).seed(seed);
            let mut batches = Batches::new(data.train.examples(), batch, seed);
            for epoch in 1..=u64::from(self.epochs) {
                for indices in batches.epoch(epoch) {
                    training.step(&data.train.batch(indices));
                }
            }
            let metrics = training.evaluate(&data.test).expect("the test part is not empty");
            100.0 * metrics.error_rate().expect("digits have classes")
        };
        let each = (0..u64::from(self.seeds)).map(|i| error(self.seed.wrapping_add(i))).collect();
        Errors { batch, rate, each }
    }

    fn numbers(&self, data: &Split, scaled: &[Errors], fixed: &[Errors]) -> Vec<Number> {
        let tested = data.test.examples() as f64;
        let number = |(errors, percent): (&Errors, f64)| {
            let (rate, batch) = (digits(errors.rate), errors.batch);
            let name = format!("test error at eta = {rate}, B = {batch} (%)");
            let number = Number::new("7.16", name, errors.mean());
            // The difference of two test parts of this size: this one and that of the lectures.
            let share = percent / 100.0;
            let error = 100.0 * (2.0 * share * (1.0 - share) / tested).sqrt();
            if self.epochs == 30 { number.estimates(percent, error) } else { number }
        };
        let [small, large] = [0, 3].map(|i| scaled[i].mean());
        let (loss_fixed, loss_scaled) = (fixed[2].mean() - small, large - small);
        let examples = data.train.examples() as f64;
        let ratio = (examples / 16.0).ceil() / (examples / 256.0).ceil();
        scaled
            .iter()
            .chain(fixed)
            .zip(LECTURE)
            .map(number)
            .chain([
                Number::new("7.16", "error added by B = 256 at the same rate (%)", loss_fixed).at_least(0.0),
                Number::new("7.16", "error added by B = 256 at a rate that grows with it (%)", loss_scaled)
                    .at_most(loss_fixed),
                Number::new("7.16", "steps per epoch at B = 16 over those at B = 256", ratio)
                    .between(8.0, 16.0),
            ])
            .collect()
    }
}

fn table(scaled: &[Errors], fixed: &[Errors]) -> Table {
    let table = Table::new("Test errors", &["eta", "B", "eta / B", "error (%)", "standard error (%)"]);
    scaled.iter().chain(fixed).fold(table, |table, errors| {
        let batch = errors.batch as f64;
        table.row(
            [errors.rate, batch, errors.rate / batch, errors.mean(), errors.standard_error()].map(digits),
        )
    })
}

fn figure(scaled: &[Errors], fixed: &[Errors]) -> LineChart {
    let of =
        |errors: &[&Errors], value: fn(&Errors) -> f64| errors.iter().map(|e| value(e)).collect::<Vec<f64>>();
    let scaled: Vec<&Errors> = scaled.iter().collect();
    let fixed: Vec<&Errors> = scaled[..1].iter().copied().chain(fixed).collect();
    let chart = LineChart::new("batch size B", "test error (%)").log_x();
    let chart = chart.title("A rate that grows with the batch size keeps the error low");
    [("eta = 0.1 for all B", fixed), ("eta = 0.1 B / 16", scaled)].into_iter().fold(
        chart,
        |chart, (name, errors)| {
            let sizes = of(&errors, |errors| errors.batch as f64);
            let low = of(&errors, |errors| errors.mean() - errors.standard_error());
            let high = of(&errors, |errors| errors.mean() + errors.standard_error());
            chart.line(name, &sizes, &of(&errors, Errors::mean)).band("standard error", &sizes, &low, &high)
        },
    )
}
