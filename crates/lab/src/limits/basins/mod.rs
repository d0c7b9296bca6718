//! Basins: from where gradient descent ends in which minimum.

mod network;
mod planar;

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits};
use crate::potential::Potential;
use crate::ranges::within;
use crate::report::Report;
use clap::Args;
use network::Networks;
use planar::Planar;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use wengert_optim::{Optimizer, Sgd};

/// Without noise, the start decides in which minimum gradient descent ends. The starts that lead to a minimum
/// are its basin, and the probability of a minimum is the share of its basin.
#[derive(Args, Clone, Debug)]
pub struct Basins {
    /// Learning rate on the two wells; above 0.09 gradient descent can jump over the barrier.
    #[arg(long, value_name = "ETA", default_value_t = 0.05, value_parser = within(0.01, 0.3))]
    pub rate: f64,
    /// Number of starts, uniformly distributed.
    #[arg(long, value_name = "STARTS", default_value_t = 1000,
        value_parser = clap::value_parser!(u32).range(100..=20_000))]
    pub starts: u32,
    /// Number of networks per width.
    #[arg(long, value_name = "NETWORKS", default_value_t = 60,
        value_parser = clap::value_parser!(u32).range(20..=1000))]
    pub networks: u32,
    /// Seed of the starts.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
}

/// The starts on the line are between -2 and 2.
const REACH: f64 = 2.0;
/// The two wells.
const WELLS: Potential = Potential::TwoWells { tilt: 0.1 };

impl Experiment for Basins {
    const NAME: &'static str = "basins";
    const ABOUT: &'static str = "Without noise, the start decides in which minimum gradient descent ends";
    const SHOWS: &'static [&'static str] = &["9.11"];
    const EXAMPLE: &'static str = "--starts 5000 --seed 2";

    fn run(&self) -> Result<Report, LabError> {
        let planar = Planar::new(self.starts, self.seed);
        let networks = Networks::new(self.networks, self.seed);
        let line = self.on_the_line();
        let report = Report::new(format!(
            "On the line, the basins of two wells meet at the top of the barrier, so from uniform starts \
             between -2 and 2 a share of {} should end in the lower well; {} of {} starts did. In the plane, \
             the basins of the four minima have curved borders, and a start near a border can end in \
             either.",
            digits(lower_share()),
            digits((line * f64::from(self.starts)).round()),
            self.starts,
        ))
        .text(networks.text());
        Ok(report
            .number(self.number(line))
            .numbers(planar.numbers())
            .numbers(networks.numbers())
            .table(planar.table())
            .table(networks.table())
            .figure("regions", &planar.figure())
            .figure("networks", &networks.figure()))
    }
}

impl Basins {
    /// The share of starts on the line that end in the lower well.
    fn on_the_line(&self) -> f64 {
        let mut random = StdRng::seed_from_u64(self.seed);
        let top = WELLS.wells().expect("there are two wells").top;
        let mut x: Vec<f64> = (0..self.starts).map(|_| random.random_range(-REACH..REACH)).collect();
        let mut sgd = Sgd::new(self.rate);
        for _ in 0..(30.0 / self.rate) as usize {
            let slopes: Vec<f64> = x.iter().map(|&x| WELLS.slope(x)).collect();
            sgd.step(&mut x, &slopes);
        }
        x.iter().filter(|&&x| x < top).count() as f64 / f64::from(self.starts)
    }

    fn number(&self, share: f64) -> Number {
        let number = Number::new("9.11", "share of starts on the line that end in the lower well", share);
        // With a smaller rate than 1 over the largest curvature, steps keep the order of the points, so none
        // crosses the barrier.
        let keeps_order = self.rate * WELLS.curvature(REACH) < 1.0;
        let (p, n) = (lower_share(), f64::from(self.starts));
        if keeps_order { number.estimates(p, (p * (1.0 - p) / n).sqrt()) } else { number }
    }
}

/// The share of the starts that are to the left of the barrier.
fn lower_share() -> f64 {
    (WELLS.wells().expect("there are two wells").top + REACH) / (2.0 * REACH)
}
