//! The region of confusion, in one variable and in two.

use super::acute::AcuteShares;
use super::components::Components;
use super::race_per_gradient::RacePerGradient;
use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{digits, short};
use crate::ranges::finite;
use crate::report::Report;
use clap::Args;

/// Where the examples agree on the direction, SGD is as good as full-batch descent and `n` times cheaper;
/// in the region where they disagree, it moves to and fro.
///
/// In one variable, the components `(a_i x - b_i)^2 / 2` disagree between the least and the greatest of
/// their minima `b_i / a_i` (Bertsekas 2011, section 2.2). In more variables, the share of component
/// gradients at an acute angle with the full gradient falls to one half.
#[derive(Args, Clone, Debug)]
pub struct RegionOfConfusion {
    /// Learning rates of SGD, at most four, each from 0.001 to 0.8.
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_values_t = [0.01, 0.1, 0.5],
          value_parser = rate)]
    pub rates: Vec<f64>,
    /// Standard deviation of the noise in the targets, from 0.01 to 10.
    #[arg(long, value_name = "DEVIATION", default_value_t = 0.5, value_parser = noise)]
    pub noise: f64,
    /// Number of runs of SGD with different draws.
    #[arg(long, value_name = "RUNS", default_value_t = 40,
          value_parser = clap::value_parser!(u64).range(10..=200))]
    pub seeds: u64,
    /// Seed of the examples and of the draws.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
}

fn rate(text: &str) -> Result<f64, String> {
    let in_range = |eta: &f64| (0.001..=0.8).contains(eta);
    finite(text).ok().filter(in_range).ok_or_else(|| "must be from 0.001 to 0.8".to_owned())
}

fn noise(text: &str) -> Result<f64, String> {
    let in_range = |deviation: &f64| (0.01..=10.0).contains(deviation);
    finite(text).ok().filter(in_range).ok_or_else(|| "must be a number from 0.01 to 10".to_owned())
}

impl Experiment for RegionOfConfusion {
    const NAME: &'static str = "region-of-confusion";
    const ABOUT: &'static str = "Far from the minimum all examples agree, near it they pull apart";
    const SHOWS: &'static [&'static str] = &["7.2", "7.10", "7.12"];
    const EXAMPLE: &'static str = "--rates 0.05,0.3";

    fn run(&self) -> Result<Report, LabError> {
        if !(1..=4).contains(&self.rates.len()) {
            return Err(LabError::setting("--rates", "give one to four rates"));
        }
        let components = Components::new(self.seed);
        let acute = AcuteShares::new(self.seed);
        let race = RacePerGradient::new(&self.rates, self.noise, self.seed, self.seeds);
        let region = components.region();
        Ok(Report::new(format!(
            "Five parabolas have their minima between {} and {}: outside of this region of confusion, every \
             one of their slopes has the sign of the slope of their mean, and any example shows the way. \
             Inside, SGD steps to and fro, the wider the larger its rate.",
            short(region.low),
            short(region.high)
        ))
        .text(format!(
            "In ten variables, {} % of the gradients are at an acute angle with the full gradient at \
             distance 100 from the minimum, and {} % at distance 0.1, hardly more than half. On 50 examples, \
             full-batch descent takes one step while SGD takes 50.",
            digits((1000.0 * acute.far()).round() / 10.0),
            digits((1000.0 * acute.near()).round() / 10.0)
        ))
        .numbers(components.numbers(&self.rates))
        .numbers(acute.numbers())
        .numbers(race.numbers())
        .table(race.table())
        .figure("parabolas", &components.parabolas())
        .figure("paths", &components.paths(&self.rates))
        .figure("acute", &acute.chart())
        .figure("contours", &race.contours())
        .figure("per-gradient", &race.chart()))
    }
}
