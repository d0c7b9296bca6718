//! Drawing examples with replacement and without: the error of means, and the floor of SGD.

use super::noisy_problem::random;
use super::order_of_examples::Floors;
use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits, short};
use crate::ranges::finite;
use crate::report::{Report, Table};
use crate::sampling::Sampling;
use clap::Args;
use rand::RngExt;
use std::collections::BTreeSet;
use wengert_data::Batches;
use wengert_figures::LineChart;

/// The mean of `k` draws from `N` fixed numbers of variance `s2`: with replacement its variance is `s2 / k`,
/// without it is `(s2 / k) (N - k) / (N - 1)`, so that `N` draws give the exact mean. SGD is subject to the
/// same: its floor is lower where each epoch visits every example once.
#[derive(Args, Clone, Debug)]
pub struct SamplingExamples {
    /// Number of fixed numbers, drawn from a uniform distribution on 0 to 1.
    #[arg(long, value_name = "N", default_value_t = 100,
          value_parser = clap::value_parser!(u16).range(2..=1000))]
    pub population: u16,
    /// Number of draws, at most as many as numbers.
    #[arg(long, value_name = "K", default_value_t = 50,
          value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub draws: u16,
    /// Number of means that are simulated for each variance.
    #[arg(long, value_name = "TRIALS", default_value_t = 2000,
          value_parser = clap::value_parser!(u32).range(100..=5000))]
    pub trials: u32,
    /// Learning rate of SGD, from 0.02 to 0.1.
    #[arg(long, value_name = "ETA", default_value_t = 0.05, value_parser = rate)]
    pub rate: f64,
    /// Number of runs of SGD.
    #[arg(long, value_name = "RUNS", default_value_t = 20,
          value_parser = clap::value_parser!(u64).range(10..=200))]
    pub seeds: u64,
    /// Seed of the numbers and of the draws.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
}

fn rate(text: &str) -> Result<f64, String> {
    let in_range = |eta: &f64| (0.02..=0.1).contains(eta);
    finite(text).ok().filter(in_range).ok_or_else(|| "must be a number from 0.02 to 0.1".to_owned())
}

/// The variance of the uniform distribution on 0 to 1.
const UNIFORM: f64 = 1.0 / 12.0;
const BOTH: [(Sampling, &str); 2] =
    [(Sampling::WithReplacement, "with replacement"), (Sampling::WithoutReplacement, "without replacement")];

impl Experiment for SamplingExamples {
    const NAME: &'static str = "sampling";
    const ABOUT: &'static str = "Examples drawn without replacement tell more than independent draws";
    const SHOWS: &'static [&'static str] = &["7.4", "7.7", "7.14", "7.15"];
    const EXAMPLE: &'static str = "--population 20 --draws 10";

    fn run(&self) -> Result<Report, LabError> {
        let (n, k) = (usize::from(self.population), usize::from(self.draws));
        if k > n {
            let problem = format!("without replacement there are at most {n} draws from {n} numbers");
            return Err(LabError::setting("--draws", problem));
        }
        let mut random = random(self.seed);
        let population: Vec<f64> = (0..n).map(|_| random.random::<f64>()).collect();
        let floors = Floors::new(self.rate, self.seed, self.seeds);
        let curves = Curves::new(&population, self.trials as usize, self.seed);
        Ok(Report::new(format!(
            "The mean of {k} draws from {n} fixed numbers is less uncertain if no number is drawn twice: by \
             the factor (N - k) / (N - 1) = {}, which is 0 for k = N. An epoch of SGD that visits each \
             example once uses this: the errors of its steps cancel in part before the epoch ends.",
            digits((n - k) as f64 / (n - 1) as f64)
        ))
        .text(format!(
            "On noisy least squares with the rate {}, independent draws end at a loss above the minimum that \
             is {} times that of reshuffled epochs; one shuffle for all epochs is between the two.",
            digits(self.rate),
            short(floors.ratio())
        ))
        .numbers(self.variance_numbers(&population))
        .numbers(self.uniform_numbers(&population))
        .numbers(visits(n, self.seed))
        .numbers(floors.numbers())
        .table(curves.table())
        .figure("variance", &curves.chart())
        .figure("floor", &floors.chart()))
    }
}

impl SamplingExamples {
    /// Simulated variances against the formula.
    fn variance_numbers(&self, population: &[f64]) -> [Number; 2] {
        let (k, trials) = (usize::from(self.draws), self.trials as usize);
        BOTH.map(|(sampling, name)| {
            let exact = sampling.variance_of_mean(population, k);
            let simulated = sampling.simulated_variance(population, k, trials, self.seed);
            let number =
                Number::new("7.4", format!("variance of the mean of {k}, {name}, simulated"), simulated);
            if exact == 0.0 {
                // The mean of all numbers, up to the order of the sum.
                number.exactly(0.0, 1e-28)
            } else {
                // The squares of nearly normal numbers; of one draw, the kurtosis is smaller.
                number.estimates(exact, exact * (2.0 / trials as f64).sqrt())
            }
        })
    }

