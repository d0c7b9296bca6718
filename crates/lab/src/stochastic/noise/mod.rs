//! The noise of mini-batch gradients: no bias, a covariance, and the shape of the covariance for a network.

mod batches;
mod network;

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::digits;
use crate::ranges::within;
use crate::report::Report;
use batches::LinearModel;
use clap::Args;
use network::NetworkNoise;

/// The gradient of a batch is that of all examples plus noise. The noise has the mean 0; that of an update,
/// drawn with replacement, has the covariance `(eta^2 / B) D(w)`, where `D(w)` is the covariance of the
/// gradients of the examples. For a network, `D(w)` is far from a multiple of the identity.
#[derive(Args, Clone, Debug)]
pub struct GradientNoiseShape {
    /// Number of examples of the linear model.
    #[arg(long, value_name = "N", default_value_t = 12,
        value_parser = clap::value_parser!(u32).range(5..=14))]
    pub examples: u32,
    /// Batch size B, less than the number of examples.
    #[arg(long, value_name = "B", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=13))]
    pub batch: u32,
    /// Learning rate eta.
    #[arg(long, value_name = "ETA", default_value_t = 0.1, value_parser = within(1e-6, 1000.0))]
    pub rate: f64,
    /// Number of updates that are sampled.
    #[arg(long, value_name = "TRIALS", default_value_t = 20_000,
        value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    pub trials: u32,
    /// Number of hidden units of the network.
    #[arg(long, value_name = "UNITS", default_value_t = 8,
        value_parser = clap::value_parser!(u32).range(2..=20))]
    pub hidden: u32,
    /// Seed of the data and of the batches.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
}

impl Experiment for GradientNoiseShape {
    const NAME: &'static str = "gradient-noise";
    const ABOUT: &'static str =
        "Batch gradients are right on average; their noise shrinks with the batch size";
    const SHOWS: &'static [&'static str] = &["7.1", "7.5", "9.11"];
    const EXAMPLE: &'static str = "--batch 8 --rate 0.2";

    fn run(&self) -> Result<Report, LabError> {
        if self.batch >= self.examples {
            let problem = format!("a batch must be smaller than the {} examples", self.examples);
            return Err(LabError::Setting { name: "--batch", problem });
        }
        let linear = LinearModel::new(self.examples as usize, self.seed);
        let sampled = linear.sample(self.batch as usize, self.rate, self.trials as usize, self.seed);
        let network = NetworkNoise::new(self.hidden as usize, self.seed);
        let report = Report::new(format!(
            "The mean of the gradients of all {} batches of {} of {} examples is the full gradient. The \
             updates of {} random batches scatter around it with a total variance of {}, where eta^2 / B \
             times the trace of the covariance of the examples is {}.",
            linear.batches(self.batch as usize).len(),
            self.batch,
            self.examples,
            self.trials,
            digits(sampled.trace),
            digits(sampled.expected_trace.mean),
        ))
        .text(network.text());
        Ok(report
            .numbers(linear.unbiased(self.batch as usize))
            .number(network::parallel(self.seed))
            .numbers(sampled.numbers())
            .numbers(network.numbers())
            .figure("variance", &linear.variance_by_batch(self.rate, self.seed))
            .figure("updates", &LinearModel::updates(self.rate, self.seed))
            .figure("spectrum", &network.figure()))
    }
}