    /// The variances for numbers with the variance 1/12 of the uniform distribution, and the drawn mean.
    fn uniform_numbers(&self, population: &[f64]) -> Vec<Number> {
        let (n, k) = (usize::from(self.population), usize::from(self.draws));
        let scaled = with_variance(population, UNIFORM);
        let standard = n == 100 && k == 50;
        let (count, draws) = (n as f64, k as f64);
        let known = if standard {
            [(1.0 / 600.0, 1e-15), (0.000_841_75, 5e-9)]
        } else {
            [(UNIFORM / draws, 1e-15), (UNIFORM / draws * (count - draws) / (count - 1.0), 1e-15)]
        };
        let mut numbers: Vec<Number> = BOTH
            .iter()
            .zip(known)
            .map(|((sampling, name), (value, tolerance))| {
                let found = sampling.variance_of_mean(&scaled, k);
                let name = format!("variance of the mean of {k} of {n} numbers of variance 1/12, {name}");
                Number::new("7.15", name, found).exactly(value, tolerance)
            })
            .collect();
        numbers.extend(BOTH.iter().zip([UNIFORM / count, 0.0]).map(|((sampling, name), value)| {
            let found = sampling.variance_of_mean(&scaled, n);
            Number::new("7.15", format!("the same for all {n}, {name}"), found).exactly(value, 1e-15)
        }));
        let mean = population.iter().sum::<f64>() / count;
        let deviation = (UNIFORM / count).sqrt();
        numbers.push(Number::new("7.15", format!("mean of the {n} numbers"), mean).estimates(0.5, deviation));
        numbers
    }
}

/// The numbers, shifted and scaled to the mean 1/2 and to a variance.
fn with_variance(numbers: &[f64], variance: f64) -> Vec<f64> {
    let n = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / n;
    let own = numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    numbers.iter().map(|x| 0.5 + (x - mean) * (variance / own).sqrt()).collect()
}

/// How often the examples are visited in an epoch.
fn visits(n: usize, seed: u64) -> [Number; 3] {
    let mut batches = Batches::new(n, 1, seed);
    let epochs = [0, 1].map(|epoch| batches.epoch(epoch).flatten().copied().collect::<Vec<usize>>());
    let visited = epochs[0].iter().collect::<BTreeSet<_>>().len();
    let same = epochs[0].iter().zip(&epochs[1]).filter(|(a, b)| a == b).count();
    let mut draws = Batches::with_replacement(n, 1, seed);
    let drawn = draws.epoch(0).flatten().collect::<BTreeSet<_>>().len();
    // Each of N numbers is missed with probability (1 - 1/N)^N, two of them with (1 - 2/N)^N.
    let count = n as f64;
    let (one, two) = ((1.0 - 1.0 / count).powf(count), (1.0 - 2.0 / count).powf(count));
    let variance = count * one + count * (count - 1.0) * two - (count * one).powi(2);
    [
        Number::new("7.7", format!("examples visited in an epoch of {n}, shuffled"), visited as f64)
            .exactly(count, 0.0),
        // The fixed points of a random permutation have mean 1 and variance 1.
        Number::new("7.7", "examples at the same place in the next epoch", same as f64).estimates(1.0, 1.0),
        Number::new("7.7", format!("examples visited in {n} draws with replacement"), drawn as f64)
            .estimates(count - count * one, variance.max(0.0).sqrt()),
    ]
}

/// The variance of the mean by the number of draws.
struct Curves {
    draws: Vec<f64>,
    /// For each way to draw, the exact and the simulated variances.
    variances: [(Vec<f64>, Vec<f64>); 2],
}

impl Curves {
    fn new(population: &[f64], trials: usize, seed: u64) -> Self {
        let n = population.len();
        let mut draws: Vec<usize> = (1..=20).map(|i| (n * i).div_ceil(20)).collect();
        draws.dedup();
        let variances = BOTH.map(|(sampling, _)| {
            let exact = draws.iter().map(|&k| sampling.variance_of_mean(population, k)).collect();
            let simulate = |&k: &usize| {
                sampling.simulated_variance(population, k, (trials / 10).max(50), seed.wrapping_add(1))
            };
            (exact, draws.iter().map(simulate).collect())
        });
        Self { draws: draws.iter().map(|&k| k as f64).collect(), variances }
    }

    fn chart(&self) -> LineChart {
        let [(with, simulated_with), (without, simulated_without)] = &self.variances;
        let times = |variances: &[f64]| -> Vec<f64> {
            self.draws.iter().zip(variances).map(|(k, variance)| k * variance).collect()
        };
        LineChart::new("draws k", "k times the variance of the mean of k draws")
            .title("All numbers drawn once give the exact mean")
            .line("with replacement", &self.draws, &times(with))
            .line("without replacement", &self.draws, &times(without))
            .points("simulated, with", &self.draws, &times(simulated_with))
            .points("simulated, without", &self.draws, &times(simulated_without))
    }

    fn table(&self) -> Table {
        let header = ["draws", "with replacement", "without replacement", "ratio"];
        let table = Table::new("Variance of the mean of draws from these numbers", &header);
        let rows = self.draws.iter().zip(self.variances[0].0.iter().zip(&self.variances[1].0));
        let step = self.draws.len().div_ceil(5);
        rows.skip(step - 1).step_by(step).fold(table, |table, (&k, (&with, &without))| {
            table.row([k, with, without, without / with].map(digits))
        })
    }
}
